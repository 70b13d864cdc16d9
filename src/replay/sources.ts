import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NotebookDocument } from '../notebook/model';
import type { RunRecord } from '../lineage/record';
import type { Store } from '../lineage/store';
import type { Step } from './bundle';

/**
 * The notebook as it was when a run started: the copy kept in the run's folder, else put together from the sources in
 * `objects/` (a kernel that another front end started has no copy; its cells may have been edited before they ran).
 */
export function documentOfRun(store: Store, run: string, record: RunRecord): NotebookDocument {
  const kept = join(store.runFolder(run), 'notebook.ipynb');
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as NotebookDocument;
  const executed = new Map(record.cells.map((cell) => [cell.index, cell.source]));
  const known = record.header.cells.map((cell) => ({
    ...cell,
    source: executed.get(cell.index) ?? cell.source,
  }));
  const added = lastExecutions(record).filter(({ index }) => index >= known.length);
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [...known, ...added.map((cell) => ({ ...cell, type: 'code' }))].map(({ type, id, source }) => ({
      cell_type: type,
      id,
      metadata: {},
      source: store.getObject(source).toString('utf8'),
      ...(type === 'code' ? { outputs: [], execution_count: null } : {}),
    })),
  };
}

/**
 * What a replay in document order executes: undefined for the whole document; of a live record each cell that ran, as
 * it was when it last ran.
 */
export function documentOrder(record: RunRecord): Step[] | undefined {
  return record.header.starter === 'agent' ? lastExecutions(record) : undefined;
}

/** Every execution of a live record in the order it happened, with the source as it was then. */
export function executedOrder(record: RunRecord): Step[] {
  return record.cells.map(({ index, id, source }) => ({ index, id, source }));
}

function lastExecutions(record: RunRecord): { index: number; id: string; source: string }[] {
  const newest = new Map(record.cells.map(({ index, id, source }) => [index, { index, id, source }]));
  return [...newest.values()].sort((a, b) => a.index - b.index);
}
