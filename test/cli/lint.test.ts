/** `reprise lint` as a person and a workflow use it. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Ajv from 'ajv';
import { afterAll, expect, it } from 'vitest';
import type { Lint } from '../../src/lint/finding';
import { notebookText, REPRISE } from './support';

const SCHEMA = path.resolve(__dirname, '../../docs/schemas/lint-1.schema.json');
const SARIF = path.resolve(__dirname, '../unit/lint/schemas/sarif-2.1.0.json');
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

function lintStdin(text: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(REPRISE, ['lint', '-', ...args], { cwd: folder }, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
    child.stdin!.end(text);
  });
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

it('is SARIF that its schema takes', async () => {
  const { stdout } = await lint('study.ipynb', 'script.py', 'broken.ipynb', '--format', 'sarif');
  const log = JSON.parse(stdout) as { runs: { results: { ruleId: string; level: string }[] }[] };
  const {
    $schema: _draft,
    id: _id,
    ...schema
  } = JSON.parse(readFileSync(SARIF, 'utf8')) as Record<string, unknown>;
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  expect(validate(log) ? [] : validate.errors).toEqual([]);
  expect(log.runs[0]!.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
    ['py-random-unseeded', 'warning'],
    ['np-generator-unseeded', 'warning'],
  ]);
});

it('fixes what is safe to fix, and nothing else of the file', async () => {
  const cells = ['import numpy as np\nrng = np.random.default_rng()', 'for x in set(names):\n    print(x)'];
  // As other tools write: floats, escapes, no line end at the end.
  const text = notebookText(cells)
    .replace('"nbformat":4,', '"nbformat":4, "ratio": 1.0, "name": "\\u00e9",')
    .trimEnd();
  write('fix.ipynb', text);
  const shown = await lint('fix.ipynb', '--diff');
  expect(shown.code).toBe(1);
  expect(shown.stdout).toMatch(/^--- a\/fix\.ipynb.*\n\+\+\+ b\/fix\.ipynb.*\n@@/);
  expect(readFileSync(path.join(folder, 'fix.ipynb'), 'utf8')).toBe(text);
  const { code, stdout } = await lint('fix.ipynb', '--fix');
  expect([code, stdout]).toEqual([0, 'No findings in 1 file.\n']);
  const fixed = readFileSync(path.join(folder, 'fix.ipynb'), 'utf8');
  expect(fixed).toContain('"ratio": 1.0, "name": "\\u00e9"');
  const back = fixed
    .replace(/default_rng\(\d\)/, 'default_rng()')
    .replace('dict.fromkeys(names)', 'set(names)');
  expect(back).toBe(text);
  expect(await lint('fix.ipynb', '--diff')).toMatchObject({ code: 0, stdout: '' });
});

it('opens the requirements that a cell installs, from the notebook’s folder', async () => {
  write('deep/reqs.txt', 'numpy==2.4.6\ntorch\n');
  write('deep/open.ipynb', notebookText(['%pip install -r reqs.txt']));
  const { code, stdout } = await lint('deep/open.ipynb');
  expect([code, stdout]).toEqual([1, expect.stringContaining('(torch)')]);
});

it('lints a notebook in TypeScript, and keeps what is declared', async () => {
  const cells = [
    "import * as tf from 'npm:@tensorflow/tfjs@4.22.0';",
    'const x = tf.randomNormal([3]);\nMath.random(); // reprise: ignore[js-math-random]',
  ];
  const notebook = JSON.parse(notebookText(cells)) as { metadata: object };
  notebook.metadata = { kernelspec: { name: 'deno', display_name: 'Deno', language: 'typescript' } };
  write('deno.ipynb', JSON.stringify(notebook));
  const { code, stdout } = await lint('deno.ipynb');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^deno\.ipynb cell 1, line 1: warning tfjs-random\n {4}const x = tf\.randomNormal/);
  expect(stdout).not.toContain('a replay repeats it');
  expect(await lint('deno.ipynb', '--fix')).toMatchObject({ code: 0, stdout: 'No findings in 1 file.\n' });
  expect(readFileSync(path.join(folder, 'deno.ipynb'), 'utf8')).toMatch(
    /randomNormal\(\[3\], undefined, .*\d\);/,
  );
});

it('fixes a script from stdin to stdout', async () => {
  const script = '# %% one\nimport numpy as np\n\n# %%\nrng = np.random.default_rng()  # 🎲\nlist({"a"})\n';
  const { stdout } = await lintStdin(script, '--fix', '--stdin-filename', 'some.py');
  const back = stdout.replace(/default_rng\(\d\)/, 'default_rng()').replace('sorted({"a"})', '{"a"}');
  expect(back).toBe(script);
  expect(stdout).not.toBe(script);
  expect((await lintStdin(script)).stderr).toMatch(/needs a name: --stdin-filename/);
});

it('looks through a folder without what git ignores', async () => {
  const { code, stdout } = await lint('kept', '--format', 'json');
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Lint).files.map(({ path }) => path)).toEqual(['kept/a.ipynb']);
});

it('takes globs that the shell left alone', async () => {
  write('globs/deep/er/a.ipynb', notebookText(['1']));
  write('globs/deep/b.py', '1');
  write('globs/c[1].ipynb', notebookText(['1']));
  write('globs/!d.ipynb', notebookText(['1']));
  write('globs/data.csv', '1');
  write('globs/.hidden/e.ipynb', notebookText(['1']));
  const files = async (...globs: string[]): Promise<string[]> => {
    const { stdout } = await lint(...globs, '--format', 'json');
    return (JSON.parse(stdout) as Lint).files.map(({ path }) => path.replace('globs/', ''));
  };
  expect(await files('globs/**/*.ipynb')).toEqual(['!d.ipynb', 'c[1].ipynb', 'deep/er/a.ipynb']);
  expect(await files('./globs/deep/**')).toEqual(['deep/b.py', 'deep/er/a.ipynb']);
  expect(await files(`${folder}/globs/**/{a,b}.{ipynb,py}`)).toEqual(['deep/b.py', 'deep/er/a.ipynb']);
  expect(await files('globs/*')).toEqual(['!d.ipynb', 'c[1].ipynb']);
  expect(await files('globs/!*.ipynb', 'globs/!d.ipynb')).toEqual(['!d.ipynb']);
  // A name is taken as it is where there is such a file.
  expect(await files('globs/c[1].ipynb')).toEqual(['c[1].ipynb']);
  expect(await files('kept/**')).toEqual(['kept/a.ipynb']);
  const none = await lint('globs/**/*.R', 'globs/deep/*.py');
  expect(none).toMatchObject({ code: 2, stdout: 'No findings in 1 file.\n' });
  expect(none.stderr).toBe('globs/**/*.R: No notebook and no script matches.\n');
});

