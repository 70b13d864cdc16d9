import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordText } from '../../../src/vscode/recordText';
import { temporaryStore } from '../lineage/build';
import { ORIGINAL, putRecorded, putRun, recordedLines } from './recorded';

/** The entries of the document below its comments. */
function entriesIn(text: string): { type?: string; torn?: string; unreadable?: string }[] {
  return JSON.parse(text.replace(/^\/\/.*$/gm, '')) as { type?: string }[];
}

describe('a record laid out for reading', () => {
  it('has every line and says whether its chain holds', () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL);
    const text = recordText(store.root, ORIGINAL);
    expect(text.split('\n')[0]).toBe(`// Record of run ${ORIGINAL}, 6 lines. Its chain holds to the end.`);
    expect(entriesIn(text).map(({ type }) => type)).toEqual([
      'header',
      'cell',
      'cell',
      'cell',
      'cell',
      'summary',
    ]);
    expect(text).toContain('\n  "run": "20261125-202346-4acacb",\n');
  });

  it('of a live run says that it has not ended', () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL, 3);
    expect(recordText(store.root, ORIGINAL)).toContain('3 lines. Its chain holds; the run has not ended.');
  });

  it('shows a changed line, one that is no JSON, and one that is not whole', () => {
    const store = temporaryStore();
    const lines = recordedLines('original');
    putRun(store, ORIGINAL, [lines[0], lines[1]!.replace('"ok"', '"error"'), 'no JSON', '{"torn'].join('\n'));
    const text = recordText(store.root, ORIGINAL);
    expect(text).toMatch(/Its chain breaks at line \d \(\w+\): nothing from there on is proven\./);
    expect(entriesIn(text).slice(2)).toEqual([{ unreadable: 'no JSON' }, { torn: '{"torn' }]);
  });

  it('of great size shows the beginning and says where the whole is', () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL, 1);
    const line = JSON.stringify({ type: 'cell', text: 'x'.repeat(100_000) });
    appendFileSync(store.recordPath(ORIGINAL), `${line}\n`.repeat(60));
    const text = recordText(store.root, ORIGINAL);
    expect(text.length).toBeLessThan(5_100_000);
    expect(text).toContain(
      `Only the first 5 MB are shown; the whole is .reprise/runs/${ORIGINAL}/record.jsonl`,
    );
    expect(entriesIn(text).length).toBeLessThan(60);
  });

  it('says that there is none, and takes no path for a run', () => {
    const store = temporaryStore();
    expect(() => recordText(store.root, ORIGINAL)).toThrow(`There is no record of run ${ORIGINAL} any more.`);
    expect(() => recordText(store.root, '../../etc/passwd')).toThrow(/is not a run id/);
  });
});
