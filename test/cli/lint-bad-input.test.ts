/** `reprise lint` on what is no whole notebook: a line says what is wrong, and everything else is linted all the same. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import type { Lint } from '../../src/lint/finding';
import { notebookText, REPRISE, stackTrace, Workplace } from './support';

const workplace = new Workplace();
afterAll(() => workplace.remove());

const draw = 'import random\nrandom.random()';
const good = workplace.notebook('good.ipynb', [draw]);

/** Lints it beside a good notebook, which is linted whatever the other is. */
async function linted(name: string): Promise<{ findings: number | undefined; reason: string | undefined }> {
  const ended = await workplace.reprise('lint', name, 'good.ipynb', '--format', 'json');
  expect(stackTrace(ended)).toBeUndefined();
  expect(ended.code).toBe(1);
  const { files, skipped } = JSON.parse(ended.stdout) as Lint;
  const of = (path: string): Lint['files'][number] | undefined => files.find((file) => file.path === path);
  expect(of('good.ipynb')!.findings).toHaveLength(1);
  const reason = skipped.find(({ path }) => path === name)?.reason;
  expect(ended.stderr).toBe(reason === undefined ? '' : `${name}: ${reason}\n`);
  return { findings: of(name)?.findings.length, reason };
}

const json = (document: object): string =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, ...document });
const code = (source: unknown): object => ({
  cell_type: 'code',
  metadata: {},
  outputs: [],
  execution_count: null,
  source,
});

it.each([
  ['syntax errors', notebookText(['def f(:\n  x = = 3\n))', draw]), 1],
  ['Python 2', notebookText(['print "x"\nexec "y"', draw]), 1],
  ['magics only', notebookText(['%load_ext x\n!ls\n%%time\n', '%%bash\nrm x', draw]), 1],
  ['a source that is null', json({ cells: [code(null), code(draw)] }), 1],
  ['no source', json({ cells: [{ cell_type: 'code' }, code(draw)] }), 1],
  ['mixed line ends', notebookText(['import random\r\n\rrandom.random()\n', '1\r2']), 1],
  ['a byte order mark', '\uFEFF' + notebookText([draw]), 1],
  ['a byte order mark in a cell', notebookText(['\uFEFF' + draw]), 1],
  ['lone surrogates', notebookText(['x = "\ud83c"', draw]), 1],
  ['no cells', json({ cells: [] }), 0],
  ['deep nesting in a cell', notebookText([`${'('.repeat(3000)}1${')'.repeat(3000)}`, draw]), 1],
  [
    'deep nesting in JSON',
    json({ cells: [code(draw)] }).replace('{}', '['.repeat(9000) + ']'.repeat(9000)),
    1,
  ],
  [
    'a cell of 5 MB',
    notebookText(['x = [\n' + '    1, 2, 3, 4, 5, 6, 7, 8, 9,\n'.repeat(160_000) + ']', draw]),
    1,
  ],
  ['a line of 5 MB', notebookText([`x = "${'abcdefghij'.repeat(500_000)}"`, draw]), 1],
])('lints a notebook with %s', async (name, text, findings) => {
  workplace.write(`${name}.ipynb`, text);
  expect(await linted(`${name}.ipynb`)).toEqual({ findings, reason: undefined });
});

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46]);
it.each<[string, string | Uint8Array, RegExp]>([
  ['an empty file', '', /^This notebook file is empty\.$/],
  ['only spaces', ' \n\n', /^This notebook file is empty\.$/],
  ['half a notebook', notebookText([draw]).slice(0, 99), /^This notebook is not valid JSON: [^\n]+$/],
  ['garbage', '\0\x01\x1b[2J\n\x07', /^This notebook is not valid JSON: [^\p{Cc}]+$/u],
  ['a picture', JPEG, /^This file is not text in UTF-8\.$/],
  ['UTF-16', Buffer.from(notebookText([draw]), 'utf16le'), /^This .* is not (valid JSON|text in UTF-8)/],
  ['a list', '[]', /^This is JSON but no notebook/],
  ['no version', '{"cells": []}', /no nbformat version/],
  ['no list of cells', '{"nbformat": 4, "cells": {}}', /^This is no whole notebook: it has no list of cells/],
  ['a cell that is none', json({ cells: [7] }), /^Cell 0 .* is not an object/],
  ['a source that is no text', json({ cells: [code({ a: 1 })] }), /^Cell 0 .* has a source that is not text/],
  ['worksheets of nbformat 3', '{"nbformat": 3, "worksheets": []}', /nbformat 3; .*jupyter nbconvert/],
  ['a later nbformat', '{"nbformat": 5, "cells": []}', /nbformat 5, newer than the 4/],
])('says in a line why it passes over %s', async (name, content, reason) => {
  workplace.write(`${name}.ipynb`, content);
  const said = await linted(`${name}.ipynb`);
  expect(said).toEqual({ findings: undefined, reason: expect.stringMatching(reason) as string });
});

