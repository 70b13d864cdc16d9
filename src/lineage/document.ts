/** The lineage of one run as it stands in the store. */
import type { LineageDocument, LineageNode } from './graph';
import { readRecord } from './read';
import type { State } from './stale/state';
import type { Store } from './store';
import { lineageOf } from './trace';

/** @throws RecordError, StoreError */
export function lineageOfRun(store: Store, run: string): LineageDocument {
  const { header, cells } = readRecord(store.recordPath(run));
  const sources = new Map<string, string | undefined>();
  const sourceOf = (digest: string): string | undefined => {
    if (!sources.has(digest))
      sources.set(digest, store.hasObject(digest) ? store.getObject(digest).toString('utf8') : undefined);
    return sources.get(digest);
  };
  return lineageOf([{ header, cells, sourceOf }]);
}

/** The last execution of each cell is marked with how the cell stands now, and called by its present position. */
export function withStates(document: LineageDocument, { cells, order }: State): LineageDocument {
  const last = new Map(
    document.nodes.flatMap((node) => (node.kind === 'cell' ? [[node.cell.id, node.id] as const] : [])),
  );
  const marked = (node: LineageNode): LineageNode => {
    if (node.kind !== 'cell') return node;
    const { id } = node.cell;
    const index = order.indexOf(id);
    const state = last.get(id) === node.id ? cells[id] : undefined;
    return {
      ...node,
      cell: { id, index: index < 0 ? node.cell.index : index },
      ...(state === undefined ? {} : { state: { status: state.status, reasons: state.reasons } }),
    };
  };
  return { ...document, nodes: document.nodes.map(marked) };
}
