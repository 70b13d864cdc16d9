/**
 * Lineage through files from run to run. A version that an execution read came from the run that had last written it
 * before, at this path and with these bytes. What a replay writes is put back afterwards, so it is nobody's origin.
 */
import type { Direction } from './focus';
import type { CellNode, FileNode, LineageDocument, LineageEdge, LineageNode } from './graph';
import type { From, Lineages, Touch } from './index/lineages';
import { fileNodeId, NOT_OBSERVED } from './trace';

/** More runs than these are counted, and not drawn. */
export const MOST_RUNS = 10;

/** What leads to something in a run, or away from it. */
export function lineageWithin(
  lineages: Lineages,
  { run, from }: { run: string; from: From },
  direction: Direction,
): LineageDocument {
  const { notebook, nodes, edges } = lineages.part(run, from, direction);
  return { schema: 'reprise/lineage/0', notebook, runs: [run], nodes, edges, notObserved: NOT_OBSERVED };
}

/** What leads to something in a run, or away from it, with the other runs that files lead to. */
export function lineageAcross(
  lineages: Lineages,
  { run, from }: { run: string; from: From },
  direction: Direction,
): LineageDocument {
  const drawing = new Drawing(lineages, direction);
  drawing.draw(run, from);
  drawing.follow();
  return drawing.document();
}

/** What a version of a file came from, or what depends on it. @param touches of that version, oldest first */
export function lineageOfFile(
  lineages: Lineages,
  touches: readonly Touch[],
  direction: Direction,
): LineageDocument {
  const drawing = new Drawing(lineages, direction);
  const wanted =
    direction === 'downstream'
      ? lastOfCells(touches.filter(({ mode }) => mode === 'read'))
      : touches.filter(({ mode, isReplay }) => mode === 'write' && !isReplay).slice(-1);
  for (const touch of touches) drawing.file(touch);
  // Of the newest runs first.
  for (const touch of wanted.reverse()) drawing.lead([touch], drawing.file(touch));
  drawing.follow();
  return drawing.document();
}

/**
 * Which execution had written what another one read, its own run's before those of others; a read that is not in it found
 * what no recorded run had written before.
 * @param touches of one version of one file, oldest first @returns by the node of who read it
 */
export function originsOf(touches: readonly Touch[]): Map<string, Touch> {
  const origins = new Map<string, Touch>();
  const own = new Map<string, Touch>();
  let last: Touch | undefined;
  for (const touch of touches) {
    if (touch.mode === 'write') {
      own.set(touch.run, touch);
      if (!touch.isReplay) last = touch;
    } else {
      const origin = own.get(touch.run) ?? last;
      if (origin !== undefined) origins.set(touch.node, origin);
    }
  }
  return origins;
}

/** Draws run after run, as files lead to them. */
class Drawing {
  private readonly nodes = new Map<string, LineageNode>();
  private readonly edges = new Map<string, LineageEdge>();
  private readonly notebooks = new Map<string, string>();
  private readonly led = new Set<string>();
  private readonly left = new Set<string>();
  private readonly touches = new Map<string, Touch[]>();
  /** Executions from which a run is still to be drawn. */
  private readonly waiting = new Map<string, number[]>();

  constructor(
    private readonly lineages: Lineages,
    private readonly direction: Direction,
  ) {}

  draw(run: string, from: From): void {
    const { notebook, nodes, edges } = this.lineages.part(run, from, this.direction);
    this.notebooks.set(run, notebook);
    for (const node of nodes) this.nodes.set(node.id, node);
    for (const edge of edges) this.edge(edge);
    const passages = this.passages(nodes, edges);
    this.learn(passages.map(([, { sha256 }]) => sha256));
    for (const [cell, file] of passages) this.lead(this.elsewhere(run, cell, file), file);
  }