it('says in a line why it passes over settings that it cannot read', async () => {
  workplace.notebook('set.ipynb', [draw]);
  workplace.write('set.repro.json', '{');
  expect((await linted('set.ipynb')).reason).toMatch(/^set\.repro\.json|JSON/);
});

it.skipIf(process.platform === 'win32')('never waits for a pipe, and follows no circle', async () => {
  execFileSync('mkfifo', [workplace.path('pipe.ipynb')]);
  symlinkSync('circle.ipynb', workplace.path('circle.ipynb'));
  symlinkSync('gone', workplace.path('nowhere.ipynb'));
  expect((await linted('pipe.ipynb')).reason).toMatch(/^This is a pipe or a device\. .*--stdin-filename/);
  expect((await linted('circle.ipynb')).reason).toBe('This symbolic link leads in a circle.');
  expect((await linted('nowhere.ipynb')).reason).toBe('There is no such file or folder.');
  expect((await linted('absent.ipynb')).reason).toBe('There is no such file or folder.');
  expect((await linted('good.ipynb/a.ipynb')).reason).toBe('There is no such file or folder.');
});

it('looks through folders in which such things are', async () => {
  mkdirSync(workplace.path('all/folder.ipynb'), { recursive: true });
  workplace.notebook('all/folder.ipynb/inner.ipynb', [draw]);
  execFileSync('mkfifo', [workplace.path('all/pipe.ipynb')]);
  symlinkSync('circle.ipynb', workplace.path('all/circle.ipynb'));
  symlinkSync('..', workplace.path('all/up'));
  symlinkSync(good, workplace.path('all/linked.ipynb'));
  const { code, stdout, stderr } = await workplace.reprise('lint', 'all', '--format', 'json');
  expect([code, stderr]).toEqual([1, '']);
  const { files } = JSON.parse(stdout) as Lint;
  expect(files.map(({ path }) => path)).toEqual(['all/folder.ipynb/inner.ipynb', 'all/linked.ipynb']);
});

it('says what it may not read or write', async () => {
  workplace.notebook('locked/a.ipynb', [draw]);
  workplace.notebook('open/closed/b.ipynb', [draw]);
  const list = workplace.notebook('open/c.ipynb', ['list({"a"})']);
  chmodSync(workplace.path('locked/a.ipynb'), 0);
  chmodSync(workplace.path('open/closed'), 0);
  chmodSync(list, 0o444);
  const paths = ['locked/a.ipynb', 'open', '--fix'];
  const { code, stdout, stderr } = await asNobody('lint', ...paths);
  expect(stderr.split('\n')).toEqual([
    'open/closed: There is no permission to read it.',
    'locked/a.ipynb: There is no permission to read it.',
    'open/c.ipynb: There is no permission to write it. It was not changed.',
    '',
  ]);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/py-set-order(.|\n)*1 warning in 1 file\.\n$/)]);
  chmodSync(workplace.path('open/closed'), 0o755);
});

/** Root may read everything. */
function asNobody(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const isRoot = process.getuid?.() === 0;
  chmodSync(workplace.folder, 0o755);
  return new Promise((done) => {
    const child = execFile(
      REPRISE,
      args,
      { cwd: workplace.folder, ...(isRoot ? { uid: 65534, gid: 65534 } : {}) },
      (_, stdout, stderr) => done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

it('gives back what stdin held where it cannot be fixed', async () => {
  const twice = '{"nbformat":4,"cells":[{"cell_type":"code","source":"x","source":"list({\'a\'})"}]}';
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((done) => {
    const args = ['lint', '-', '--fix', '--stdin-filename', 'some.ipynb'];
    const child = execFile(REPRISE, args, { cwd: workplace.folder }, (_, stdout, stderr) =>
      done({ stdout, stderr }),
    );
    child.stdin!.end(twice);
  });
  expect(stdout).toBe(twice);
  expect(stderr).toBe('some.ipynb: Its fixes have no clear place in this file. It was not changed.\n');
});

it('shows no control character of a cell', async () => {
  workplace.notebook('escape.ipynb', ['import random\nx = "\x1b[2J\x07", random.random()']);
  const { stdout } = await workplace.reprise('lint', 'escape.ipynb');
  expect(stdout).toContain('x = "\ufffd[2J\ufffd", random.random()');
});
