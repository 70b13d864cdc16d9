/** What programs lean on that call the command: options, exit codes, one document on stdout, paths relative to the root. */
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ended, notebookText, PYTHON, Workplace } from './support';

const place = new Workplace();
/** Beside it: without `.reprise` and git. */
const bare = new Workplace();

beforeAll(() => {
  place.store.ensure();
  place.notebook('steady.ipynb', ['print(1)']);
  place.notebook('raises.ipynb', ['raise ValueError("bad")']);
});
afterAll(() => {
  place.remove();
  bare.remove();
});

type Document = Record<string, unknown>;

/** @throws where stdout is anything but one JSON document */
const documentOf = ({ stdout }: Ended): Document => JSON.parse(stdout) as Document;

/** As Jupyter saves it. */
const shows = (name: string, output: Document, tags: string[] = []): void =>
  void place.write(
    name,
    notebookText([{ source: 'x', execution_count: 1, metadata: { tags }, outputs: [output] }]),
  );

const text = (value: string): Document => ({ output_type: 'stream', name: 'stdout', text: value });
const error = { output_type: 'error', ename: 'ValueError', evalue: 'bad', traceback: [] };

it('says in one document what was wrong with how it was called', async () => {
  for (const args of [
    ['run', 'steady.ipynb', '--bogus'],
    ['verify'],
    ['run', 'steady.ipynb', '--policy', 'no'],
  ]) {
    const ended = await place.reprise(...args, '--format', 'json');
    expect([ended.code, documentOf(ended)]).toMatchObject([
      2,
      { schema: 'reprise/error/0', reason: 'usage' },
    ]);
  }
  for (const command of ['attach', 'cancel', 'delete'])
    expect(await place.reprise(command, 'no-run-id')).toMatchObject({ code: 2 });
});

it('says on stderr nothing but JSON, an object a line, where it was told to', async () => {
  const ndjson = ['--format', 'json', '--progress', 'ndjson'];
  const calls: [string[], string[]][] = [
    [['run', 'none.ipynb'], ['error']],
    [['run', 'steady.ipynb', '--bogus'], ['error']],
    [
      ['verify', 'none.ipynb', 'neither.ipynb', '--python', PYTHON],
      ['warning', 'warning'],
    ],
  ];
  for (const [args, expected] of calls) {
    const { stderr } = await place.reprise(...args, ...ndjson);
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; message: string });
    expect(events.map(({ event }) => event)).toEqual(expected);
    for (const { message } of events) expect(message).not.toBe('');
  }
});

it('compares notebooks by their names from the root and by the tolerance beside them, from whichever folder', async () => {
  mkdirSync(place.path('sub'));
  shows('sub/a.ipynb', text('0.50000000\n'));
  shows('sub/b.ipynb', text('0.50000001\n'));
  const settings = { tolerance: { rtol: 1e-6, atol: 0 } };
  place.write('sub/a.repro.json', JSON.stringify({ schema: 'reprise/notebook/1', settings }));
  const expected = {
    verdict: 'within-tolerance',
    notebook: 'sub/a.ipynb',
    original: 'sub/a.ipynb',
    replays: ['sub/b.ipynb'],
  };
  const json = ['--format', 'json'];
  const calls: [string, string[]][] = [
    [place.folder, ['sub/a.ipynb', 'sub/b.ipynb']],
    [place.path('sub'), ['a.ipynb', 'b.ipynb']],
    ['/', [place.path('sub/a.ipynb'), place.path('sub/b.ipynb')]],
  ];
  for (const [cwd, files] of calls) {
    const ended = await place.start(['compare', ...files, ...json], { cwd }).ended;
    expect([ended.code, documentOf(ended)]).toMatchObject([0, expected]);
  }
});

it('fails where both notebooks show the same error, unless it was allowed', async () => {
  shows('error-a.ipynb', error);
  shows('error-b.ipynb', error);
  const ended = await place.reprise('compare', 'error-a.ipynb', 'error-b.ipynb');
  expect([ended.code, ended.stdout]).toEqual([
    1,
    expect.stringContaining('Cell 0 raised ValueError. It repeats'),
  ]);
  expect(await place.reprise('compare', 'error-a.ipynb', 'error-b.ipynb', '--allow-errors')).toMatchObject({
    code: 0,
  });
  shows('error-a.ipynb', error, ['raises-exception']);
  shows('error-b.ipynb', error, ['raises-exception']);
  expect(await place.reprise('compare', 'error-a.ipynb', 'error-b.ipynb')).toMatchObject({ code: 0 });
});

