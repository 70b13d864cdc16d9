/** What `full` costs on the notebooks of the matrix, with more to train, beside the talk's recipe in the same rounds. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cost } from '../../src/replay/cost/document';
import { spreadOf, type Spread } from '../../src/replay/cost/statistics';
import { type Framework, FRAMEWORKS, Matrix } from '../frameworks/support';

const ROUNDS = Number(process.env.REPRISE_COST_ROUNDS ?? '3');
const GOAL = 1.05;

/** What makes the training of a notebook long enough to be timed. */
const LONGER: Record<Framework, readonly (readonly [string, string])[]> = {
  'scikit-learn': [
    ['max_iter=5', 'max_iter=1800, n_iter_no_change=1800'],
    ['RandomForestClassifier(20', 'RandomForestClassifier(200'],
  ],
  xgboost: [
    ['n_estimators=3', 'n_estimators=1500'],
    ['n_estimators=10', 'n_estimators=7000'],
  ],
  lightgbm: [
    ['n_estimators=3', 'n_estimators=1200'],
    ['n_estimators=8', 'n_estimators=3000'],
  ],
  jax: [['range(2)', 'range(180)']],
  torch: [['range(2)', 'range(26)']],
  tensorflow: [['epochs=2', 'epochs=40']],
};

const ONE_THREAD = `import os
for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ[name + "_NUM_THREADS"] = "1"
`;
/** One thread for everything, and deterministic operations. */
const RECIPE: Record<Framework, string> = {
  'scikit-learn': ONE_THREAD,
  xgboost: ONE_THREAD,
  lightgbm: ONE_THREAD,
  jax: `${ONE_THREAD}os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false --xla_gpu_deterministic_ops=true"`,
  torch: `${ONE_THREAD}import torch
torch.set_num_threads(1)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)`,
  tensorflow: `${ONE_THREAD}import keras, tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
keras.utils.set_random_seed(0)
tf.config.experimental.enable_op_determinism()`,
};

type Row = {
  framework: Framework;
  plain: Spread;
  close: Spread;
  full: Spread;
  recipe: Spread;
  /** Median by median of plain. */
  ratios: { close: number; full: number; recipe: number };
  /** Where `full` misses the goal: which of its settings cost. */
  ablation?: Cost['ablation'];
};

const place = new Matrix();
const rows: Row[] = [];
afterAll(() => {
  place.remove();
  const file = process.env.REPRISE_DEEP_RESULTS;
  if (file !== undefined)
    writeFileSync(file, JSON.stringify({ cores: availableParallelism(), goal: GOAL, rounds: ROUNDS, rows }));
});

describe.each(FRAMEWORKS)('%s', (framework) => {
  it('is timed plain, under close and full, and by the recipe', async () => {
    const notebook = longer(framework);
    const recipe = withRecipe(framework);
    const seconds = {
      plain: [] as number[],
      close: [] as number[],
      full: [] as number[],
      recipe: [] as number[],
    };
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, seconds: spread } of (await cost(notebook, '--times', '1')).variants)
        if (name !== 'observe') seconds[name].push(spread.median);
      const [plain] = (await cost(recipe, '--times', '1')).variants;
      seconds.recipe.push(plain!.seconds.median);
    }
    const [plain, close, full, talks] = (['plain', 'close', 'full', 'recipe'] as const).map((name) =>
      spreadOf(seconds[name]),
    );
    const ratio = (spread: Spread): number => spread.median / plain!.median;
    const ratios = { close: ratio(close!), full: ratio(full!), recipe: ratio(talks!) };
    const missed = ratios.full > GOAL;
    const why = missed ? (await cost(notebook, '--times', String(ROUNDS), '--ablation')).ablation : undefined;
    rows.push({
      framework,
      plain: plain!,
      close: close!,
      full: full!,
      recipe: talks!,
      ratios,
      ...(why ? { ablation: why } : {}),
    });
    expect(full!.runs.length).toBe(ROUNDS);
    expect(why === undefined).toBe(!missed);
  });
});

async function cost(notebook: string, ...options: string[]): Promise<Cost> {
  const python = ['--python', process.env.REPRISE_TEST_PYTHON!];
  const { code, stdout, stderr } = await place.reprise(
    'cost',
    notebook,
    ...python,
    ...options,
    '--format',
    'json',
  );
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Cost;
}

type Notebook = {
  cells: { id: string; cell_type: string; source: string | string[]; [key: string]: unknown }[];
};

function longer(framework: Framework): string {
  const document = JSON.parse(readFileSync(place.path(`${framework}.ipynb`), 'utf8')) as Notebook;
  const training = document.cells.find(({ id }) => id === 'training')!;
  let source = [training.source].flat().join('');
  for (const [short, long] of LONGER[framework]) {
    expect(source).toContain(short);
    source = source.replace(short, long);
  }
  training.source = source;
  return place.write(`${framework}-longer.ipynb`, JSON.stringify(document));
}

function withRecipe(framework: Framework): string {
  const document = JSON.parse(place.read(`${framework}-longer.ipynb`)) as Notebook;
  const cell = { cell_type: 'code', id: 'recipe', metadata: {}, execution_count: null, outputs: [] };
  document.cells.unshift({ ...cell, source: RECIPE[framework] });
  return place.write(`${framework}-recipe.ipynb`, JSON.stringify(document));
}
