/** The lineage graph of runs: built from their records alone (graph.ts has the document). */
import type { FileNode, LineageDocument, LineageEdge, LineageNode, VariableNode } from './graph';
import type { CellLine, RecordedFile, RecordHeader } from './record';

export type TracedRun = {
  header: RecordHeader;
  cells: readonly CellLine[];
  /** Text of an executed cell, by its digest. */
  sourceOf: (digest: string) => string | undefined;
};

const TITLE = 80;
const DIGITS = 12;

/** Kinds of reads and writes that no record holds. */
export const NOT_OBSERVED = [
  "the network and databases, but for what Python's HTTP client, fsspec, the Hugging Face Hub, sqlite3 and SQLAlchemy fetch; other processes",
  'attributes of imported modules',
  'whether a file or folder exists (os.path.exists, listdir, glob)',
  'callbacks, timers and threads that ran between cells',
];

/** @param runs the newest first */
export function lineageOf(runs: readonly TracedRun[]): LineageDocument {
  const graph = emptyGraph();
  for (const { header, cells, sourceOf } of runs) {
    const tracer = new Tracer(header.run, sourceOf, graph);
    const contexts = tracer.contexts(header);
    for (const line of cells) tracer.take(line, contexts);
  }
  return {
    schema: 'reprise/lineage/0',
    notebook: runs[0]?.header.notebook ?? '',
    runs: runs.map(({ header }) => header.run),
    nodes: [...graph.nodes.values()],
    edges: [...graph.edges.values()],
    notObserved: NOT_OBSERVED,
  };
}

/** By id, and by ends and kind, in the order in which they came. */
export type Graph = { nodes: Map<string, LineageNode>; edges: Map<string, LineageEdge> };

export function emptyGraph(): Graph {
  return { nodes: new Map(), edges: new Map() };
}

/** What a run holds after some of its executions: from there its tracing goes on. */
export type Traced = {
  /** The version of each variable that its name holds. */
  held: Map<string, VariableNode>;
  /** The number of the last version of each name. */
  versions: Map<string, number>;
  /** The version of each file that was last read or written, as `fileKey` names it. */
  files: Map<string, FileNode>;
  /** Ids of the versions of files. */
  ids: Set<string>;
  /** Id of the last execution. */
  last?: string;
};

export function nothingTraced(): Traced {
  return { held: new Map(), versions: new Map(), files: new Map(), ids: new Set() };
}

export function keepFile({ files, ids }: Traced, node: FileNode): void {
  files.set(fileKey(node), node);
  ids.add(node.id);
}

/** Files outside the root that share their last part need not be one file: only their bytes tell them apart. */
function fileKey({ path, sha256, outside }: Pick<FileNode, 'path' | 'sha256' | 'outside'>): string {
  return outside && !path.includes('/') ? `${path}@${sha256 ?? ''}` : path;
}

export function cellNodeId(cell: string, run: string, seq: number): string {
  return `cell:${cell}@${run}:${seq}`;
}

/** @param version sha256 of what it holds, or the run where nobody knows */
export function fileNodeId(path: string, version: string): string {
  return `file:${path}@${/^[0-9a-f]{64}$/.test(version) ? version.slice(0, DIGITS) : version}`;
}

/** Draws the executions of one run into a graph, one after the other. */
export class Tracer {
  constructor(
    private readonly run: string,
    private readonly sourceOf: TracedRun['sourceOf'],
    /** Where it draws to; who keeps what is drawn may empty it between executions. */
    private readonly into: Graph,
    private readonly at: Traced = nothingTraced(),
  ) {}

  take(line: CellLine, contexts: readonly string[]): void {
    const cell = this.cell(line);
    this.at.last = cell;
    for (const context of contexts) this.edge(cell, context, 'rests-on', 'observed');
    this.reads(line, cell);
    this.writes(line, cell);
    this.files(line.files, cell);
    this.data(line, cell);
  }

  /** Files that were open until the end count as the last execution's. */
  close(files: readonly RecordedFile[]): void {
    if (this.at.last !== undefined) this.files(files, this.at.last);
  }

  private cell(line: CellLine): string {
    const id = cellNodeId(line.id, this.run, line.seq);
    const unreached = line.entropy.filter(({ reach }) => reach === 'unreached').map(({ source }) => source);
    this.into.nodes.set(id, {
      id,
      kind: 'cell',
      cell: { index: line.index, id: line.id },
      run: this.run,
      seq: line.seq,
      title: titleOf(this.sourceOf(line.source) ?? ''),
      status: line.status,
      startedAt: line.startedAt,
      durationMs: line.durationMs,
      unreached: [...new Set(unreached)],
      notObserved: line.notObserved,
    });
    return id;
  }

