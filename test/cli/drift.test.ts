/** A notebook that runs again on this machine with something of its environment changed: what is said to differ. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Drift } from '../../src/environment/fingerprint';
import type { Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from './support';

const place = new Workplace();
let original = '';

beforeAll(async () => {
  place.notebook('study.ipynb', ['import numpy as np\na = np.eye(3) @ np.eye(3)\nprint(a.sum())']);
  const env = { OPENBLAS_NUM_THREADS: '2', OPENBLAS_CORETYPE: 'Haswell' };
  const { code, stderr } = await place.start(['run', 'study.ipynb', '--python', PYTHON], { env }).ended;
  expect([code, stderr]).toEqual([0, expect.any(String) as string]);
  original = place.store.runIds()[0]!;
}, 60_000);
afterAll(() => place.remove());

async function driftUnder(env: Record<string, string>, ...args: string[]): Promise<Drift[]> {
  const all = { OPENBLAS_NUM_THREADS: '2', OPENBLAS_CORETYPE: 'Haswell', ...env };
  const command = ['replay', original, '--python', PYTHON, '--format', 'json', ...args];
  const { stdout } = await place.start(command, { env: all }).ended;
  return (JSON.parse(stdout) as Judgement).environment;
}

it('records what was loaded, and how that was read', () => {
  const { loaded, header } = place.record(original);
  expect(loaded?.libraries).toMatchObject([
    { name: 'openblas', of: 'numpy', architecture: 'Haswell', threads: 2 },
  ]);
  expect(loaded?.how.libraries).toBe('threadpoolctl');
  expect(header.environment).toMatchObject({
    filesystem: expect.any(String) as string,
    python: { hashing: 'fixed' },
  });
});

it('is nothing where nothing was changed', { timeout: 60_000 }, async () => {
  expect(await driftUnder({})).toEqual([]);
});

it.each<[string, Record<string, string>, string[], Partial<Drift>[]]>([
  [
    'another core type of BLAS',
    { OPENBLAS_CORETYPE: 'Prescott' },
    [],
    [
      {
        what: 'OPENBLAS_CORETYPE',
        kind: 'variable',
        before: 'Haswell',
        after: 'Prescott',
        affects: ['numbers'],
      },
      { what: 'openblas of numpy: core type', kind: 'variable', before: 'Haswell', affects: ['numbers'] },
    ],
  ],
  [
    'another number of threads',
    { OPENBLAS_NUM_THREADS: '1' },
    [],
    [
      { what: 'OPENBLAS_NUM_THREADS', kind: 'variable', before: '2', after: '1', affects: ['numbers'] },
      { what: 'openblas of numpy: threads', kind: 'variable', before: '2', after: '1', affects: ['numbers'] },
    ],
  ],
  [
    'another hash seed',
    { PYTHONHASHSEED: '4711' },
    ['--policy', 'observe'],
    [{ what: 'PYTHONHASHSEED', kind: 'variable', after: '4711', affects: ['order', 'streams'] }],
  ],
])('%s', { timeout: 60_000 }, async (_what, env, args, expected) => {
  const found = await driftUnder(env, ...args);
  expect(found).toHaveLength(expected.length);
  expect(found).toMatchObject(expected);
});
