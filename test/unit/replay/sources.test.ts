/** What a replay executes of a live record, when cells were put in, moved and deleted while others ran. */
import { expect, it } from 'vitest';
import type { CellLine, RecordHeader, RunRecord } from '../../../src/lineage/record';
import { Store } from '../../../src/lineage/store';
import { parseNotebook } from '../../../src/notebook/model';
import { cellsOf, documentOfRun, documentOrder, executedOrder } from '../../../src/replay/execution/sources';
import { temporaryFolder } from '../lineage/build';

function live(document: string[], executions: Pick<CellLine, 'id' | 'index' | 'order'>[]): RunRecord {
  const cells = document.map((id, index) => ({ id, index, type: 'code', source: `${id} on disk` }));
  return {
    header: { starter: 'agent', cells } as unknown as RecordHeader,
    cells: executions.map((line, seq) => ({ ...line, seq, source: `${line.id} ${seq}` }) as CellLine),
    summary: null,
    root: '',
    broken: null,
  };
}

const ids = (steps: readonly { id: string }[] | undefined) => steps?.map(({ id }) => id);

it('executes each cell that ran once, in document order, as it was when it last ran', () => {
  const record = live(['a', 'b', 'c'], [
    { id: 'c', index: 2 },
    { id: 'a', index: 0 },
    { id: 'a', index: 0 },
  ]); // prettier-ignore
  expect(documentOrder(record)).toEqual([
    { id: 'a', index: 0, source: 'a 2' },
    { id: 'c', index: 2, source: 'c 0' },
  ]);
});

it('keeps every cell where one was put in between and two ran under the same index', () => {
  const record = live(['a', 'b'], [
    { id: 'a', index: 0 },
    { id: 'b', index: 1 },
    { id: 'new', index: 1, order: ['a', 'new', 'b'] },
  ]); // prettier-ignore
  expect(ids(documentOrder(record))).toEqual(['a', 'new', 'b']);
  expect(ids(cellsOf(record))).toEqual(['a', 'new', 'b']);
});

it('leaves a cell that was deleted since out of the document, and in what was executed', () => {
  const record = live(['a', 'b', 'c'], [
    { id: 'b', index: 1 },
    { id: 'a', index: 0 },
    { id: 'c', index: 1, order: ['a', 'c'] },
  ]); // prettier-ignore
  expect(ids(documentOrder(record))).toEqual(['a', 'c']);
  expect(executedOrder(record)).toEqual([
    { id: 'b', index: 2, source: 'b 0' },
    { id: 'a', index: 0, source: 'a 1' },
    { id: 'c', index: 1, source: 'c 2' },
  ]);
});

it('follows cells that were moved', () => {
  const record = live(['a', 'b'], [
    { id: 'a', index: 0 },
    { id: 'b', index: 0, order: ['b', 'a'] },
  ]); // prettier-ignore
  expect(documentOrder(record)?.map(({ id, index }) => [id, index])).toEqual([
    ['b', 0],
    ['a', 1],
  ]);
});

it('is put together in the language of the kernel that ran it', () => {
  const store = new Store(temporaryFolder()).ensure();
  const record = live([], []);
  const languageOf = () =>
    parseNotebook(JSON.stringify(documentOfRun(store, '20260101-000000-aaaaaa', record))).language;
  expect(languageOf()).toBe('python');
  record.header.javascript = { language: 'typescript', kernel: 'deno', sha256: '0'.repeat(64) };
  expect(languageOf()).toBe('typescript');
});
