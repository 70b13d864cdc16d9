/** The lineage graph of runs: built from their records alone (graph.ts has the document). */
import type { LineageDocument, LineageEdge, LineageNode, VariableNode } from './graph';
import type { CellLine, RecordHeader } from './record';

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
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  for (const run of runs) new Tracer(run, nodes, edges).trace();
  return {
    schema: 'reprise/lineage/0',
    notebook: runs[0]?.header.notebook ?? '',
    runs: runs.map(({ header }) => header.run),
    nodes: [...nodes.values()],
    edges: [...edges.values()],
    notObserved: NOT_OBSERVED,
  };
}

class Tracer {
  /** The version of each variable that its name holds now. */
  private readonly held = new Map<string, VariableNode>();
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly run: TracedRun,
    private readonly nodes: Map<string, LineageNode>,
    private readonly edges: Map<string, LineageEdge>,
  ) {}

  trace(): void {
    const contexts = this.contexts();
    for (const line of this.run.cells) {
      const cell = this.cell(line);
      for (const context of contexts) this.edge(cell, context, 'rests-on', 'observed');
      this.reads(line, cell);
      this.writes(line, cell);
      this.files(line, cell);
      this.data(line, cell);
    }
  }

  private cell(line: CellLine): string {
    const { header, sourceOf } = this.run;
    const id = `cell:${line.id}@${header.run}:${line.seq}`;
    const unreached = line.entropy.filter(({ reach }) => reach === 'unreached').map(({ source }) => source);
    this.nodes.set(id, {
      id,
      kind: 'cell',
      cell: { index: line.index, id: line.id },
      run: header.run,
      seq: line.seq,
      title: titleOf(sourceOf(line.source) ?? ''),
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
      const version = this.held.get(name);
      const seen = line.precision === 'static' ? 'static' : 'observed';
      if (version !== undefined) this.edge(version.id, cell, 'read', seen);
    }
  }

  private writes(line: CellLine, cell: string): void {
    const mutated = new Set(line.mutated);
    for (const { name, how, digest, type } of line.writes) {
      const before = this.held.get(name);
      const number = (this.versions.get(name) ?? 0) + 1;
      const { run } = this.run.header;
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
      this.versions.set(name, number);
      this.held.set(name, node);
      this.nodes.set(node.id, node);
      const isMutated = mutated.has(name) && before !== undefined;
      this.edge(cell, node.id, isMutated ? 'mutated' : 'wrote', 'observed');
      if (isMutated) this.edge(before.id, cell, 'read', 'observed');
    }
    for (const name of line.deletes) {
      const before = this.held.get(name);
      if (before !== undefined) this.edge(cell, before.id, 'deleted', 'observed');
      this.held.delete(name);
    }
  }

  private files(line: CellLine, cell: string): void {
    for (const { path, mode, sha256, size, outside, attribution, absent, deleted } of line.files) {
      if (absent || deleted) continue;
      const id = `file:${path}@${sha256?.slice(0, DIGITS) ?? this.run.header.run}`;
      this.nodes.set(id, {
        id,
        kind: 'file',
        path,
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(size === undefined ? {} : { size }),
        ...(outside ? { outside } : {}),
        attribution,
      });
      if (mode === 'read') this.edge(id, cell, 'read', 'observed');
      else this.edge(cell, id, 'wrote', 'observed');
    }
  }

  private data(line: CellLine, cell: string): void {
    for (const { kind, name, query, version } of line.data ?? []) {
      const said = Object.entries(version).map(([field, text]) => `${field} ${text}`);
      const label = query === undefined ? name : `${name}: ${query}`;
      const id = `data:${kind}:${label}@${said.join(' ') || this.run.header.run}`;
      const shown = said.map((text) =>
        text.replace(/[0-9a-f]{64}$/, (digest) => digest.slice(0, DIGITS) + '…'),
      );
      const detail = shown.join(', ') || 'nothing says which version';
      this.nodes.set(id, {
        id,
        kind: 'data',
        label,
        detail: kind === 'dvc' ? `DVC: ${detail}` : detail,
      });
      this.edge(id, cell, 'read', 'observed');
    }
  }

  private contexts(): string[] {
    const { run, environment, seed, git } = this.run.header;
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
    for (const node of found) this.nodes.set(node.id, node);
    return found.map(({ id }) => id);
  }

  private edge(from: string, to: string, kind: LineageEdge['kind'], seen: LineageEdge['seen']): void {
    this.edges.set(`${from} ${kind} ${to}`, { from, to, kind, seen });
  }
}

/** The first line that says something. */
export function titleOf(source: string): string {
  const line = source.split('\n').find((each) => each.trim() !== '' && !each.trim().startsWith('#'));
  const text = (line ?? source.split('\n').find((each) => each.trim() !== '') ?? '').trim();
  return text.length > TITLE ? `${text.slice(0, TITLE - 1)}…` : text;
}