it('prints the error alone where the report or the page cannot be written', async () => {
  expect(await place.execute('run', 'steady.ipynb')).toMatchObject({ code: 0 });
  const [run] = place.store.runIds();
  place.write('file', '');
  const calls = [
    ['replay', run!, '--python', PYTHON, '--report', 'file/report.html'],
    ['compare', run!, run!, '--report', 'file/report.html'],
    ['explain', run!, run!, '--report', 'file/report.html'],
    ['lineage', 'steady.ipynb', '--out', 'file/page.html'],
  ];
  for (const args of calls) {
    const ended = await place.reprise(...args, '--format', 'json');
    expect([ended.code, documentOf(ended)]).toMatchObject([2, { schema: 'reprise/error/0' }]);
  }
});

it('runs as often as it was told to against what the notebook was saved with', async () => {
  const { code } = await place.execute('run', 'steady.ipynb', '--in-place');
  expect(code).toBe(0);
  const ended = await place.execute(
    'verify',
    'steady.ipynb',
    '--against',
    'outputs',
    '--times',
    '2',
    '--format',
    'json',
  );
  const document = documentOf(ended);
  expect([ended.code, document]).toMatchObject([0, { verdict: 'identical', covered: { runs: 2 } }]);
  expect(document.replays).toHaveLength(2);
});

it('seals with what verify takes, and lets nothing of that pass unheeded', async () => {
  const seal = (...args: string[]) => place.reprise('seal', 'steady.ipynb', '--python', PYTHON, ...args);
  const sealed = await seal('--against', 'outputs', '--no-snapshot', '--report', 'sealed.html');
  expect(sealed).toMatchObject({ code: 0 });
  expect(place.read('sealed.html')).toContain('<!doctype html>');
  expect(await seal('--against', 'seal')).toMatchObject({ code: 0 });
  const before = place.read('steady.repro.json');
  expect(await seal('--dry-run')).toMatchObject({ code: 2 });
  const there = ['--target', 'kubernetes', '--image', `x@sha256:${'0'.repeat(64)}`];
  const kubeconfig = place.unreachableCluster();
  expect(await place.reprise('seal', 'steady.ipynb', ...there, '--kubeconfig', kubeconfig)).toMatchObject({
    code: 5,
  });
  expect(place.read('steady.repro.json')).toBe(before);
  shows('saved.ipynb', text('2\n'));
  const refused = await place.reprise('seal', 'saved.ipynb', '--python', PYTHON, '--against', 'outputs');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Not sealed')]);
});

it('names linted files from their root, and from here where nothing marks one', async () => {
  const cells = ['import random\nrandom.random()'];
  place.notebook('sub/inner.ipynb', cells);
  const json = ['--format', 'json'];
  const paths = async (cwd: string, ...args: string[]) => {
    const { files, skipped } = documentOf(await place.start(['lint', ...args, ...json], { cwd }).ended);
    return [files, skipped].map((each) => (each as { path: string }[]).map((one) => one.path));
  };
  expect(await paths(place.path('sub'), 'inner.ipynb', 'none.ipynb')).toEqual([
    ['sub/inner.ipynb'],
    ['sub/none.ipynb'],
  ]);
  bare.notebook('x/same.ipynb', cells);
  bare.notebook('y/same.ipynb', cells);
  expect(await paths(bare.folder, '.')).toEqual([['x/same.ipynb', 'y/same.ipynb'], []]);
  expect(await paths(place.folder, bare.path('x/same.ipynb'))).toEqual([['same.ipynb'], []]);
  const told = await place.start(['lint', 'inner.ipynb', '--progress', 'ndjson'], { cwd: place.path('sub') })
    .ended;
  expect([told.code, told.stdout]).toEqual([1, expect.stringMatching(/^inner\.ipynb cell 0/)]);
});

it('tells causes that are of the run and of no cell', async () => {
  place.notebook('silent.ipynb', ['pass']);
  expect(await place.execute('run', 'silent.ipynb')).toMatchObject({ code: 0 });
  const ended = await place.reprise('explain', 'silent.ipynb', '--python', PYTHON, '--format', 'json');
  expect([ended.code, documentOf(ended)]).toMatchObject([
    4,
    { verdict: 'unverifiable', firstDivergence: null },
  ]);
  expect(documentOf(ended).causes).toMatchObject([{ kind: 'unknown' }]);
});
