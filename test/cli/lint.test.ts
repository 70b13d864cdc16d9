/** `reprise lint` as a person and a workflow use it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Ajv from 'ajv';
import { afterAll, expect, it } from 'vitest';
import type { Lint } from '../../src/lint/finding';
import { notebookText, REPRISE } from './support';

const SCHEMA = path.resolve(__dirname, '../../docs/schemas/lint-1.schema.json');
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'reprise-lint-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};

async function lint(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const ended = await promisify(execFile)(REPRISE, ['lint', ...args], { cwd: folder });
    return { code: 0, ...ended };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

write(
  'study.ipynb',
  notebookText([{ cell_type: 'markdown', source: 'A study' }, 'import random', 'x = 1\ny = random.random()']),
);
write('clean.ipynb', notebookText(['import random\nrng = random.Random(1)']));
write('kept/out/ignored.ipynb', notebookText(['import random\nrandom.random()']));
write('kept/a.ipynb', notebookText(['1']));
write('kept/.gitignore', 'out/\n');
write('broken.ipynb', '{');
write('script.py', '# %% first\nimport numpy as np\n\n# %%\nrng = np.random.default_rng()\n');

it('shows the line, what is meant, and what it is; exit 1', async () => {
  const { code, stdout } = await lint('study.ipynb');
  expect(code).toBe(1);
  expect(stdout).toBe(
    [
      'study.ipynb cell 2, line 2: warning py-random-unseeded',
      '    y = random.random()',
      '        ^^^^^^^^^^^^^',
      '  `random.random()` draws from Python’s global generator, which nothing has seeded before (`random.seed`).',
      '  On the Reprise kernel it is seeded and recorded: a replay repeats it.',
      '',
      '1 warning in 1 file.',
      '',
    ].join('\n'),
  );
});

it('is one document', async () => {
  const { code, stdout } = await lint('study.ipynb', 'clean.ipynb', '--format', 'json');
  const { schema, files, skipped } = JSON.parse(stdout) as Lint;
  const described = JSON.parse(readFileSync(SCHEMA, 'utf8')) as object;
  expect(new Ajv().compile(described)(JSON.parse(stdout))).toBe(true);
  expect([code, schema, skipped]).toEqual([1, 'reprise/lint/1', []]);
  expect(files.map(({ path, cells, findings }) => [path, cells, findings.length])).toEqual([
    ['study.ipynb', 2, 1],
    ['clean.ipynb', 1, 0],
  ]);
  expect(files[0]!.findings[0]).toMatchObject({
    rule: 'py-random-unseeded',
    api: 'random.random',
    verdict: 'unseeded',
    enforced: true,
    cell: { index: 2, id: 'c2' },
    range: { start: { line: 1, character: 4 }, end: { line: 1, character: 17 } },
  });
});

it('annotates a pull request', async () => {
  const { stdout } = await lint('study.ipynb', 'script.py', '--format', 'github');
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^::warning file=study\.ipynb,title=py-random-unseeded::cell 2, line 2: /),
    expect.stringMatching(/^::warning file=script\.py,line=5,endLine=5,title=np-generator-unseeded::/),
    '',
  ]);
});

it('looks through a folder without what git ignores', async () => {
  const { code, stdout } = await lint('kept', '--format', 'json');
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Lint).files.map(({ path }) => path)).toEqual(['kept/a.ipynb']);
});

it('passes over what it cannot read, and says so', async () => {
  const { code, stdout, stderr } = await lint('broken.ipynb', 'clean.ipynb');
  expect([code, stdout]).toEqual([2, 'No findings in 1 file.\n']);
  expect(stderr).toMatch(/^broken\.ipynb: .*JSON/);
  expect((await lint('nowhere')).stderr).toMatch(/There is no file or folder nowhere/);
});

it('knows the policy of the notebook', async () => {
  write('observed.ipynb', notebookText(['import random\nrandom.random()']));
  write(
    'observed.repro.json',
    JSON.stringify({ schema: 'reprise/notebook/1', settings: { policy: 'observe' } }),
  );
  const { stdout } = await lint('observed.ipynb', '--format', 'json');
  expect((JSON.parse(stdout) as Lint).files[0]!.findings[0]!.enforced).toBe(false);
});
