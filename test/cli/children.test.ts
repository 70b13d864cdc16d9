/** A notebook whose training is a Python program of its own, as many are. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { Workplace } from './support';

const place = new Workplace();
const python = process.env.REPRISE_TEST_PYTHON!;

beforeAll(() => {
  writeFileSync(
    path.join(place.folder, 'train.py'),
    'import random\nimport numpy as np\nprint("loss", random.random() + np.random.default_rng().random())\n' +
      'np.save("weights.npy", np.random.rand(4))\n',
  );
  place.notebook('study.ipynb', [
    'import sys\nimport numpy as np',
    '!{sys.executable} train.py',
    'np.load("weights.npy").mean()',
  ]);
});
afterAll(() => place.remove());

async function verify(...options: string[]): Promise<{ code: number | null; judgement: Judgement }> {
  const asked = ['verify', 'study.ipynb', '--python', python, '--format', 'json', ...options];
  const { code, stdout } = await place.start(asked).ended;
  return { code, judgement: JSON.parse(stdout) as Judgement };
}

it('gives its results back, with nothing changed in the notebook or the program', async () => {
  const { code, judgement } = await verify();
  expect([code, judgement.verdict]).toEqual([0, 'identical']);
});

it('differs where nothing is seeded, and the cause is the line that starts the program', async () => {
  const { code, judgement } = await verify('--policy', 'observe');
  expect([code, judgement.verdict]).toEqual([1, 'different']);
  const [cause] = judgement.causes;
  expect([cause!.kind, cause!.confidence]).toEqual(['unseeded-entropy', 'likely']);
  expect(cause!.summary).toContain('on line 1 of cell 1');
});
