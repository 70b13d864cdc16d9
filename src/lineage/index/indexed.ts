/** Lineage from the index, after its rows have been brought up to the records that the question is about. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Direction } from '../focus';
import type { CellNode, LineageEdge, LineageNode } from '../graph';
import type { Store } from '../store';
import { byTime, type Files, type From, type Lineages, type Part, type Touch } from './lineages';
import { isSmall, RecordLineages } from './records';
import { Rows } from './rows';

export class IndexedLineages implements Lineages {
  private readonly rows: Rows;
  private readonly records: RecordLineages;
  private readonly statements = new Map<string, StatementSync>();
  private isUpdated = false;

  constructor(
    private readonly db: DatabaseSync,
    private readonly store: Store,
  ) {
    this.rows = new Rows(db, store);
    this.records = new RecordLineages(store);
    db.exec('CREATE TEMP TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY)');
  }

  part(run: string, from: From, direction: Direction): Part {
    if (!isSmall(this.store, run)) this.rows.update(run);
    else if (!this.rows.isCurrent(run)) return this.records.part(run, from, direction);
    const [row] = this.all<{ id: number; notebook: string }>(
      'SELECT id, notebook FROM run WHERE name = ? AND recorded IS NOT NULL',
      run,
    );
    // Of a record that cannot be read the record itself says why.
    if (row === undefined) return this.records.part(run, from, direction);
    const { id, notebook } = row;
    return { notebook, ...this.reach(id, this.start(id, from), direction) };
  }

  touches(files: Files): Touch[] {
    if (!this.isUpdated) this.rows.updateAll();
    this.isUpdated = true;
    const [where, value] =
      'path' in files
        ? ["file.kind = 'file' AND file.name = ?", files.path]
        : ['file.digest IN (SELECT value FROM json_each(?))', JSON.stringify(files.sha256)];
    const half = (mode: Touch['mode'], here: string, there: string): string =>
      `SELECT run.name AS run, run.notebook, run.replay, cell.json AS cell, file.name AS path, file.digest AS sha256,
              '${mode}' AS mode
       FROM node AS file CROSS JOIN edge ON edge.${here} = file.id
       CROSS JOIN node AS cell ON cell.id = edge.${there} CROSS JOIN run ON run.id = file.run
       WHERE ${where} AND file.digest IS NOT NULL`;
    const query = `${half('write', 'target', 'source')} UNION ${half('read', 'source', 'target')}`;
    return byTime(this.all<TouchRow>(query, value, value).map(touchOf));
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
      const last = `SELECT max(id) AS id FROM node WHERE run = ? AND ${where}`;
      return this.all<{ id: number | null }>(last, run, value).flatMap(({ id }) => id ?? []);
    });
  }

  /** As `focus`. */
  private reach(run: number, start: readonly number[], direction: Direction): Omit<Part, 'notebook'> {
    const [here, there] = direction === 'upstream' ? ['target', 'source'] : ['source', 'target'];
    this.statement('DELETE FROM temp.kept').run();
    this.statement(
      `WITH RECURSIVE reached (id) AS (
         SELECT value FROM json_each(?)
         UNION
         SELECT edge.${there} FROM reached CROSS JOIN edge ON edge.${here} = reached.id AND edge.kind <> 'deleted')
       INSERT INTO temp.kept SELECT id FROM reached`,
    ).run(JSON.stringify(start));
    const idOf = new Map<number, string>();
    const nodes = this.all<{ id: number; json: string }>(
      'SELECT node.id, json FROM temp.kept CROSS JOIN node ON node.id = kept.id ORDER BY kept.id',
    ).map(({ id, json }) => {
      const node = JSON.parse(json) as LineageNode;
      idOf.set(id, node.id);
      return node;
    });
    // In the order in which they were drawn. Without `+` SQLite would look for each pair of nodes, or go through all edges.
    const edges = this.all<{ source: number; target: number } & Pick<LineageEdge, 'kind' | 'seen'>>(
      `SELECT source, target, kind, seen FROM temp.kept CROSS JOIN edge ON source = kept.id
       WHERE +target IN temp.kept ORDER BY +edge.rowid`,
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
    const contexts = this.all<{ json: string }>(
      "SELECT json FROM node WHERE run = ? AND kind IN ('environment', 'seed', 'commit') ORDER BY id",
      run,
    ).map(({ json }) => JSON.parse(json) as LineageNode);
    const rests = cells.flatMap(({ id }) =>
      contexts.map(({ id: to }): LineageEdge => ({ from: id, to, kind: 'rests-on', seen: 'observed' })),
    );
    return { nodes: [...contexts, ...nodes], edges: [...rests, ...edges] };
  }

  private all<T>(query: string, ...values: (string | number)[]): T[] {
    return this.statement(query).all(...values) as T[];
  }

  private statement(query: string): StatementSync {
    const known = this.statements.get(query) ?? this.db.prepare(query);
    this.statements.set(query, known);
    return known;
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
