/** What npm installs, as pre-commit and `npm install --global` do, is whole: the command runs from nothing else. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { notebookText, Workplace } from './support';

const root = path.resolve(__dirname, '../..');
const workplace = new Workplace();
afterAll(() => workplace.remove());

it('runs from its package alone', async () => {
  const packed = await promisify(execFile)('npm', ['pack', '--pack-destination', workplace.folder], {
    cwd: root,
  });
  // Nothing else is said: pre-commit has taken what stands here for the name of the file.
  expect(packed.stdout).toMatch(/^reprise-[\d.]+\.tgz\n$/);
  await promisify(execFile)('tar', ['-xzf', packed.stdout.trim()], { cwd: workplace.folder });
  const parts = ['agent.pyz', 'cli.cluster.js', 'cli.js', 'kubernetes.js', 'uv.lock'];
  expect(readdirSync(workplace.path('package/dist')).sort()).toEqual(parts);
  mkdirSync(workplace.path('bin'));
  symlinkSync('../package/bin/reprise', workplace.path('bin/reprise'));
  workplace.write('draw.ipynb', notebookText(['import random\nrandom.random()']));
  await expect(
    promisify(execFile)(workplace.path('bin/reprise'), ['lint', 'draw.ipynb'], { cwd: workplace.folder }),
  ).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('py-random-unseeded') as string });
});
