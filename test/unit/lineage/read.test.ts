import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnds, readRecord, type RecordError } from '../../../src/lineage/read';
import { readsAnything } from '../../../src/lineage/stale/timeline';
import { exact, stdout, type CellSpec } from '../replay/build';
import { chained, recordText, temporaryFolder } from './build';

const CELLS: CellSpec[] = [
  { outputs: [stdout('zero é')], writes: [exact('x')] },
  { outputs: [stdout('one')] },
  { outputs: [stdout('two')] },
];

function file(text: string | Uint8Array): string {
  const target = path.join(temporaryFolder(), 'record.jsonl');
  writeFileSync(target, text);
  return target;
}

const sha256 = (data: string): string => createHash('sha256').update(data).digest('hex');

describe('a record', () => {
  it('says what was loaded when its kernel ended, or nothing of it', () => {
    const [header] = recordText(CELLS).split('\n');
    const ending = (loaded: unknown): string =>
      chained([JSON.parse(header!) as object, { type: 'closing', files: [], loaded }]).join('\n') + '\n';
    const loaded = { dispatch: ['AVX2'], how: {}, unavailable: {} };
    expect(readRecord(file(ending(loaded))).loaded).toEqual(loaded);
    expect(readRecord(file(ending('AVX2')))).not.toHaveProperty('loaded');
    expect(readRecord(file(recordText(CELLS)))).not.toHaveProperty('loaded');
  });

  it.each([
    ['reads', null],
    ['files', [{ path: 'a.csv', mode: 'write', sha256: 0 }]],
    ['entropy', [null]],
    ['clock', -1],
    ['rng', 0],
    ['error', 'text'],
    ['writes', '../../../etc/passwd'],
    ['folders', 1],
  ])('reads nothing under a field that is not what it should be, and says so: %s', (name, value) => {
    const [header] = recordText(CELLS).split('\n');
    const cell = { type: 'cell', seq: 1, index: 0, id: 'a', execution: 1, [name]: value };
    const { cells } = readRecord(file(chained([JSON.parse(header!) as object, cell]).join('\n') + '\n'));
    expect(cells[0]!.faults).toEqual([`what its line says under \`${name}\` cannot be read`]);
    expect(cells[0]).not.toHaveProperty(name, value);
    expect(readsAnything(cells[0]!)).toBe(true);
  });

  it('without a Python that could be compared has no header', () => {
    const [header] = recordText(CELLS).split('\n');
    const { environment, ...rest } = JSON.parse(header!) as { environment: object };
    const wrong = chained([{ ...rest, environment: { ...environment, python: {} } }]).join('\n') + '\n';
    expect(() => readRecord(file(wrong))).toThrow('does not begin with a record header');
    expect(readRecord(file(chained([rest]).join('\n') + '\n')).header).not.toHaveProperty('environment');
  });

  it('is read whole when its chain holds', () => {
    const text = recordText(CELLS);
    const { header, cells, summary, root, broken } = readRecord(file(text));
    expect(header.notebook).toBe('study.ipynb');
    expect(cells.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(summary?.status).toBe('ok');
    expect(broken).toBeNull();
    expect(root).toBe(sha256(text.trimEnd().split('\n').at(-1) ?? ''));
  });

  it('is read across block borders', () => {
    const long = Array.from({ length: 40 }, (): CellSpec => ({ notObserved: ['ä'.repeat(60_000)] }));
    const { cells, broken } = readRecord(file(recordText(long)));
    expect(broken).toBeNull();
    expect(cells).toHaveLength(40);
    expect(cells[39]?.notObserved[0]).toBe('ä'.repeat(60_000));
  });

  it('keeps every line before one that was cut', () => {
    const text = recordText(CELLS);
    for (const cut of [1, 5, 40]) {
      const { cells, summary, broken } = readRecord(file(text.slice(0, -cut)));
      expect(broken).toEqual({ line: 5, reason: 'torn' });
      expect(cells).toHaveLength(3);
      expect(summary).toBeNull();
    }
  });

  it('finds any changed byte of any line but the last, and trusts nothing from there on', () => {
    const text = recordText(CELLS);
    const lines = text.split('\n');
    for (const number of [2, 3, 4]) {
      const line = lines[number - 1] ?? '';
      for (const at of [20, Math.floor(line.length / 2), line.length - 2]) {
        const bytes = Buffer.from(text);
        const offset = Buffer.byteLength(lines.slice(0, number - 1).join('\n')) + 1 + at;
        bytes[offset] = (bytes[offset] ?? 0) ^ 1;
        const { cells, summary, broken } = readRecord(file(bytes));
        expect(broken?.line).toBeLessThanOrEqual(number);
        expect(broken?.line).toBeGreaterThanOrEqual(number - 1);
        expect(cells.length).toBe(Math.max(0, (broken?.line ?? 0) - 2));
        expect(summary).toBeNull();
      }
    }
  });

  it('says which line was changed', () => {
    const text = recordText(CELLS).replace('"durationMs":1,', '"durationMs":2,');
    const { broken, cells, header } = readRecord(file(text));
    expect(broken).toEqual({ line: 2, reason: 'changed' });
    expect(cells).toEqual([]);
    expect(header.run).toBe('20260101-000000-aaaaaa');
  });

  it('finds a change in its last line by what another document says of it', () => {
    const text = recordText(CELLS);
    const changed = text.replace('"status":"ok","endedAt"', '"status":"no","endedAt"');
    expect(readRecord(file(changed)).broken).toBeNull();
    const expected = [{ sha256: sha256(text) }, { root: readRecord(file(text)).root }];
    for (const each of expected) {
      expect(readRecord(file(text), each).broken).toBeNull();
      const { broken, summary } = readRecord(file(changed), each);
      expect(broken).toEqual({ line: 5, reason: 'changed' });
      expect(summary).toBeNull();
    }
  });

  it('says which line cannot be read', () => {
    const lines = recordText(CELLS).split('\n');
    lines[2] = 'not json';
    const { broken, cells } = readRecord(file(lines.join('\n')));
    expect(broken).toEqual({ line: 3, reason: 'unreadable' });
    expect(cells).toHaveLength(1);
  });

  it('finds a line that was taken out', () => {
    const lines = recordText(CELLS).split('\n');
    lines.splice(2, 1);
    expect(readRecord(file(lines.join('\n'))).broken?.reason).toBe('changed');
  });

  it('passes over line types and fields that it does not know', () => {
    const [header, cell, ...rest] = recordText(CELLS)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const text = chained([
      header ?? {},
      { type: 'checkpoint', at: 1 },
      { ...cell, later: { a: 1 } },
      ...rest,
    ]).join('\n');
    const { cells, summary, broken } = readRecord(file(text + '\n'));
    expect(broken).toBeNull();
    expect(cells).toHaveLength(3);
    expect(summary?.status).toBe('ok');
  });

  it('reads a cell line that lacks what a fault left out', () => {
    const [header] = recordText([]).split('\n');
    const cell = { type: 'cell', seq: 0, index: 0, id: 'a', faults: ['tracking variables: KeyError'] };
    const { cells } = readRecord(file(chained([JSON.parse(header ?? '') as object, cell]).join('\n') + '\n'));
    expect(cells[0]).toMatchObject({ writes: [], rng: { before: {}, after: {} }, faults: cell.faults });
  });

  it.each<[string, string | null, RecordError['reason']]>([
    ['is not there', null, 'missing'],
    ['is empty', '', 'empty'],
    ['is no record', '{"a":1}\n', 'no-header'],
    ['is binary', '\u0000\u0001', 'no-header'],
    [
      'comes from a newer version',
      `${JSON.stringify({ type: 'header', schema: 'reprise/record/9', prev: '0'.repeat(64) })}\n`,
      'newer',
    ],
  ])('that %s is refused with a reason', (_what, text, reason) => {
    const target = text === null ? path.join(temporaryFolder(), 'record.jsonl') : file(text);
    expect(() => readRecord(target)).toThrow(expect.objectContaining({ name: 'RecordError', reason }));
  });
});

describe('the ends of a record', () => {
  it('are its header and summary', () => {
    const { header, summary } = readEnds(file(recordText(CELLS)));
    expect([header?.run, summary?.executed]).toEqual(['20260101-000000-aaaaaa', 3]);
  });

  it('are found where the last lines are long', () => {
    const long: CellSpec[] = [{ notObserved: ['x'.repeat(300_000)] }];
    const spec = { summary: { faults: ['y'.repeat(200_000)] } };
    expect(readEnds(file(recordText(long, spec))).summary?.faults[0]).toHaveLength(200_000);
  });

  it.each([
    ['cut', recordText(CELLS, { summary: null }).slice(0, -9)],
    ['header only', recordText([], { summary: null })],
  ])('have no summary in a record that is %s', (_what, text) => {
    const { header, summary } = readEnds(file(text));
    expect(header?.notebook).toBe('study.ipynb');
    expect(summary).toBeNull();
  });

  it.each(['', 'nonsense', '\n\n'])('are absent in %j', (text) => {
    expect(readEnds(file(text))).toEqual({ header: null, summary: null });
  });
});