  /** Of the newest runs first, as there may be more than are drawn. @param file by which they are reached */
  lead(touches: readonly Touch[], file: FileNode): void {
    for (const touch of [...touches].reverse()) {
      const { run, seq, node } = touch;
      const isKnown = this.notebooks.has(run) || this.waiting.has(run);
      if (!isKnown && this.notebooks.size + this.waiting.size >= MOST_RUNS) {
        this.left.add(run);
        continue;
      }
      this.edge(edgeOf(touch, file));
      if (this.led.has(node)) continue;
      this.led.add(node);
      this.waiting.set(run, [...(this.waiting.get(run) ?? []), seq]);
    }
  }

  follow(): void {
    for (const [run, seqs] of this.waiting) {
      this.waiting.delete(run);
      this.draw(run, { seqs });
    }
  }

  file({ path, sha256 }: Touch): FileNode {
    const id = fileNodeId(path, sha256);
    const node: FileNode = { id, kind: 'file', path, sha256, attribution: 'exact' };
    this.nodes.set(id, node);
    return node;
  }

  document(): LineageDocument {
    // A run's id begins with its time.
    const runs = [...this.notebooks.keys()].sort().reverse();
    return {
      schema: 'reprise/lineage/0',
      notebook: this.notebooks.get(runs[0] ?? '') ?? '',
      runs,
      notebooks: Object.fromEntries(this.notebooks),
      ...(this.left.size === 0 ? {} : { runsLeftOut: this.left.size }),
      nodes: [...this.nodes.values()],
      edges: [...this.edges.values()],
      notObserved: NOT_OBSERVED,
    };
  }

  /** Where a run's part ends at files: who read them, or wrote them. */
  private passages(
    nodes: readonly LineageNode[],
    edges: readonly LineageEdge[],
  ): [cell: CellNode, file: DigestedFile][] {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const wanted = this.direction === 'upstream' ? 'read' : 'wrote';
    return edges.flatMap(({ from, to, kind }): [CellNode, DigestedFile][] => {
      if (kind !== wanted) return [];
      const [cell, file] = kind === 'wrote' ? [byId.get(from), byId.get(to)] : [byId.get(to), byId.get(from)];
      const isPassage = cell?.kind === 'cell' && file?.kind === 'file' && file.sha256 !== undefined;
      return isPassage ? [[cell, file as DigestedFile]] : [];
    });
  }

  private elsewhere(run: string, { id }: CellNode, { path, sha256 }: DigestedFile): Touch[] {
    const touches = this.touches.get(sha256)!.filter((touch) => touch.path === path);
    const origins = originsOf(touches);
    if (this.direction === 'downstream')
      return lastOfCells(
        touches.filter((touch) => touch.run !== run && origins.get(touch.node)?.node === id),
      );
    const origin = origins.get(id);
    return origin === undefined || origin.run === run ? [] : [origin];
  }

  private learn(digests: readonly string[]): void {
    const unknown = [...new Set(digests)].filter((digest) => !this.touches.has(digest));
    if (unknown.length === 0) return;
    for (const digest of unknown) this.touches.set(digest, []);
    for (const touch of this.lineages.touches({ sha256: unknown }))
      this.touches.get(touch.sha256)!.push(touch);
  }

  private edge(edge: LineageEdge): void {
    this.edges.set(`${edge.from} ${edge.kind} ${edge.to}`, edge);
  }
}

/** Of a cell that ran again and again in one kernel, its last execution: what the others left is no longer there. */
function lastOfCells(touches: readonly Touch[]): Touch[] {
  const last = new Map(touches.map((touch) => [`${touch.run} ${touch.cell.id}`, touch]));
  return touches.filter((touch) => last.get(`${touch.run} ${touch.cell.id}`) === touch);
}

type DigestedFile = FileNode & { sha256: string };

function edgeOf({ mode, node }: Touch, { id }: FileNode): LineageEdge {
  return mode === 'write'
    ? { from: node, to: id, kind: 'wrote', seen: 'observed' }
    : { from: id, to: node, kind: 'read', seen: 'observed' };
}
