/**
 * Which cells no longer say the truth: the notebook is gone through from the top, and what each cell read when it last
 * ran is held against what the cells above it leave there (contracts, "The session protocol").
 */
import type { StaleReason } from '../graph';
import { Expected, type FunctionFacts } from './expected';
import { sameCode } from './same';
import { factsOf, type SourceFacts } from './source';
import { type Execution, fileOf, readsAnything, type Timeline } from './timeline';
import { compareVersions, isOf, type Key, keyOf, nameOf, type Version } from './versions';

export type SessionCell = { id: string; type: 'code' | 'markdown' | 'raw'; source: string };

export type CellState = { status: 'clean' | 'stale'; assumed?: string[]; reasons: StaleReason[] };

export type State = {
  cells: Record<string, CellState>;
  /** Of all cells, in the document. */
  order: string[];
  writers: Record<string, string>;
};

/** @param cut cells whose last execution did not come to an end: the kernel was restarted, or died */
export function stateOf(
  cells: readonly SessionCell[],
  timeline: Timeline,
  seed: string,
  cut: ReadonlySet<string> = new Set(),
): State {
  const judge = new Judge(cells, timeline, seed, cut);
  const found = new Map(cells.map((cell) => [cell.id, judge.take(cell)]));
  for (const [cell, by] of judge.updatedByStale()) {
    found.set(cell, { status: 'stale', reasons: [{ type: 'upstream-stale', cell: by }] });
  }
  return {
    cells: Object.fromEntries(found),
    order: cells.map(({ id }) => id),
    writers: timeline.writers(),
  };
}

const CLEAN: CellState = { status: 'clean', reasons: [] };

class Judge {
  private readonly expected: Expected;
  private readonly functions: FunctionFacts;
  private readonly position: Map<string, number>;
  private readonly stale = new Set<string>();
  /** Executions that a run from the top has come to, in its order. */
  private readonly above: (Execution | undefined)[] = [];
  private readonly showsLines: boolean;

  constructor(
    private readonly cells: readonly SessionCell[],
    private readonly timeline: Timeline,
    private readonly seed: string,
    private readonly cut: ReadonlySet<string>,
  ) {
    this.expected = new Expected(timeline);
    this.position = new Map(cells.map(({ id }, at) => [id, at]));
    const last = cells.flatMap(({ id }) => timeline.last(id) ?? []);
    this.functions = functionsOf([...cells.map(({ source }) => source), ...last.map(({ source }) => source)]);
    this.showsLines = last.some(({ line }) => line.status === 'error');
  }

  take(cell: SessionCell): CellState {
    if (cell.type !== 'code') return CLEAN;
    const facts = factsOf(cell.source);
    const last = this.timeline.last(cell.id);
    if (last === undefined && facts.empty && !this.cut.has(cell.id)) return CLEAN;
    const edited = last !== undefined && !sameCode(last.source, cell.source, this.namesLines(last, facts));
    const assumed = new Set<string>();
    const reasons = this.reasons(cell.id, last, edited, assumed);
    this.above.push(last);
    if (reasons.length === 0) {
      this.expected.put(last!);
      for (const use of unreached(last!)) assumed.add(use);
      return { ...CLEAN, ...(assumed.size > 0 ? { assumed: [...assumed].sort() } : {}) };
    }
    this.stale.add(cell.id);
    // Names that only the code before the edit wrote, the code after it does not.
    this.expected.spoil(
      cell.id,
      edited || last === undefined ? [] : last.writes.keys(),
      facts,
      this.functions,
    );
    return { status: 'stale', reasons };
  }

  /** An edit of comments or spaces is seen where a traceback or a warning names lines. */
  private namesLines({ line }: Execution, { functions }: SourceFacts): boolean {
    if (line.status === 'error' || line.warnings.length > 0) return true;
    const defines = functions.loads.size > 0 || functions.binds.size > 0 || functions.mutates;
    return defines && this.showsLines;
  }

  private reasons(
    cell: string,
    last: Execution | undefined,
    edited: boolean,
    assumed: Set<string>,
  ): StaleReason[] {
    if (this.cut.has(cell)) return [{ type: 'restarted' }];
    if (last === undefined) return [{ type: 'never-executed' }];
    if (edited) return [{ type: 'code-changed' }];
    // It was stopped before its end, which no run from the top is.
    if (last.line.error?.ename === 'KeyboardInterrupt') return [{ type: 'never-executed' }];
    const found: StaleReason[] = [];
    for (const [key, version] of this.readBy(last)) {
      const reason = this.compare(cell, last, key, version, assumed);
      if (reason !== undefined) found.push(reason);
    }
    found.push(
      ...this.aliases(last),
      ...this.streams(last),
      ...this.history(last),
      ...this.displays(cell, last),
    );
    return distinct(found);
  }

  private readBy(last: Execution): Map<Key, Version> {
    if (!readsAnything(last.line)) return new Map(last.reads);
    const reads = new Map(last.reads);
    for (const key of this.expected.variables()) if (!reads.has(key)) reads.set(key, { is: 'absent' });
    return reads;
  }

  private compare(
    cell: string,
    last: Execution,
    key: Key,
    read: Version,
    assumed: Set<string>,
  ): StaleReason | undefined {
    const wanted = this.expected.get(key);
    const what = isOf('file', key) ? { file: fileOf(key) } : { variable: nameOf(key) };
    if (wanted.is === 'unknown') {
      return { type: wanted.order ? 'order' : 'upstream-stale', ...what, cell: wanted.cell };
    }
    const same = compareVersions(read, wanted);
    if (same === 'same') return undefined;
    if (same === 'assumed') {
      assumed.add(nameOf(key));
      return undefined;
    }
    return { ...this.why(cell, last, read, wanted), ...what };
  }

