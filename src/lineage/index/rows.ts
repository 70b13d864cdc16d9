/** Writes the rows of the index: the graph of each run as its record gives it, and what was added since the last time. */
import { existsSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LineageNode, VariableNode } from '../graph';
import { isUnreadable, type Mark, readOn, readRecord, RecordError, START } from '../read';
import type { RecordLine } from '../record';
import type { Store } from '../store';
import { emptyGraph, type Graph, keepFile, nothingTraced, type Traced, Tracer } from '../trace';
import { type Stamp, stampOf } from './place';
import { transaction } from './sqlite';

/**
 * `open`: it may go on; `ended`: after it come no further executions; `broken`: of it stands what its chain vouches for;
 * `unreadable`: nothing.
 */
type State = 'open' | 'ended' | 'broken' | 'unreadable';

type RunRow = {
  id: number;
  recorded: string | null;
  stamp: string;
  inode: number;
  size: number;
  offset: number;
  root: string;
  state: State;
};

/** Executions whose rows are held before they are written. */
const BATCH = 500;

export class Rows {
  private readonly statements: ReturnType<typeof prepared>;
  private readonly titles = new Map<string, string | undefined>();

  constructor(
    private readonly db: DatabaseSync,
    private readonly store: Store,
  ) {
    this.statements = prepared(db);
  }

  isCurrent(run: string): boolean {
    const stamp = stampOf(this.store.recordPath(run));
    return stamp !== undefined && this.row(run)?.stamp === stamp.text;
  }

  /** Brings the rows of a run up to its record. */
  update(run: string): void {
    const stamp = stampOf(this.store.recordPath(run));
    if (stamp === undefined) this.removeGone();
    else if (this.row(run)?.stamp !== stamp.text) transaction(this.db, () => this.follow(run, stamp));
  }

  /** Brings the rows of all runs up to their records. */
  updateAll(): void {
    const known = this.stamps();
    for (const run of this.store.runIds(() => undefined)) {
      const stamp = stampOf(this.store.recordPath(run));
      if (stamp !== undefined && known.get(run) !== stamp.text) this.update(run);
    }
    this.removeGone();
  }

  removeGone(): void {
    const gone = [...this.stamps().keys()].filter((run) => !existsSync(this.store.recordPath(run)));
    if (gone.length === 0) return;
    transaction(this.db, () => {
      for (const run of gone) this.removeRows(run);
    });
  }

  private stamps(): Map<string, string> {
    const rows = this.db.prepare('SELECT name, stamp FROM run').all() as { name: string; stamp: string }[];
    return new Map(rows.map(({ name, stamp }) => [name, stamp]));
  }

  private row(run: string): RunRow | undefined {
    return this.statements.run.get(run) as RunRow | undefined;
  }

  /** What another process has written meanwhile counts: this is in a transaction. */
  private follow(run: string, stamp: Stamp): void {
    const row = this.row(run);
    if (row?.stamp === stamp.text) return;
    // What is another file, or has changed and not grown, is not what was read.
    const goesOn = row?.state === 'open' && row.inode === stamp.inode && row.size < stamp.size;
    // A record that has ended is read as a whole once more, as its beginning was trusted while it grew.
    if (goesOn && this.append(run, stamp, row) === 'open') return;
    this.removeRows(run);
    if (this.append(run, stamp) !== undefined) return;
    this.removeRows(run);
    this.vouchedFor(run, stamp);
  }

  /** @returns undefined where the chain does not go on, and what was written is to be removed */
  private append(run: string, stamp: Stamp, row?: RunRow): State | undefined {
    const rows = new RunRows(this.statements, run, this.sourceOf, stamp, row);
    try {
      return rows.take(readOn(this.store.recordPath(run), row ?? START));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return undefined;
    }
  }

  private vouchedFor(run: string, stamp: Stamp): void {
    const rows = new RunRows(this.statements, run, this.sourceOf, stamp);
    try {
      rows.takeRecord(readRecord(this.store.recordPath(run)));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      rows.takeNothing();
    }
  }

