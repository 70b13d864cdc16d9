/** Notebooks drawn from a seed: every one draws fresh entropy in its own way, and shows some of it. */
import { expect } from 'vitest';
import type { Judgement, Run } from '../../src/replay/documents';
import { generator } from '../generator';
import type { Workplace } from './support';

/** The seed that `npm test` prints and `REPRISE_TEST_SEED` repeats. */
export const SEED = Number(process.env.REPRISE_TEST_SEED ?? 20261123);

const PREPARATION = `import asyncio, random
import numpy as np, pandas as pd
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from joblib import Parallel, delayed
words = {'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'}
kept = np.random.default_rng()
def draw(n):
    return n, random.random(), np.random.rand(), np.random.default_rng().random()`;

const DRAWS = [
  'print(random.random(), random.choices("abc", k=3))',
  'print(np.random.rand(2), np.random.standard_normal())',
  'print(np.random.default_rng().random(), kept.random())',
  'print(np.random.RandomState().rand(), random.Random().random())',
  'print(list(words), {word: hash(word) % 97 for word in words})',
  'print(pd.DataFrame({"a": range(30)}).sample(3))',
  'print([draw(n) for n in range(2)])',
  'with ThreadPoolExecutor(2) as pool: print(list(pool.map(draw, range(4))))',
  'with ProcessPoolExecutor(2) as pool: print(list(pool.map(draw, range(3))))',
  'print(Parallel(n_jobs=2)(delayed(draw)(n) for n in range(3)))',
  'await asyncio.sleep(0.001)\nprint(random.gauss(0, 1))',
  'random.shuffle(cards := list(range(9)))\nprint(cards)',
  'from sklearn.ensemble import RandomForestRegressor\nprint(RandomForestRegressor(2, n_jobs=2).fit(np.arange(20).reshape(10, 2), np.arange(10)).predict([[3, 3]]))',
  'pd.Series(kept.normal(size=4)).to_csv("drawn.csv")\nprint(open("drawn.csv").read())',
];

/** Cells of the `number`th notebook of this seed: 4 to 8 draws in some order. */
export function drawnNotebook(number: number): string[] {
  const next = generator(SEED + number);
  const order = DRAWS.map((draw) => ({ draw, place: next() })).sort((a, b) => a.place - b.place);
  return [PREPARATION, ...order.slice(0, 4 + Math.floor(next() * 5)).map(({ draw }) => draw)];
}

/** Runs a notebook twice under fresh entropy: the runs differ, and each replays as Same. */
export async function expectFreshRunsToRepeat(workplace: Workplace, number: number): Promise<void> {
  const cells = drawnNotebook(number);
  const notebook = workplace.notebook(`fresh-${number}.ipynb`, cells);
  const runs: Run[] = [];
  for (const _ of ['first', 'second']) {
    const { code, stdout, stderr } = await workplace.execute('run', notebook, '--format', 'json');
    expect(code, `${cells.join('\n\n')}\n${stderr}`).toBe(0);
    runs.push(JSON.parse(stdout) as Run);
  }
  expect(runs[0]!.seed.from).toBe('fresh');
  expect(runs[0]!.results).not.toBe(runs[1]!.results);
  for (const { run } of runs) {
    const { stdout } = await workplace.execute('replay', run, '--format', 'json');
    const judgement = JSON.parse(stdout) as Judgement;
    const differing = judgement.cells.filter(({ verdict }) => verdict !== 'identical');
    expect(differing, `seed ${SEED}, notebook ${number}:\n${cells.join('\n\n')}`).toEqual([]);
    expect(judgement.verdict).toBe('identical');
  }
}