  private reads(line: CellLine, cell: string): void {
    for (const name of line.reads) {
      const version = this.at.held.get(name);
      const seen = line.precision === 'static' ? 'static' : 'observed';
      if (version !== undefined) this.edge(version.id, cell, 'read', seen);
    }
  }

  private writes(line: CellLine, cell: string): void {
    const mutated = new Set(line.mutated);
    for (const { name, how, digest, type } of line.writes) {
      const before = this.at.held.get(name);
      const number = (this.at.versions.get(name) ?? 0) + 1;
      const { run } = this;
      const node: VariableNode = {
        id: `variable:${name}#${number}@${run}`,
        kind: 'variable',
        name,
        version: number,
        run,
        how,
        ...(digest === undefined ? {} : { digest }),
        ...(type === undefined ? {} : { type }),
      };
      this.at.versions.set(name, number);
      this.at.held.set(name, node);
      this.into.nodes.set(node.id, node);
      const isMutated = mutated.has(name) && before !== undefined;
      this.edge(cell, node.id, isMutated ? 'mutated' : 'wrote', 'observed');
      if (isMutated) this.edge(before.id, cell, 'read', 'observed');
    }
    for (const name of line.deletes) {
      const before = this.at.held.get(name);
      if (before !== undefined) this.edge(cell, before.id, 'deleted', 'observed');
      this.at.held.delete(name);
    }
  }

  private files(files: readonly RecordedFile[], cell: string): void {
    for (const file of files) {
      if (file.absent || file.deleted) continue;
      const node = this.version(file);
      this.into.nodes.set(node.id, node);
      if (file.mode === 'read') this.edge(node.id, cell, 'read', 'observed');
      else this.edge(cell, node.id, 'wrote', 'observed');
    }
  }

  /** A read finds the version that is there. What is written is another one, also where it holds bytes that were there before. */
  private version({ path, mode, sha256, size, outside, attribution }: RecordedFile): FileNode {
    const held = this.at.files.get(fileKey({ path, sha256, outside: outside || undefined }));
    if (mode === 'read' && held !== undefined && sha256 === held.sha256) return held;
    const id = fileNodeId(path, sha256 ?? this.run);
    const node: FileNode = {
      id: this.at.ids.has(id) ? `${id}#${this.at.ids.size}@${this.run}` : id,
      kind: 'file',
      path,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(size === undefined ? {} : { size }),
      ...(outside ? { outside } : {}),
      attribution,
    };
    keepFile(this.at, node);
    return node;
  }

  private data(line: CellLine, cell: string): void {
    for (const { kind, name, query, version } of line.data ?? []) {
      const said = Object.entries(version).map(([field, text]) => `${field} ${text}`);
      const label = query === undefined ? name : `${name}: ${query}`;
      const id = `data:${kind}:${label}@${said.join(' ') || this.run}`;
      const shown = said.map((text) =>
        text.replace(/[0-9a-f]{64}$/, (digest) => digest.slice(0, DIGITS) + '…'),
      );
      const detail = shown.join(', ') || 'nothing says which version';
      this.into.nodes.set(id, {
        id,
        kind: 'data',
        label,
        detail: kind === 'dvc' ? `DVC: ${detail}` : detail,
      });
      this.edge(id, cell, 'read', 'observed');
    }
  }

  /** What the whole run rests on. @returns ids */
  contexts({ run, environment, seed, git }: RecordHeader): string[] {
    const packages = Object.entries(environment.packages).sort(([a], [b]) => (a < b ? -1 : 1));
    const found: LineageNode[] = [
      {
        id: `environment:${run}`,
        kind: 'environment',
        label: `Python ${environment.python.version}`,
        detail: packages.map(([name, version]) => `${name} ${version}`).join(', '),
      },
      { id: `seed:${seed.value}`, kind: 'seed', label: `seed ${seed.value.slice(0, DIGITS)} (${seed.from})` },
    ];
    if (git !== null) {
      const label = `commit ${git.commit.slice(0, DIGITS)}${git.dirty ? ' with changes' : ''}`;
      found.push({
        id: `commit:${git.commit}`,
        kind: 'commit',
        label,
        ...(git.branch ? { detail: git.branch } : {}),
      });
    }
    for (const node of found) this.into.nodes.set(node.id, node);
    return found.map(({ id }) => id);
  }

  private edge(from: string, to: string, kind: LineageEdge['kind'], seen: LineageEdge['seen']): void {
    this.into.edges.set(`${from} ${kind} ${to}`, { from, to, kind, seen });
  }
}

/** The first line that says something. */
export function titleOf(source: string): string {
  const line = source.split('\n').find((each) => each.trim() !== '' && !each.trim().startsWith('#'));
  const text = (line ?? source.split('\n').find((each) => each.trim() !== '') ?? '').trim();
  return text.length > TITLE ? `${text.slice(0, TITLE - 1)}…` : text;
}
