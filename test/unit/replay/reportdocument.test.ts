import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/notebook/digest';
import { rawForm, type Output } from '../../../src/notebook/output';
import type { DataRead } from '../../../src/lineage/record';
import type { Store } from '../../../src/lineage/store';
import type { Judgement } from '../../../src/replay/documents';
import { judge } from '../../../src/replay/compare/judge';
import { readReport, reportDocument } from '../../../src/replay/report/document';
import { loadRunSide } from '../../../src/replay/compare/side';
import * as reports from '../../webview/reports';
import { temporaryStore, writeRun } from '../lineage/build';
import { draw, notebookSide, result, side, stdout, type CellSpec, type RunSpec } from './build';

const ORIGINAL = '20260101-000000-aaaaaa';
const REPLAY = '20260101-000100-bbbbbb';
const LATER = '20260101-000200-cccccc';

/** A run on disk with its sources and outputs, as the agent keeps them. */
function keep(store: Store, run: string, cells: CellSpec[], spec: RunSpec = {}): void {
  writeRun(store, run, cells, spec);
  for (const { code = '', outputs = [] } of cells) {
    store.putObject(Buffer.from(code));
    store.putObject(Buffer.from(canonicalJson(rawForm(outputs) as never)));
  }
}

function keepReplay(store: Store, run: string, cells: CellSpec[]): Judgement {
  keep(store, run, cells, { header: { replayOf: ORIGINAL } });
  const judgement = judge(loadRunSide(store, ORIGINAL), [loadRunSide(store, run)]);
  writeFileSync(path.join(store.runFolder(run), 'verdict.json'), JSON.stringify(judgement));
  return judgement;
}

const say = (text: string): CellSpec[] => [{ code: '# greet\nsay()', outputs: [stdout(`${text}\n`)] }];

const labels = ({ facts }: ReturnType<typeof readReport>): string[] => facts.map(({ label }) => label);
const fact = ({ facts }: ReturnType<typeof readReport>, name: string): string =>
  (facts.find(({ label }) => label === name)?.values ?? []).map(({ text }) => text).join(' | ');

