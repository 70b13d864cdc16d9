/** Records that were damaged after they were written: what is readable stays so, and no verdict is built on the rest. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, stackTrace, Workplace } from './support';

const place = new Workplace();
let run: string;

beforeAll(async () => {
  const notebook = place.notebook('study.ipynb', ['a = 1', 'print(a)', 'print(a + 1)']);
  expect((await place.execute('run', notebook)).code).toBe(0);
  run = place.store.runIds()[0]!;
});
afterAll(() => place.remove());

/** A copy of the run whose record was changed by `damage`; `name` is the last part of its id. */
function damaged(name: string, damage: (record: Buffer) => Buffer): string {
  const copy = `${run.slice(0, 15)}-${name}`;
  cpSync(place.store.runFolder(run), place.store.runFolder(copy), { recursive: true });
  const record = place.store.recordPath(copy);
  writeFileSync(record, damage(readFileSync(record)));
  return copy;
}

/** Lines: 1 header, 2 to 4 cells, 5 summary. */
function inLine(number: number, change: (line: string) => string): (record: Buffer) => Buffer {
  return (record) =>
    Buffer.from(
      record
        .toString()
        .split('\n')
        .map((line, i) => (i === number - 1 ? change(line) : line))
        .join('\n'),
    );
}

function cutIn(number: number): (record: Buffer) => Buffer {
  return (record) => {
    const lines = record.toString().split('\n');
    return Buffer.from(`${lines.slice(0, number - 1).join('\n')}\n${lines[number - 1]!.slice(0, 40)}`);
  };
}

function expectNoVerdict(ended: Ended, says: RegExp): void {
  expect(ended.code).toBe(4);
  expect(ended.stdout + ended.stderr).toMatch(says);
  expect(stackTrace(ended)).toBeUndefined();
}

const oneByte = (line: string): string => line.replace('"durationMs":', '"durationMS":');

describe.each([
  ['cut in the middle of a line', 'aaaaaa', cutIn(4), /breaks off in line 4/, ['c0', 'c1']],
  ['with a changed byte in a cell', 'bbbbbb', inLine(3, oneByte), /line 3 of the record was changed/, ['c0']],
  [
    'with a changed byte in its last line',
    'cccccc',
    inLine(5, oneByte),
    /line 5 of the record was changed/,
    ['c0', 'c1', 'c2'],
  ],
  [
    'with a line that is no JSON',
    'dddddd',
    inLine(4, (line) => line.slice(1)),
    /line 4 of the record cannot be read/,
    ['c0', 'c1'],
  ],
  [
    'with a changed header',
    'eeeeee',
    inLine(1, (line) => line.replace('"close"', '"clone"')),
    /line 1 of the record was changed/,
    [],
  ],
] as const)('a record %s', (_how, name, damage, says, readable) => {
  let copy: string;
  beforeAll(() => {
    copy = damaged(name, damage);
  });

  it('is read up to there', async () => {
    expect(place.record(copy).cells.map((cell) => cell.id)).toEqual(readable);
    expect((await place.runs()).map((listed) => listed.run)).toContain(copy);
  });

  it('is compared and explained only as far as to say where it breaks', async () => {
    expectNoVerdict(await place.reprise('compare', run, copy), says);
    expectNoVerdict(await place.reprise('compare', copy, run), says);
    expectNoVerdict(await place.reprise('explain', run, copy), says);
  });
});

describe('a damaged record', () => {
  it('is replayed from its sources, but what it says is not believed', async () => {
    const copy = damaged('ffffff', cutIn(4));
    const ended = await place.execute('replay', copy);
    expectNoVerdict(ended, /breaks off in line 4/);
    const [replay] = await place.runs();
    expect(replay).toMatchObject({ status: 'ok', replayOf: copy, verdict: 'unverifiable' });
    expectNoVerdict(await place.reprise('explain', replay!.run), /breaks off in line 4/);
  });

  it('without a header is said to have none, and hides no other run', async () => {
    const copy = damaged('gggggg', (record) => record.subarray(10));
    for (const args of [
      ['compare', run, copy],
      ['replay', copy],
      ['explain', copy],
    ]) {
      expectNoVerdict(await place.reprise(...args), /does not begin with a record header/);
    }
    const listed = new Map((await place.runs()).map((each) => [each.run, each.status]));
    expect(listed.get(copy)).toBe('unreadable');
    expect(listed.get(run)).toBe('ok');
    const lineage = await place.reprise('lineage', run, '--across');
    expect([lineage.code, lineage.stderr]).toEqual([
      0,
      expect.stringContaining(`Run ${copy} is not looked at`),
    ]);
    const gc = await place.reprise('gc');
    expect([gc.code, gc.stderr]).toEqual([
      0,
      expect.stringContaining(`No object is removed because of .reprise/runs/${copy}/record.jsonl`),
    ]);
  });

  it('with a source that was changed in objects is not replayed from it', async () => {
    const copy = damaged('hhhhhh', (record) => record);
    rmSync(path.join(place.store.runFolder(copy), 'notebook.ipynb'));
    const object = place.store.objectPath(place.record(copy).header.cells[1]!.source);
    const before = readFileSync(object);
    writeFileSync(object, 'print("forged")');
    expectNoVerdict(await place.execute('replay', copy), /was changed after it was kept. It is not used/);
    writeFileSync(object, before);
    expect((await place.execute('replay', copy)).code).toBe(0);
  });
});