  private removeRows(run: string): void {
    const row = this.row(run);
    if (row === undefined) return;
    for (const statement of this.statements.remove) statement.run(row.id);
  }

  /** Many runs have the same cells. */
  private readonly sourceOf = (digest: string): string | undefined => {
    if (!this.titles.has(digest)) this.titles.set(digest, sourceIn(this.store, digest));
    return this.titles.get(digest);
  };
}

/** The rows of one run, while they are written. */
class RunRows {
  private readonly id: number;
  private readonly graph: Graph = emptyGraph();
  private readonly traced: Traced;
  private readonly rowOf: Map<string, number>;
  private tracer: Tracer | undefined;
  private mark: Mark;
  private state: State = 'open';
  private waiting = 0;

  constructor(
    private readonly statements: ReturnType<typeof prepared>,
    private readonly run: string,
    private readonly sourceOf: (digest: string) => string | undefined,
    private readonly stamp: Stamp,
    row?: RunRow,
  ) {
    this.id = row?.id ?? Number(statements.addRun.run(run).lastInsertRowid);
    this.mark = row ?? START;
    const { traced, rowOf } = row === undefined ? nothing() : restored(statements, row.id);
    this.rowOf = rowOf;
    this.traced = traced;
    if (row?.recorded != null) this.tracer = this.tracerOf(row.recorded);
  }

  take(lines: ReturnType<typeof readOn>): State {
    for (const { line, mark } of lines) {
      if (this.tracer === undefined) this.begin(line);
      else if (line !== undefined) this.draw(this.tracer, line);
      this.mark = mark;
    }
    this.write();
    return this.state;
  }

  takeRecord({ header, cells }: ReturnType<typeof readRecord>): void {
    const tracer = this.begin(header);
    for (const line of cells) this.draw(tracer, line);
    this.state = 'broken';
    this.write();
  }

  takeNothing(): void {
    this.state = 'unreadable';
    this.write();
  }

  private begin(line: RecordLine | undefined): Tracer {
    if (line?.type !== 'header') throw unexpected(this.run);
    this.statements.name.run(line.run, line.notebook, line.replayOf === undefined ? 0 : 1, this.id);
    this.tracer = this.tracerOf(line.run);
    this.tracer.contexts(line);
    return this.tracer;
  }

  private draw(tracer: Tracer, line: RecordLine): void {
    if (line.type === 'summary') this.state = 'ended';
    if (line.type !== 'cell' && line.type !== 'closing') return;
    if (this.state !== 'open') throw unexpected(this.run);
    if (line.type === 'cell') {
      tracer.take(line, []);
    } else {
      tracer.close(line.files);
      this.state = 'ended';
    }
    this.waiting += 1;
    if (this.waiting >= BATCH) this.flush();
  }

  private tracerOf(run: string): Tracer {
    return new Tracer(run, this.sourceOf, this.graph, this.traced);
  }

  private write(): void {
    this.flush();
    const { stamp, mark, state, id } = this;
    // One that is still written to only grows, which its size shows.
    const text = stamp.isYoung && state !== 'open' ? '' : stamp.text;
    this.statements.mark.run(text, stamp.inode, stamp.size, mark.offset, mark.root, state, id);
  }

  private flush(): void {
    const { addNode, changeNode, addEdge } = this.statements;
    for (const [id, node] of this.graph.nodes) {
      const row = this.rowOf.get(id);
      const json = JSON.stringify(node);
      if (row !== undefined) changeNode.run(json, row);
      else this.rowOf.set(id, Number(addNode.run(this.id, ...columnsOf(node), json).lastInsertRowid));
    }
    for (const { from, to, kind, seen } of this.graph.edges.values()) {
      addEdge.run(this.rowOf.get(from)!, this.rowOf.get(to)!, kind, seen);
    }
    this.graph.nodes.clear();
    this.graph.edges.clear();
    this.waiting = 0;
  }
}

type Restored = { traced: Traced; rowOf: Map<string, number> };

function nothing(): Restored {
  return { traced: nothingTraced(), rowOf: new Map() };
}

