import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelspecFor } from '../../environment/npm/kernel';
import type { NotebookDocument } from '../../notebook/model';
import type { RecordedCell, RunRecord } from '../../lineage/record';
import type { Store } from '../../lineage/store';
import type { Step } from './bundle';

/**
 * The notebook as it was when a run started: the copy kept in the run's folder, else put together from the sources in
 * `objects/` (a kernel that another front end started has no copy; its cells may have been edited before they ran).
 */
export function documentOfRun(store: Store, run: string, record: RunRecord): NotebookDocument {
  const kept = join(store.runFolder(run), 'notebook.ipynb');
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as NotebookDocument;
  const { javascript } = record.header;
  const executed = new Map(record.cells.map((cell) => [cell.id, cell.source]));
  const cells = cellsOf(record).map((cell) => ({ ...cell, source: executed.get(cell.id) ?? cell.source }));
  return {
    nbformat: 4,
    nbformat_minor: 5,
    // What a live kernel recorded is replayed by one of its kind.
    metadata: javascript === undefined ? {} : { kernelspec: kernelspecFor(javascript) },
    cells: cells.map(({ type, id, source }) => ({
      cell_type: type,
      id,
      metadata: {},
      source: store.getObject(source).toString('utf8'),
      ...(type === 'code' ? { outputs: [], execution_count: null } : {}),
    })),
  };
}

/**
 * The cells of the document in their order: of a live notebook, as it was when a cell last ran. A cell that ran and was
 * deleted since comes at the end: it is no part of the document, but of the session.
 */
export function cellsOf(record: RunRecord): RecordedCell[] {
  const known = new Map(record.header.cells.map((cell) => [cell.id, cell]));
  for (const { id, index, source } of record.cells) {
    if (!known.has(id)) known.set(id, { index, id, type: 'code', source });
  }
  const order = orderOf(record);
  if (order === undefined) return [...known.values()].sort((a, b) => a.index - b.index);
  const ran = new Set(record.cells.map(({ id }) => id));
  const present = order.flatMap((id) => known.get(id) ?? []);
  const gone = [...known.values()].filter(({ id }) => !order.includes(id) && ran.has(id));
  return [...present, ...gone].map((cell, index) => ({ ...cell, index }));
}

/** Those of them that are still in the document: what a person sees, and what is judged. */
export function presentCells(record: RunRecord): RecordedCell[] {
  const order = orderOf(record);
  return cellsOf(record).filter(({ id }) => order === undefined || order.includes(id));
}

/**
 * What a replay in document order executes: undefined for the whole document; of a live record each cell of the document
 * that ran, as it was when it last ran.
 */
export function documentOrder(record: RunRecord): Step[] | undefined {
  if (record.header.starter !== 'agent') return undefined;
  const last = new Map(record.cells.map((cell) => [cell.id, cell]));
  return presentCells(record).flatMap(({ id, index }) => {
    const line = last.get(id);
    return line ? [{ index, id, source: line.source }] : [];
  });
}

/** Every execution of a live record in the order it happened, with the source as it was then. */
export function executedOrder(record: RunRecord): Step[] {
  return withPlaces(record).cells.map(({ index, id, source }) => ({ index, id, source }));
}

/** Every execution under the place that its cell has in the document: cells were put in and moved while others ran. */
export function withPlaces(record: RunRecord): RunRecord {
  if (orderOf(record) === undefined) return record;
  const places = new Map(cellsOf(record).map(({ id, index }) => [id, index]));
  return {
    ...record,
    cells: record.cells.map((line) => ({ ...line, index: places.get(line.id) ?? line.index })),
  };
}

function orderOf(record: RunRecord): string[] | undefined {
  return record.cells.findLast((cell) => cell.order !== undefined)?.order;
}
