/** Lineage from the index, after its rows have been brought up to the records that the question is about. */
import type { DatabaseSync } from 'node:sqlite';
import type { Direction } from '../focus';
import type { CellNode, LineageEdge, LineageNode } from '../graph';
import type { Store } from '../store';
import { byTime, type From, type Lineages, type Part, type Touch } from './lineages';
import { isSmall, RecordLineages } from './records';
import { Rows } from './rows';

export class IndexedLineages implements Lineages {
  private readonly rows: Rows;
  private readonly records: RecordLineages;

  constructor(
    private readonly db: DatabaseSync,
    private readonly store: Store,
  ) {
    this.rows = new Rows(db, store);
    this.records = new RecordLineages(store);
  }

  part(run: string, from: From, direction: Direction): Part {
    if (!isSmall(this.store, run)) this.rows.update(run);
    else if (!this.rows.isCurrent(run)) return this.records.part(run, from, direction);
    const row = this.db
      .prepare('SELECT id, notebook FROM run WHERE name = ? AND recorded IS NOT NULL')
      .get(run);
    // Of a record that cannot be read the record itself says why.
    if (row === undefined) return this.records.part(run, from, direction);
    const { id, notebook } = row as { id: number; notebook: string };
    return { notebook, ...this.reach(id, this.start(id, from), direction) };
  }

  touches(file: { sha256: string } | { path: string }): Touch[] {
    this.rows.updateAll();
    const [where, value] =
      'sha256' in file ? ['digest = ?', file.sha256] : ["node.kind = 'file' AND name = ?", file.path];
    const found = this.db
      .prepare(
        `SELECT run.name AS run, run.notebook, run.replay, cell.json AS cell, touched.path, touched.sha256, touched.mode
         FROM (
           SELECT run, name AS path, digest AS sha256, source AS other, 'write' AS mode
           FROM node JOIN edge ON target = node.id WHERE ${where} AND digest IS NOT NULL
           UNION ALL
           SELECT run, name, digest, target, 'read'
           FROM node JOIN edge ON source = node.id WHERE ${where} AND digest IS NOT NULL
         ) AS touched JOIN run ON run.id = touched.run JOIN node AS cell ON cell.id = touched.other`,
      )
      .all(value, value) as TouchRow[];
    return byTime(found.map(touchOf));
  }

  /** As `find`: the last of each that is asked for. */
  private start(run: number, { variable, cell, file, seqs = [] }: From): number[] {
    const wanted = [
      ["kind = 'variable' AND name = ?", variable],
      ['place = ?', cell],
      ["kind = 'file' AND name = ?", file],
      ...seqs.map((seq) => ["kind = 'cell' AND name = ?", String(seq)] as const),
    ] as const;
    return wanted.flatMap(([where, value]) => {
      if (value === undefined) return [];
      const last = this.db.prepare(`SELECT max(id) AS id FROM node WHERE run = ? AND ${where}`);
      const { id } = last.get(run, value) as { id: number | null };
      return id === null ? [] : [id];
    });
  }

  /** As `focus`. */
  private reach(run: number, start: readonly number[], direction: Direction): Omit<Part, 'notebook'> {
    const [here, there] = direction === 'upstream' ? ['target', 'source'] : ['source', 'target'];
    this.db.exec('CREATE TEMP TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY); DELETE FROM temp.kept;');
    this.db
      .prepare(
        `WITH RECURSIVE reached (id) AS (
           SELECT value FROM json_each(?)
           UNION
           SELECT edge.${there} FROM reached JOIN edge ON edge.${here} = reached.id AND edge.kind <> 'deleted')
         INSERT INTO temp.kept SELECT id FROM reached`,
      )
      .run(JSON.stringify(start));
    const rows = this.db
      .prepare('SELECT node.id, json FROM temp.kept JOIN node ON node.id = kept.id ORDER BY node.id')
      .all() as { id: number; json: string }[];
    const idOf = new Map<number, string>();
    const nodes = rows.map(({ id, json }) => {
      const node = JSON.parse(json) as LineageNode;
      idOf.set(id, node.id);
      return node;
    });
    const edges = (
      this.db
        .prepare(
          `SELECT source, target, kind, seen FROM temp.kept JOIN edge ON source = kept.id
           WHERE target IN (SELECT id FROM temp.kept) ORDER BY edge.rowid`,
        )
        .all() as { source: number; target: number; kind: LineageEdge['kind']; seen: LineageEdge['seen'] }[]
    ).map(({ source, target, kind, seen }) => ({
      from: idOf.get(source)!,
      to: idOf.get(target)!,
      kind,
      seen,
    }));
    return direction === 'upstream' ? this.onContexts(run, nodes, edges) : { nodes, edges };
  }

  /** What a run rests on is upstream of each of its cells. */
  private onContexts(run: number, nodes: LineageNode[], edges: LineageEdge[]): Omit<Part, 'notebook'> {
    const cells = nodes.filter(({ kind }) => kind === 'cell');
    if (cells.length === 0) return { nodes, edges };
    const contexts = (
      this.db
        .prepare(
          "SELECT json FROM node WHERE run = ? AND kind IN ('environment', 'seed', 'commit') ORDER BY id",
        )
        .all(run) as { json: string }[]
    ).map(({ json }) => JSON.parse(json) as LineageNode);
    const rests = cells.flatMap(({ id }) =>
      contexts.map(({ id: to }): LineageEdge => ({ from: id, to, kind: 'rests-on', seen: 'observed' })),
    );
    return { nodes: [...contexts, ...nodes], edges: [...rests, ...edges] };
  }
}

type TouchRow = {
  run: string;
  notebook: string;
  replay: number;
  cell: string;
  path: string;
  sha256: string;
  mode: Touch['mode'];
};

function touchOf({ run, notebook, replay, cell: json, path, sha256, mode }: TouchRow): Touch {
  const { id: node, seq, cell, startedAt } = JSON.parse(json) as CellNode;
  return { run, notebook, isReplay: replay === 1, node, seq, cell, startedAt, path, sha256, mode };
}