  private why(
    cell: string,
    last: Execution,
    read: Version,
    wanted: Version,
  ): Pick<StaleReason, 'type' | 'cell'> {
    const writer = wanted.is === 'value' ? wanted.cell : undefined;
    const found = read.is === 'value' ? read.cell : undefined;
    if (found === undefined && writer === undefined) return { type: 'input-changed' };
    if (found === undefined) {
      const made = this.timeline.executions[(wanted as { by: number }).by];
      const wasLost = made !== undefined && made.kernel < last.kernel;
      return { type: wasLost ? 'restarted' : 'order', cell: writer! };
    }
    const from = this.position.get(found);
    if (from === undefined) return { type: 'writer-deleted', cell: found };
    if (found === writer) return { type: 'input-changed', cell: found };
    if (from >= this.position.get(cell)!) {
      return {
        type: writer === undefined && found !== cell && wanted.is === 'absent' ? 'order' : 'overwritten',
        cell: found,
      };
    }
    // A cell above wrote it in an earlier form, or before one that stands between was run.
    return writer === undefined ? { type: 'writer-deleted', cell: found } : { type: 'order', cell: writer };
  }

  /** It looked at a variable that shares with what it changes in a run from the top, or did when it ran, and not in both. */
  private aliases(last: Execution): StaleReason[] {
    const { here, then } = this.expected.otherwiseShared(last);
    const read = [...here, ...then].filter((name) => last.reads.has(keyOf('variable', name)));
    return read.map((variable) => ({ type: 'order', variable }));
  }

  /** Streams of random numbers that a first execution in an empty kernel does not take. */
  private streams({ line, perCell, seed }: Execution): StaleReason[] {
    const enforced = line.entropy.filter(({ reach }) => reach === 'enforced');
    if (enforced.length > 0 && seed !== this.seed) return [{ type: 'restarted' }];
    if (perCell || line.execution <= 1) return [];
    const own = enforced.filter(({ source }) => !(source in line.rng.after));
    return own.map(({ source }) => ({ type: 'order', variable: source }));
  }

  /** What `_` and `Out` give is right only where nothing ran but the cells above, each once and in order. */
  private history(last: Execution): StaleReason[] {
    if (!last.usesHistory) return [];
    const before = this.timeline.executions.filter(
      ({ kernel, at }) => kernel === last.kernel && at < last.at,
    );
    const above = this.above.filter((each) => each !== undefined);
    const isSame = before.length === above.length && before.every((each, at) => each === above[at]);
    return isSame && this.stale.size === 0 ? [] : [{ type: 'order', variable: '_' }];
  }

  /** Displays that other cells updated since. */
  private displays(cell: string, last: Execution): StaleReason[] {
    const found: StaleReason[] = [];
    for (const other of this.timeline.executions) {
      if (other.cell === cell || other.line.revised?.every(({ id }) => id !== cell) !== false) continue;
      const isNewest = this.timeline.last(other.cell) === other;
      const place = this.position.get(other.cell);
      if (other.at > last.at) {
        if (place === undefined) found.push({ type: 'writer-deleted', cell: other.cell });
        else if (place < this.position.get(cell)!) found.push({ type: 'order', cell: other.cell });
        else if (!isNewest || this.isEdited(other)) found.push({ type: 'upstream-stale', cell: other.cell });
      } else if (isNewest && place !== undefined) found.push({ type: 'order', cell: other.cell });
    }
    return found;
  }

  /** Clean cells that show what a stale cell below them put there. */
  updatedByStale(): [string, string][] {
    return [...this.stale].flatMap((by) =>
      (this.timeline.last(by)?.line.revised ?? []).flatMap(({ id }): [string, string][] =>
        this.position.has(id) && !this.stale.has(id) ? [[id, by]] : [],
      ),
    );
  }

  private isEdited({ cell, source }: Execution): boolean {
    const now = this.cells[this.position.get(cell)!];
    return now === undefined || !sameCode(source, now.source);
  }
}

/** Randomness and clocks that no seed reaches, and variables that nobody could look into: a cell is clean as far as those go. */
function unreached({ line }: Execution): string[] {
  const sources = line.entropy.flatMap(({ source, reach }) => (reach === 'unreached' ? [source] : []));
  const unseen = line.notObserved.filter((what) => what === 'variables');
  return [...sources, ...line.clock.map(({ call }) => call), ...unseen];
}

/** What the functions that are defined in these sources may do. */
export function functionsOf(sources: readonly string[]): FunctionFacts {
  const all = [...new Set(sources)].map((source) => factsOf(source).functions);
  const any = (of: (facts: FunctionFacts) => boolean): boolean => all.some(of);
  return {
    binds: new Set(all.flatMap(({ binds }) => [...binds])),
    loads: new Set(all.flatMap(({ loads }) => [...loads])),
    mutates: any(({ mutates }) => mutates),
    writesFiles: any(({ writesFiles }) => writesFiles),
    wild: any(({ wild }) => wild),
    changesProcess: any(({ changesProcess }) => changesProcess),
    setsAttributes: any(({ setsAttributes }) => setsAttributes),
  };
}

function distinct(reasons: readonly StaleReason[]): StaleReason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
