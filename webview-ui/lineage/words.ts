/** What the page says of nodes: in the graph, in the list and to a screen reader. */
import { reasonWords, type LineageDocument, type StaleReason } from '../../src/lineage/page';
import { nameOf, type Drawn } from './model';

/** The document with cells called in its reasons as they are called on the page. */
export function withCellNames(document: LineageDocument): LineageDocument {
  const names = new Map(
    document.nodes.flatMap((node) => (node.kind === 'cell' ? [[node.cell.id, nameOf(node)] as const] : [])),
  );
  const named = (reason: StaleReason): StaleReason =>
    reason.cell === undefined ? reason : { ...reason, cell: names.get(reason.cell) ?? reason.cell };
  return {
    ...document,
    nodes: document.nodes.map((node) =>
      node.kind === 'cell' && node.state !== undefined
        ? { ...node, state: { ...node.state, reasons: node.state.reasons.map(named) } }
        : node,
    ),
  };
}

export function isStale(node: Drawn): boolean {
  return node.kind === 'cell' && node.state?.status === 'stale';
}

export function staleWords(node: Drawn): string {
  if (node.kind !== 'cell' || node.state?.status !== 'stale') return '';
  const reasons = node.state.reasons.map(reasonWords);
  return reasons.length === 0 ? 'stale' : `stale: ${[...new Set(reasons)].join('; ')}`;
}

/** The first line in the graph. */
export function titleOf(node: Drawn): string {
  return node.kind === 'cell' ? node.title || 'empty' : nameOf(node);
}

/** The second line of a cell: what is worth knowing of it, the worst first. */
export function noteOf(node: Drawn): string {
  if (node.kind !== 'cell') return '';
  if (node.status === 'error') return 'raised an error';
  if (isStale(node)) return staleWords(node);
  if (node.unreached.length > 0) return `no seed reaches ${node.unreached.join(', ')}`;
  return node.durationMs < 1000
    ? `${Math.round(node.durationMs)} ms`
    : `${(node.durationMs / 1000).toFixed(1)} s`;
}

/** All of it in one line. */
export function spoken(node: Drawn): string {
  if (node.kind === 'cell') return `${nameOf(node)}: ${titleOf(node)}, ${noteOf(node)}`;
  if (node.kind === 'file') return `file ${node.path}`;
  return `variable ${node.name}, version ${node.version}${node.type === undefined ? '' : `, ${node.type}`}`;
}