describe('a run on disk', () => {
  it('is reported without a verdict until it is replayed', () => {
    const store = temporaryStore();
    keep(store, ORIGINAL, say('hello'));
    const report = readReport(store, ORIGINAL);
    expect(report).toMatchObject({
      notebook: 'study.ipynb',
      run: ORIGINAL,
      mark: 'none',
      headline: 'Not replayed yet',
      remarks: [],
      first: null,
    });
    expect(report.cells).toEqual([
      {
        index: 0,
        id: 'id0',
        mark: 'ran',
        said: 'Ran',
        title: 'say()',
        source: '# greet\nsay()',
        notes: ['1 ms'],
        differences: [],
        causes: [],
        randomness: [],
      },
    ]);
    expect(labels(report)).toEqual(['Run', 'Trust', 'Policy', 'Seed', 'Randomness', 'Environment']);
    expect(report.facts[0]?.values).toEqual([
      { text: `Ran 1 cell in 1.0 s. \`${ORIGINAL}\``, at: '2026-01-01T00:00:00.000Z' },
    ]);
  });

  it('tells which versions of data from elsewhere it had, each once', () => {
    const store = temporaryStore();
    const url = (etag?: string): DataRead => ({
      kind: 'url',
      name: 'https://data.example/a.csv',
      version: etag === undefined ? {} : { etag },
    });
    const query = { name: 'sqlite:study.db', query: 'select 1' };
    keep(store, ORIGINAL, [
      { data: [url('"v1"'), { kind: 'sql', ...query, version: { rows: '2' } }] },
      { data: [url('"v1"'), url(), { kind: 'sql', ...query, version: { rows: '9' }, own: true }] },
    ]);
    expect(fact(readReport(store, ORIGINAL), 'Data from elsewhere').split(' | ')).toEqual([
      '`https://data.example/a.csv`, ETag "v1" (cell 0)',
      'What `select 1` gives of `sqlite:study.db`, number of rows 2 (cell 0)',
      '`https://data.example/a.csv`, of which nothing tells the version (cell 1)',
    ]);
  });

  it('is reported with the newest judgement on it, and a replay with its own', () => {
    const store = temporaryStore();
    keep(store, ORIGINAL, say('hello'));
    keepReplay(store, REPLAY, say('hello'));
    expect(readReport(store, ORIGINAL).headline).toBe('Same in 1 of 1 run');
    keepReplay(store, LATER, say('bye'));
    expect(readReport(store, ORIGINAL)).toMatchObject({
      run: ORIGINAL,
      headline: 'Different from cell 0',
      first: 0,
    });
    expect(readReport(store, REPLAY)).toMatchObject({ run: ORIGINAL, headline: 'Same in 1 of 1 run' });
    expect(readReport(store, LATER).headline).toBe('Different from cell 0');
  });

  it('is reported by its replay once it was removed itself', () => {
    const store = temporaryStore();
    keep(store, ORIGINAL, say('hello'));
    keepReplay(store, REPLAY, say('hello'));
    rmSync(store.runFolder(ORIGINAL), { recursive: true });
    const report = readReport(store, REPLAY);
    expect(report).toMatchObject({ run: REPLAY, headline: 'Same in 1 of 1 run' });
    expect(report.cells.map(({ title, said }) => [title, said])).toEqual([['say()', 'Same']]);
    expect(fact(report, 'Original')).toBe(`\`${ORIGINAL}\` is no longer kept.`);
    expect(labels(report)).not.toContain('Drift');
  });

  it('says of a replay that was not judged what it is, and takes a damaged verdict for none', () => {
    const store = temporaryStore();
    keep(store, ORIGINAL, say('hello'));
    keepReplay(store, REPLAY, say('hello'));
    for (const damaged of ['{', 'null', '{"schema":"reprise/verdict/1"}']) {
      writeFileSync(path.join(store.runFolder(REPLAY), 'verdict.json'), damaged);
      expect(readReport(store, REPLAY)).toMatchObject({
        headline: 'Not replayed yet',
        remarks: [`This is a replay of ${ORIGINAL} that was not judged.`],
      });
      expect(readReport(store, ORIGINAL).headline).toBe('Not replayed yet');
    }
  });

  it('is reported against the outputs that a notebook was saved with', () => {
    const store = temporaryStore();
    keep(store, ORIGINAL, say('hello'));
    const judgement = judge(notebookSide(say('hi'), 'study.ipynb'), [loadRunSide(store, ORIGINAL)]);
    writeFileSync(path.join(store.runFolder(ORIGINAL), 'verdict.json'), JSON.stringify(judgement));
    const report = readReport(store, ORIGINAL);
    expect(report).toMatchObject({ run: ORIGINAL, headline: 'Different from cell 0', first: 0 });
    expect(fact(report, 'Original')).toBe('The outputs that `study.ipynb` was saved with.');
    expect(report.cells[0]?.title).toBe('say()');
  });

  it('whose kernel runs on, or that was changed afterwards, is reported as far as it goes', () => {
    const store = temporaryStore();
    keep(store, ORIGINAL, say('hello'), { summary: null });
    expect(fact(readReport(store, ORIGINAL), 'Run')).toContain(
      'Its end is not recorded; 1 cell is recorded.',
    );
    writeFileSync(path.join(store.runFolder(ORIGINAL), 'local.json'), JSON.stringify({ pid: process.pid }));
    expect(readReport(store, ORIGINAL).remarks).toEqual([
      'Its kernel is still running; 1 cell is recorded so far.',
    ]);
    writeFileSync(path.join(store.runFolder(ORIGINAL), 'local.json'), '{}');
    writeFileSync(path.join(store.runFolder(ORIGINAL), 'manifest.json'), manifestOf('record.jsonl', 'other'));
    expect(readReport(store, ORIGINAL).remarks).toEqual([
      'In this run line 2 of the record was changed after it was written; only the lines before it count.',
    ]);
  });

  it('is refused with a reason where there is no record', () => {
    const store = temporaryStore();
    mkdirSync(store.runFolder(ORIGINAL));
    expect(() => readReport(store, ORIGINAL)).toThrow(expect.objectContaining({ reason: 'missing' }));
    expect(() => readReport(store, '../x')).toThrow(expect.objectContaining({ reason: 'bad-run' }));
  });
});

