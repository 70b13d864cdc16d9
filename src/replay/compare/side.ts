/** One side of a comparison: a recorded run, a seal, or an executed notebook of which nothing but its outputs is known. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cellDigest } from '../../notebook/digest';
import type { SealedCell } from '../../notebook/seal';
import type { Drift } from '../../environment/fingerprint';
import { NotebookError, parseNotebook, type Notebook } from '../../notebook/model';
import { rawDigest, type Output } from '../../notebook/output';
import { expandHome, readLocal } from '../../lineage/local';
import { readRecord } from '../../lineage/read';
import type { CellLine, Ledger, RecordedCell, RunRecord } from '../../lineage/record';
import { StoreError, type Store } from '../../lineage/store';
import { keptLedger } from '../ledger';
import { presentCells, withPlaces } from '../execution/sources';

export type Side = {
  /** Run id; the path of an executed notebook, or of the sidecar that holds a seal. */
  run: string;
  notebook: string;
  ranBy: string;
  /** The running environment's prefix, which the mask `library-path` takes out of paths. */
  prefix?: string;
  record: RunRecord | null;
  /** Cells in document order: of a live notebook, as it was when a cell last ran. */
  document: RecordedCell[];
  /** What arrived of a cell's last execution; undefined where nothing was kept, or the cell of a notebook never ran. */
  outputs(cell: RecordedCell): Output[] | undefined;
  /** Source of the cell's last execution; '' where it was not kept. */
  source(cell: RecordedCell): string;
  /** What the deep audit kept of an execution; undefined where there was none, or it is gone. */
  audited?(line: CellLine): string | undefined;
  /** Every batch of a cell's training; undefined where it is not kept. */
  ledger?(line: CellLine): Ledger | undefined;
  /** Of an executed notebook: a cell that shows an error which it was not allowed to raise, in a sentence. */
  raised?: string;
  /** Only of a seal: its `record` then says what the seal says, and of all else nothing. */
  seal?: {
    cell(cell: RecordedCell): SealedCell | undefined;
    drift(replay: RunRecord): Drift[];
  };
};

/** @throws RecordError, StoreError `bad-run` */
export function loadRunSide(store: Store, run: string, ranBy = 'local'): Side {
  const folder = store.runFolder(run);
  const record = withPlaces(readRecord(path.join(folder, 'record.jsonl'), expectedRecord(folder)));
  const { prefix } = readLocal(folder);
  const executed = readExecuted(folder);
  const lastSource = new Map(record.cells.map((line) => [line.id, line.source]));
  return {
    run,
    notebook: record.header.notebook,
    ranBy,
    ...(prefix === undefined ? {} : { prefix: expandHome(prefix) }),
    record,
    document: presentCells(record),
    outputs: ({ index, id }) => {
      const arrived = executed?.cells[index];
      return arrived?.type === 'code'
        ? arrived.outputs
        : keptOutputs(store, recordedOutputs(record, id)?.raw);
    },
    audited: ({ audit }) => keptText(store, audit?.log),
    ledger: (line) => keptLedger(store, line),
    source: ({ index, id, source }) => {
      const digest = lastSource.get(id) ?? source;
      const shown = executed?.cells[index]?.source;
      return shown !== undefined && cellDigest(shown) === digest ? shown : (keptText(store, digest) ?? '');
    },
  };
}

/** @throws NotebookError */
export function loadNotebookSide(file: string, name = path.basename(file)): Side {
  const notebook = parseNotebook(readFileSync(file, 'utf8'), file);
  const cells = new Map(notebook.cells.map((cell) => [cell.index, cell]));
  const raised = raisedIn(notebook);
  return {
    ...(raised === undefined ? {} : { raised }),
    run: name,
    notebook: name,
    ranBy: 'unknown',
    record: null,
    document: notebook.cells.map(({ index, id, type, source }) => ({
      index,
      id,
      type,
      source: cellDigest(source),
    })),
    outputs: ({ index }) => {
      const cell = cells.get(index);
      return cell?.type === 'code' && wasExecuted(notebook, index) ? cell.outputs : undefined;
    },
    source: ({ index }) => cells.get(index)?.source ?? '',
  };
}

/** The digests of a cell's outputs as they were in the end: a later cell may have updated its displays. */
export function recordedOutputs(record: RunRecord, id: string): CellLine['outputs'] | undefined {
  let found: CellLine['outputs'] | undefined;
  for (const line of record.cells) {
    if (line.id === id) found = line.outputs;
    for (const revised of line.revised ?? []) if (revised.id === id) found = revised;
  }
  return found;
}

function expectedRecord(folder: string): { sha256?: string } {
  try {
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as {
      files?: { path: string; sha256: string }[];
    };
    const sha256 = manifest.files?.find((file) => file.path === 'record.jsonl')?.sha256;
    return sha256 === undefined ? {} : { sha256 };
  } catch {
    return {};
  }
}

/** Where the executed copy is damaged, what the agent kept of the outputs stands in for it. */
function readExecuted(folder: string): Notebook | null {
  const file = path.join(folder, 'executed.ipynb');
  if (!existsSync(file)) return null;
  try {
    return parseNotebook(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof NotebookError) return null;
    throw error;
  }
}

function keptOutputs(store: Store, digest: string | undefined): Output[] | undefined {
  const text = keptText(store, digest);
  if (text === undefined) return undefined;
  const outputs = JSON.parse(text) as Output[];
  return rawDigest(outputs) === digest ? outputs : undefined;
}

function keptText(store: Store, digest: string | undefined): string | undefined {
  if (digest === undefined || digest === '') return undefined;
  try {
    return store.getObject(digest).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function raisedIn({ cells }: Notebook): string | undefined {
  for (const cell of cells) {
    if (cell.type !== 'code' || cell.mayRaise) continue;
    const error = cell.outputs.find((output) => output.output_type === 'error');
    if (error !== undefined) return `Cell ${cell.index} raised ${String(error['ename'] ?? 'an error')}.`;
  }
  return undefined;
}

function wasExecuted({ document }: Notebook, index: number): boolean {
  const cell = (document['cells'] as { execution_count?: unknown; outputs?: unknown[] }[])[index];
  return cell?.execution_count != null || (cell?.outputs?.length ?? 0) > 0;
}
