/** A lineage graph as text for people, and in the languages of two drawing tools. */
import type { CellNode, ContextNode, LineageDocument, LineageNode } from './graph';
import { type Direction, neighbours } from './focus';

const DIGITS = 8;

/** @param notebooks of the runs, where cells of more than one are shown */
export function labelOf(node: LineageNode, notebooks: LineageDocument['notebooks'] = {}): string {
  switch (node.kind) {
    case 'cell': {
      const notebook = notebooks[node.run];
      return `${notebook === undefined ? '' : `${notebook} `}cell ${node.cell.index}`;
    }
    case 'variable':
      return node.version === 1 ? node.name : `${node.name}#${node.version}`;
    case 'data':
      return `${node.label} (${node.detail ?? ''})`;
    case 'file':
      return node.sha256 === undefined ? node.path : `${node.path} ${node.sha256.slice(0, DIGITS)}…`;
    default:
      return node.label;
  }
}

/** A chain for each of these nodes: `accuracy ← cell 5 ← model#1 ← cell 4 ← X, y`, then what the run rests on. */
export function chains(
  document: LineageDocument,
  from: readonly LineageNode[],
  direction: Direction,
): string[] {
  const arrow = direction === 'upstream' ? '←' : '→';
  const byId = new Map(document.nodes.map((node) => [node.id, node]));
  const lines: string[] = [];
  const told = new Set<string>();
  const label = (node: LineageNode): string => labelOf(node, document.notebooks);
  const names = (ids: readonly string[]): string =>
    ids
      .flatMap((id) => byId.get(id) ?? [])
      .map(label)
      .join(', ');
  const follow = (node: LineageNode, depth: number): void => {
    if (told.has(node.id)) return;
    told.add(node.id);
    const cells = node.kind === 'cell' ? [node] : cellsAt(document, byId, node, direction);
    for (const cell of cells) {
      const { reads, writes } = neighbours(document, cell);
      const others = direction === 'upstream' ? reads : writes;
      const head = node.kind === 'cell' ? label(node) : `${label(node)} ${arrow} ${label(cell)}`;
      const tail = others.length === 0 ? '' : ` ${arrow} ${names(others)}`;
      const line = `${'  '.repeat(depth)}${head}${tail}`;
      lines.push(cell.title === '' ? line : `${line.padEnd(48)}  ${cell.title}`);
      told.add(cell.id);
      for (const id of others) {
        const other = byId.get(id);
        if (other !== undefined) follow(other, depth + 1);
      }
    }
    if (cells.length === 0 && depth === 0) lines.push(label(node));
  };
  for (const node of from) follow(node, 0);
  return lines;
}

/** The cells behind a value, or those that read it. */
function cellsAt(
  document: LineageDocument,
  byId: ReadonlyMap<string, LineageNode>,
  { id }: LineageNode,
  direction: Direction,
): CellNode[] {
  const ids = document.edges.flatMap(({ from, to, kind }) => {
    if (kind === 'rests-on' || kind === 'deleted') return [];
    if (direction === 'upstream') return to === id ? [from] : [];
    return from === id ? [to] : [];
  });
  return ids.flatMap((each) => {
    const node = byId.get(each);
    return node?.kind === 'cell' ? [node] : [];
  });
}

/** What all of it rests on: environment, seed, commit. */
export function contextLine({ nodes }: LineageDocument): string {
  const isContext = (node: LineageNode): node is ContextNode => 'label' in node && node.kind !== 'data';
  return [...new Set(nodes.filter(isContext).map(({ label }) => label))].join('; ');
}

export function mermaid({ nodes, edges, notebooks }: LineageDocument): string {
  const name = new Map(nodes.map(({ id }, at) => [id, `n${at}`]));
  const shape = (node: LineageNode): string => {
    const text = `"${labelOf(node, notebooks).replace(/["<>&#]/g, (char) => `#${char.codePointAt(0)};`)}"`;
    if (node.kind === 'cell') return `[${text}]`;
    return node.kind === 'file' ? `[(${text})]` : `(${text})`;
  };
  return [
    'flowchart TD',
    ...nodes.map((node) => `  ${name.get(node.id)}${shape(node)}`),
    ...edges.map(
      ({ from, to, seen }) => `  ${name.get(from)} ${seen === 'static' ? '-.->' : '-->'} ${name.get(to)}`,
    ),
  ].join('\n');
}

export function dot({ nodes, edges, notebooks }: LineageDocument): string {
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  return [
    'digraph lineage {',
    ...nodes.map(
      (node) =>
        `  ${quoted(node.id)} [label=${quoted(labelOf(node, notebooks))}, shape=${node.kind === 'cell' ? 'box' : 'ellipse'}];`,
    ),
    ...edges.map(
      ({ from, to, seen }) =>
        `  ${quoted(from)} -> ${quoted(to)}${seen === 'static' ? ' [style=dashed]' : ''};`,
    ),
    '}',
  ].join('\n');
}