/** What a run holds after the executions that have rows. */
function restored({ latest, shared, lastCell }: ReturnType<typeof prepared>, run: number): Restored {
  const { traced, rowOf } = nothing();
  const parsed = <T extends LineageNode>({ id, json }: { id: number; json: string }): T => {
    const node = JSON.parse(json) as T;
    rowOf.set(node.id, id);
    return node;
  };
  for (const row of latest.all(run) as { id: number; json: string; deleted: number }[]) {
    const node = parsed<VariableNode>(row);
    traced.versions.set(node.name, node.version);
    if (row.deleted === 0) traced.held.set(node.name, node);
  }
  for (const row of shared.all(run) as { id: number; json: string }[]) {
    const node = parsed<LineageNode>(row);
    if (node.kind === 'file') keepFile(traced, node);
  }
  const last = lastCell.get(run) as { id: number; json: string } | undefined;
  if (last !== undefined) traced.last = parsed(last).id;
  return { traced, rowOf };
}

/** By what a node is looked for: its name, a cell's position, a file's digest. */
function columnsOf(
  node: LineageNode,
): [kind: string, name: string | null, place: number | null, digest: string | null] {
  switch (node.kind) {
    case 'cell':
      return ['cell', String(node.seq), node.cell.index, null];
    case 'variable':
      return ['variable', node.name, null, null];
    case 'file':
      return ['file', node.path, null, node.sha256 ?? null];
    default:
      return [node.kind, null, null, null];
  }
}

function sourceIn(store: Store, digest: string): string | undefined {
  try {
    return store.getObject(digest).toString('utf8');
  } catch {
    return undefined;
  }
}

function unexpected(run: string): RecordError {
  return new RecordError('broken', `The record of ${run} has a line where none like it can stand.`);
}

function prepared(db: DatabaseSync): {
  run: StatementSync;
  addRun: StatementSync;
  name: StatementSync;
  mark: StatementSync;
  addNode: StatementSync;
  changeNode: StatementSync;
  addEdge: StatementSync;
  latest: StatementSync;
  shared: StatementSync;
  lastCell: StatementSync;
  remove: StatementSync[];
} {
  return {
    run: db.prepare('SELECT id, recorded, stamp, inode, size, offset, root, state FROM run WHERE name = ?'),
    addRun: db.prepare(
      "INSERT INTO run (name, stamp, inode, size, offset, root, state) VALUES (?, '', 0, 0, 0, '', 'open')",
    ),
    name: db.prepare('UPDATE run SET recorded = ?, notebook = ?, replay = ? WHERE id = ?'),
    mark: db.prepare(
      'UPDATE run SET stamp = ?, inode = ?, size = ?, offset = ?, root = ?, state = ? WHERE id = ?',
    ),
    addNode: db.prepare('INSERT INTO node (run, kind, name, place, digest, json) VALUES (?, ?, ?, ?, ?, ?)'),
    changeNode: db.prepare('UPDATE node SET json = ? WHERE id = ?'),
    addEdge: db.prepare('INSERT OR IGNORE INTO edge (source, target, kind, seen) VALUES (?, ?, ?, ?)'),
    // The last version of each name, and whether it was deleted since: what is written again is another version.
    latest: db.prepare(`
      SELECT id, json, EXISTS (SELECT 1 FROM edge WHERE target = node.id AND kind = 'deleted') AS deleted
      FROM node WHERE id IN (SELECT max(id) FROM node WHERE run = ? AND kind = 'variable' GROUP BY name)`),
    shared: db.prepare(
      "SELECT id, json FROM node WHERE run = ? AND kind NOT IN ('variable', 'cell') ORDER BY id",
    ),
    lastCell: db.prepare(
      "SELECT id, json FROM node WHERE id = (SELECT max(id) FROM node WHERE run = ? AND kind = 'cell')",
    ),
    remove: [
      db.prepare('DELETE FROM edge WHERE source IN (SELECT id FROM node WHERE run = ?)'),
      db.prepare('DELETE FROM node WHERE run = ?'),
      db.prepare('DELETE FROM run WHERE id = ?'),
    ],
  };
}