describe('what a report says', () => {
  it('of draws: who seeded them, and where none did', () => {
    expect(fact(reports.onlyRecorded, 'Randomness')).toBe(
      '1 draw seeded by the notebook | 1 draw seeded by Reprise | 1 draw that no seed reached, in cell 2',
    );
    expect(reports.onlyRecorded.cells.map(({ notes }) => notes[0])).toEqual([
      '1 ms',
      '1 draw',
      '1 draw that no seed reached',
      '1 draw',
    ]);
    expect(reports.onlyRecorded.remarks).toEqual(['A replay can differ: no seed reached what cell 2 drew.']);
    expect(fact(reports.identical, 'Randomness')).toBe('None was drawn');
  });

  it('of causes: those of the cell that differed first too, with evidence that a person can read', () => {
    const { causes, cells } = reports.different;
    expect(causes.map(({ summary }) => summary)[0]).toMatch(/^`os\.urandom\(\)` on line 2 of cell 1/);
    const inherited = cells[2]?.causes.find(({ summary }) => summary.includes('already differed'));
    expect(inherited).toMatchObject({
      toDo: 'Look at the cell where it came from.',
      evidence: [
        { what: 'variable noise', where: { cell: 1 }, before: '6b86b273ff34…', after: 'd4735e3a265e…' },
        { what: 'cell that differed first', where: { cell: 1 } },
      ],
    });
    const obstacle = reports.unverifiable.cells[1]?.causes.at(-1);
    expect(obstacle?.summary).toMatch(/could not be compared/);
    expect(obstacle).not.toHaveProperty('toDo');
  });

  it('of a source that changed: the lines', () => {
    const report = reports.judged(
      [{ code: 'a = 1\nb = 2' }],
      [{ code: 'a = 1\nb = 3' }].map((cell) => ({ ...cell, outputs: [stdout('x')] })),
    );
    const source = report.cells[0]?.causes
      .flatMap(({ evidence }) => evidence)
      .find(({ what }) => what === 'source');
    expect(source?.lines).toEqual([
      { side: 'place', text: 'from line 1' },
      { side: 'both', text: 'a = 1' },
      { side: 'original', text: 'b = 2' },
      { side: 'replay', text: 'b = 3' },
    ]);
  });

  it('of pictures: both, taken from the replay that differs', () => {
    const picture = (text: string): Output[] => [result({ 'image/svg+xml': `<svg>${text}</svg>` })];
    const original = side([{ outputs: picture('a') }]);
    const same = side([{ outputs: picture('a') }], { run: REPLAY });
    const other = side([{ outputs: picture('b') }], { run: LATER });
    const judgement = judge(original, [same, other]);
    const status = 'ok' as const;
    const report = reportDocument({
      run: original.run,
      status,
      judgement,
      original,
      replays: [same, other],
    });
    expect(report.headline).toBe('Different from cell 0');
    expect(report.cells[0]?.differences[0]?.pictures).toEqual({
      original: `data:image/svg+xml;base64,${btoa('<svg>a</svg>')}`,
      replay: `data:image/svg+xml;base64,${btoa('<svg>b</svg>')}`,
    });
    expect(fact(report, 'Replays').split(' | ')).toHaveLength(2);
  });

  it('of an error that repeats, a declared output, a killed kernel', () => {
    expect(reports.repeatedError.remarks).toEqual([
      '2 outputs, 0 files, 0 of 0 variables compared.',
      'Cell 1 raised ValueError. It repeats in the replay.',
    ]);
    expect(reports.repeatedError.cells[1]).toMatchObject({
      said: 'Same',
      notes: ['ValueError: bad', '1 ms'],
    });
    const code = '# reprise: volatile the weather\nnow()';
    const declared = reports.judged(
      [
        { code, outputs: [stdout('sun')] },
        { code: 'x', outputs: [stdout('x')] },
      ],
      [
        { code, outputs: [stdout('rain')] },
        { code: 'x', outputs: [stdout('x')] },
      ],
    );
    expect(declared.headline).toBe('Same in 1 of 1 run');
    expect(declared.remarks[1]).toBe('Declared volatile, not judged: cell 0.');
    expect(declared.cells[0]).toMatchObject({ mark: 'canonical', said: 'Different, as declared' });
    expect(reports.died.remarks).toEqual([
      'The kernel died in cell 1 (SIGKILL, often for lack of memory); what was recorded until then is kept.',
    ]);
    expect(reports.died.cells.map(({ mark, said }) => [mark, said])).toEqual([
      ['ran', 'Ran'],
      ['raised', 'Kernel died here'],
    ]);
  });

  it('stays small, whatever a cell printed', () => {
    const long = 'x'.repeat(500_000);
    const report = reports.judged(
      [{ code: long, outputs: [stdout(`${long}a`)], entropy: [draw('uuid4', 'unreached')] }],
      [{ code: long, outputs: [stdout(`${long}b`)], entropy: [draw('uuid4', 'unreached')] }],
    );
    expect(JSON.stringify(report).length).toBeLessThan(40_000);
  });
});

function manifestOf(name: string, sha256: string): string {
  return JSON.stringify({ files: [{ path: name, size: 1, sha256 }] });
}
