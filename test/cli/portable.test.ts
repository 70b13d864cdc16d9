/** `full --portable` under the instruction sets of several processors: what `full` leaves to them, it does not. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Run } from '../../src/replay/documents';
import { PYTHON, Workplace } from './support';

const CELL = `
import hashlib, numpy as np
a, b = np.random.RandomState(0).rand(2, 200, 200)
for result in (a @ b, np.linalg.eigvalsh(a + a.T), np.exp(a.astype('f4')), np.tanh(a)):
    print(hashlib.sha256(np.ascontiguousarray(result).tobytes()).hexdigest()[:12])
`;

/** Each makes the libraries compute as on another processor. */
const CEILINGS: NodeJS.ProcessEnv[] = [
  {},
  { OPENBLAS_CORETYPE: 'Prescott' },
  { OPENBLAS_CORETYPE: 'Nehalem', NPY_DISABLE_CPU_FEATURES: 'X86_V3 X86_V4 AVX512_ICL' },
];

const workplace = new Workplace();

async function digests(...options: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const env of CEILINGS) {
    const asked = ['run', 'sums.ipynb', '--python', PYTHON, '--policy', 'full', '--seed', '1'];
    const { code, stdout, stderr } = await workplace.start([...asked, ...options, '--format', 'json'], {
      env,
    }).ended;
    expect(code, stderr).toBe(0);
    found.push((JSON.parse(stdout) as Run).results);
  }
  return found;
}

beforeAll(() => void workplace.notebook('sums.ipynb', [CELL]));
afterAll(() => workplace.remove());

it('gives one result whatever the processor can do, where `full` alone gives several', async () => {
  const alone = new Set(await digests());
  const portable = new Set(await digests('--portable'));
  expect(alone.size).toBe(CEILINGS.length);
  expect(portable.size).toBe(1);
  expect(workplace.record().header).toMatchObject({
    portable: true,
    environment: { variables: { OPENBLAS_CORETYPE: 'Haswell', OPENBLAS_NUM_THREADS: '1' } },
  });
});

it('is part of `full`, and says so', async () => {
  const { code, stderr } = await workplace.execute('run', 'sums.ipynb', '--portable');
  expect(code).toBe(2);
  expect(stderr).toContain('add --policy full');
});
