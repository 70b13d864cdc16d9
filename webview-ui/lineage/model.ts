/** What of a lineage document is drawn at a level of detail, and what lies up and down from a node. Pure. */
import type { LineageDocument, LineageEdge, LineageNode } from '../../src/lineage/page';

export const LEVELS = ['cells', 'variables', 'files'] as const;
export type Level = (typeof LEVELS)[number];

export type Drawn = Exclude<LineageNode, { kind: 'environment' | 'seed' | 'commit' | 'data' }>;

/** `names`: what passes along an edge whose own nodes are not drawn. */
export type DrawnEdge = { from: string; to: string; names: string[]; isStatic: boolean };

export type Graph = { nodes: Drawn[]; edges: DrawnEdge[] };

export type Way = 'up' | 'down';

/** Nodes that the level leaves out are passed through: what flows into one flows to all that it flows to. */
export function graphAt({ nodes, edges }: LineageDocument, level: Level): Graph {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const isDrawn = (node: LineageNode | undefined): node is Drawn =>
    node?.kind === 'cell' ||
    (node?.kind === 'variable' && level !== 'cells') ||
    (node?.kind === 'file' && level === 'files');
  const out = new Map<string, LineageEdge[]>();
  for (const edge of edges) {
    if (edge.kind === 'rests-on' || !known.has(edge.from) || !known.has(edge.to)) continue;
    out.set(edge.from, [...(out.get(edge.from) ?? []), edge]);
  }
  const drawn = nodes.filter(isDrawn);
  const found = new Map<string, DrawnEdge>();
  const follow = (
    from: string,
    at: string,
    through: string[],
    isStatic: boolean,
    seen: Set<string>,
  ): void => {
    for (const { to, seen: how } of out.get(at) ?? []) {
      const next = known.get(to);
      const unseen = isStatic || how === 'static';
      if (isDrawn(next)) {
        if (to !== from) add(found, { from, to, names: through, isStatic: unseen });
      } else if (next !== undefined && !seen.has(to)) {
        seen.add(to);
        follow(from, to, [...through, nameOf(next)], unseen, seen);
      }
    }
  };
  for (const { id } of drawn) follow(id, id, [], false, new Set([id]));
  return { nodes: drawn, edges: [...found.values()] };
}

function add(found: Map<string, DrawnEdge>, edge: DrawnEdge): void {
  const key = JSON.stringify([edge.from, edge.to]);
  const known = found.get(key);
  if (known === undefined) found.set(key, edge);
  else {
    known.names = [...new Set([...known.names, ...edge.names])];
    known.isStatic &&= edge.isStatic;
  }
}

/** The node itself and all that it came from (`up`) or that came from it (`down`). */
export function reachable({ edges }: Graph, from: string, way: Way): Set<string> {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    const [a, b] = way === 'up' ? [edge.to, edge.from] : [edge.from, edge.to];
    next.set(a, [...(next.get(a) ?? []), b]);
  }
  const found = new Set([from]);
  for (const id of found) for (const each of next.get(id) ?? []) found.add(each);
  return found;
}

export function only({ nodes, edges }: Graph, ids: ReadonlySet<string>): Graph {
  return {
    nodes: nodes.filter(({ id }) => ids.has(id)),
    edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
  };
}

export function nameOf(node: LineageNode): string {
  switch (node.kind) {
    case 'cell':
      return `cell ${node.cell.index}`;
    case 'variable':
      return node.name;
    case 'file':
      return node.path;
    default:
      return node.label;
  }
}