it.skipIf(process.platform === 'win32')('keeps mode and links of a file that it fixes', async () => {
  write('kept-mode/real.ipynb', notebookText(['list({"a"})']));
  chmodSync(path.join(folder, 'kept-mode/real.ipynb'), 0o666);
  symlinkSync('real.ipynb', path.join(folder, 'kept-mode/link.ipynb'));
  expect((await lint('kept-mode/link.ipynb', '--fix')).code).toBe(0);
  expect(lstatSync(path.join(folder, 'kept-mode/link.ipynb')).isSymbolicLink()).toBe(true);
  expect(statSync(path.join(folder, 'kept-mode/real.ipynb')).mode & 0o777).toBe(0o666);
  expect(readFileSync(path.join(folder, 'kept-mode/real.ipynb'), 'utf8')).toContain('sorted({');
  expect(readdirSync(path.join(folder, 'kept-mode'))).toEqual(['link.ipynb', 'real.ipynb']);
});

it('passes over what it cannot read, and says so', async () => {
  const { code, stdout, stderr } = await lint('broken.ipynb', 'clean.ipynb');
  expect([code, stdout]).toEqual([2, 'No findings in 1 file.\n']);
  expect(stderr).toMatch(/^broken\.ipynb: .*JSON/);
  expect((await lint('nowhere')).stderr).toMatch(/^nowhere: There is no such file or folder\.$/m);
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
