/** The hooks, as pre-commit itself installs and runs them: it builds this checkout's commit, which needs a network. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { notebookText, Workplace } from '../cli/support';

const root = path.resolve(__dirname, '../..');
const workplace = new Workplace();
afterAll(() => workplace.remove());

const inFolder = { cwd: workplace.folder, env: { ...process.env, PRE_COMMIT_HOME: workplace.path('home') } };

it('runs its hooks on the notebooks of a commit', async () => {
  workplace.notebook('draw.ipynb', ['import numpy as np\nrng = np.random.default_rng()']);
  workplace.write('other.txt', notebookText([]));
  await promisify(execFile)('git', ['init', '--quiet'], inFolder);
  await promisify(execFile)('git', ['add', 'draw.ipynb', 'other.txt'], inFolder);
  const hook = (id: string): Promise<unknown> =>
    promisify(execFile)(
      process.env.REPRISE_LINT_PYTHON!,
      ['-m', 'pre_commit', 'try-repo', root, id, '--all-files', '--color', 'never'],
      inFolder,
    );
  await expect(hook('reprise-lint')).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /exit code: 1(.|\n)*draw\.ipynb cell 0, line 2: .*np-generator-unseeded/,
    ) as string,
  });
  await expect(hook('reprise-lint-fix')).rejects.toMatchObject({
    stdout: expect.stringContaining('files were modified by this hook') as string,
  });
  expect(workplace.read('draw.ipynb')).toContain('default_rng(1)');
});
