/** Parts of a lineage graph: what something came from, and what depends on it. */
import type { CellNode, LineageDocument, LineageNode } from './graph';

export type Direction = 'upstream' | 'downstream';

export type Wanted = { variable?: string; cell?: number; file?: string };

/** The newest of what is asked for: the last version of a variable, the last execution of a cell. */
export function find(document: LineageDocument, { variable, cell, file }: Wanted): LineageNode[] {
  const of = (fits: (node: LineageNode) => boolean): LineageNode[] => {
    const last = document.nodes.filter(fits).at(-1);
    return last === undefined ? [] : [last];
  };
  return [
    ...(variable === undefined ? [] : of((node) => node.kind === 'variable' && node.name === variable)),
    ...(cell === undefined ? [] : of((node) => node.kind === 'cell' && node.cell.index === cell)),
    ...(file === undefined ? [] : of((node) => node.kind === 'file' && node.path === file)),
  ];
}

/** The graph with nothing in it but these nodes and what leads to them, or away from them. */
export function focus(
  document: LineageDocument,
  from: readonly LineageNode[],
  direction: Direction,
): LineageDocument {
  const next = new Map<string, string[]>();
  for (const { from: source, to, kind } of document.edges) {
    // A run's context is upstream of a cell, though the edge points at it.
    const up = kind === 'rests-on' ? [source, to] : kind === 'deleted' ? undefined : [to, source];
    if (up === undefined || (kind === 'rests-on' && direction === 'downstream')) continue;
    const [at, towards] = direction === 'upstream' ? up : [up[1]!, up[0]!];
    const known = next.get(at!);
    if (known === undefined) next.set(at!, [towards!]);
    else known.push(towards!);
  }
  const kept = new Set(from.map(({ id }) => id));
  for (const id of kept) for (const other of next.get(id) ?? []) kept.add(other);
  return {
    ...document,
    nodes: document.nodes.filter(({ id }) => kept.has(id)),
    edges: document.edges.filter(({ from: a, to: b }) => kept.has(a) && kept.has(b)),
  };
}

/** What a cell reads and writes, by id of the other node. */
export function neighbours(document: LineageDocument, cell: CellNode): { reads: string[]; writes: string[] } {
  const reads = document.edges
    .filter(({ to, kind }) => to === cell.id && kind === 'read')
    .map(({ from }) => from);
  const writes = document.edges
    .filter(({ from, kind }) => from === cell.id && (kind === 'wrote' || kind === 'mutated'))
    .map(({ to }) => to);
  return { reads, writes };
}
