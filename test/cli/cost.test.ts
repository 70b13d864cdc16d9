/** What the policies cost: what is shown and kept, and that nothing else is left behind. Never how long anything took. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cost } from '../../src/replay/cost/document';
import { type Ended, type Running, PYTHON, until, Workplace } from './support';

const place = new Workplace();
const STUDY = [
  'import numpy as np\nfrom sklearn.cluster import KMeans',
  'points = np.random.rand(200, 2)',
  'print(KMeans(3, n_init=1).fit(points).inertia_)',
  // Raises without one setting, as TensorFlow's deterministic operations do without a seed.
  "import os\nassert 'OMP_DYNAMIC' not in os.environ or 'OMP_NUM_THREADS' in os.environ",
];
const temporary = place.path('tmp');

beforeAll(() => {
  mkdirSync(temporary);
  place.store.ensure();
  place.notebook('study.ipynb', STUDY);
});
afterAll(() => place.remove());

function start(notebook: string, ...options: string[]): Running {
  const args = ['cost', notebook, '--python', PYTHON, ...options];
  // What a machine has set already is not switched off.
  const threads = ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR'].map((name) => [`${name}_NUM_THREADS`, undefined]);
  return place.start(args, { env: { TMPDIR: temporary, ...(Object.fromEntries(threads) as object) } });
}

const cost = (...args: [string, ...string[]]): Promise<Ended> => start(...args).ended;

const kept = (name: string): string => place.path('.reprise', 'cost', `${name}.json`);

function expectNothingLeft(): void {
  expect(readdirSync(temporary).filter((name) => name.startsWith('reprise-'))).toEqual([]);
}

it('times plain, close and full, and full with each setting off in turn', { timeout: 300_000 }, async () => {
  expect((await place.execute('run', 'study.ipynb')).code).toBe(0);
  const before = [place.store.runIds(), place.read('study.ipynb')];
  const { code, stdout } = await cost('study.ipynb', '--times', '1', '--ablation', '--format', 'json');
  expect(code).toBe(0);
  const document = JSON.parse(stdout) as Cost;
  expect(document).toMatchObject({ schema: 'reprise/cost/0', notebook: 'study.ipynb', times: 1 });
  expect(document.variants.map(({ name, policy, recorded }) => [name, policy, recorded])).toEqual([
    ['plain', 'observe', false],
    ['observe', 'observe', true],
    ['close', 'close', true],
    ['full', 'full', true],
  ]);
  for (const { seconds, startSeconds, differs } of document.variants) {
    expect([seconds.runs.length, startSeconds.runs.length, differs]).toEqual([1, 1, false]);
    expect(seconds.min).toBeGreaterThan(0);
  }
  expect(document.variants[0]?.ratio).toBe(1);
  const tried = document.ablation!.rows.map(({ without }) => without);
  expect(tried).toEqual(
    expect.arrayContaining(['hash-seed', 'numpy-random', 'sklearn-threads', 'openblas-threads']),
  );
  const untried = document.ablation!.leftOut;
  expect(untried).toContainEqual({ without: 'torch-operations', why: 'not-loaded' });
  expect(untried).toContainEqual({ without: 'openmp-threads', why: 'raises' });
  expect(tried.filter((id) => untried.some(({ without }) => without === id))).toEqual([]);
  // Neither notebook nor runs are touched, so that `replay study.ipynb` still takes the run.
  expect([place.store.runIds(), place.read('study.ipynb')]).toEqual(before);
  expectNothingLeft();
  expect(JSON.parse(place.read('.reprise/cost/study.json'))).toEqual(document);
});

it('shows a bar for each, and claims nothing of too few runs', { timeout: 120_000 }, async () => {
  place.notebook('deep/small.ipynb', ['1 + 1']);
  const { code, stdout } = await cost('deep/small.ipynb', '--times', '2', '--quiet');
  expect(code).toBe(0);
  for (const name of ['plain', 'close', 'full']) {
    expect(stdout).toMatch(new RegExp(`^ +${name} +[\\d.]+ s +[\\d.]+ – [\\d.]+ s +[\\d.]+× +\\S+$`, 'm'));
  }
  expect(stdout).toMatch(/^close: .*2 runs each cannot tell a difference from noise/m);
  expect(stdout).not.toMatch(/slower|faster|not counted {2}/);
  expect(existsSync(kept('deep/small'))).toBe(true);
});

it('says which cell raised, and keeps nothing', { timeout: 60_000 }, async () => {
  place.notebook('raises.ipynb', ['x = 1', 'x / 0']);
  const { code, stderr, stdout } = await cost('raises.ipynb', '--format', 'json');
  expect(code).toBe(1);
  expect(stderr).toContain('Cell 1 raised ZeroDivisionError: division by zero');
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'reprise/error/0', reason: 'cell-raised' });
  expect(existsSync(kept('raises'))).toBe(false);
  expectNothingLeft();
});

it('ends at Ctrl-C with 130 and leaves nothing behind', { timeout: 60_000 }, async () => {
  place.notebook('long.ipynb', ['open("began", "w").close()', 'import time; time.sleep(60)']);
  const running = start('long.ipynb');
  await until('the first cell has run', () => existsSync(place.path('began')));
  running.child.kill('SIGINT');
  const { code, stderr } = await running.ended;
  expect([code, stderr]).toEqual([130, 'Cancelled. Nothing was kept of what was measured.\n']);
  expect(await place.leftBehind()).toEqual([]);
  expect(existsSync(kept('long'))).toBe(false);
  expectNothingLeft();
});

it('takes what it cannot run as every command does', { timeout: 60_000 }, async () => {
  expect((await cost('absent.ipynb')).code).toBe(2);
  expect((await cost('study.ipynb', '--times', '0')).code).toBe(2);
});
