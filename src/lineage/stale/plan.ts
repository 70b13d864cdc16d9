/**
 * Which cells to run so that some of them show what a run from the top would: these, and those above without which they
 * would read something else. They run in the order of the document.
 */
import type { FunctionFacts } from './expected';
import { factsOf } from './source';
import { functionsOf, type SessionCell, type State } from './state';
import type { Execution, Timeline } from './timeline';
import { ABSENT, AT_START, compareVersions, isOf, type Key, keyOf, type Version } from './versions';

export type RunPlan = {
  /** By id, in the document's order. */
  cells: string[];
  /**
   * Only in an empty kernel will they find what a run from the top finds: `values` that no cell above leaves are there, or
   * generators have given numbers (`streams`) that no cell above takes.
   */
  empty: false | 'values' | 'streams';
};

/** `made`: by a cell of the plan; `stale`: a cell that is not of the plan would leave something else than it did. */
type Held = Version | { is: 'made'; cell: string } | { is: 'stale'; cell: string };

type Effects = { reads: Iterable<Key>; writes: Iterable<Key> };

/** @param targets ids of the cells that are to be clean at the end */
export function planRun(
  targets: Iterable<string>,
  cells: readonly SessionCell[],
  timeline: Timeline,
  state: State,
): RunPlan {
  return new Planner(cells, timeline, state).plan(targets);
}

class Planner {
  private readonly code: readonly SessionCell[];
  private readonly functions: FunctionFacts;
  private readonly needed = new Set<string>();
  private empty: RunPlan['empty'] = false;
  private live = new Map<Key, Held>();
  private expected = new Map<Key, Held>();

  constructor(
    cells: readonly SessionCell[],
    private readonly timeline: Timeline,
    private readonly state: State,
  ) {
    this.code = cells.filter(({ type, source }) => type === 'code' && !factsOf(source).empty);
    this.functions = functionsOf(cells.map(({ source }) => source));
  }

  plan(targets: Iterable<string>): RunPlan {
    const wanted = new Set(targets);
    for (const { id } of this.code) if (wanted.has(id)) this.needed.add(id);
    // Each round may add cells that in turn read what others have to write before.
    for (let before = -1; before !== this.size();) {
      before = this.size();
      this.goThrough();
    }
    return {
      cells: this.code.flatMap(({ id }) => (this.needed.has(id) ? [id] : [])),
      empty: this.empty,
    };
  }

  private size(): number {
    return this.needed.size + (this.empty === false ? 0 : 1);
  }

  private goThrough(): void {
    this.live = new Map([...this.timeline.held].filter(([key]) => !this.empty || isOf('file', key)));
    this.expected = new Map();
    for (const cell of this.code) {
      const { id } = cell;
      const last = this.lastOf(cell);
      const { reads, writes } = last === undefined ? this.mayDo(cell) : didOf(last);
      if (this.needed.has(id)) {
        for (const key of reads) this.provide(key);
        if (last !== undefined) this.checkStreams(cell, last);
        for (const key of writes) {
          this.live.set(key, { is: 'made', cell: id });
          this.expected.set(key, { is: 'made', cell: id });
        }
      } else if (this.state.cells[id]?.status === 'stale') {
        for (const key of writes) this.expected.set(key, { is: 'stale', cell: id });
      } else if (last !== undefined) {
        for (const [key, version] of last.writes) this.expected.set(key, version);
      }
    }
  }

  /** Its last execution, if that says what it would do now. */
  private lastOf({ id }: SessionCell): Execution | undefined {
    const types = new Set(this.state.cells[id]?.reasons.map(({ type }) => type));
    return types.has('code-changed') || types.has('never-executed') ? undefined : this.timeline.last(id);
  }

  /** A cell of the plan reads this: what it finds must be what the cells above leave there. */
  private provide(key: Key): void {
    const wanted = this.expected.get(key) ?? this.timeline.atStart(key);
    if (wanted.is === 'made') return;
    if (wanted.is === 'stale') return this.need(wanted.cell);
    const found = this.live.get(key) ?? this.unset(key);
    const isThere =
      found.is !== 'made' && found.is !== 'stale' && compareVersions(found, wanted) !== 'different';
    if (isThere) return;
    const writer = wanted.is === 'value' ? wanted.cell : undefined;
    if (writer !== undefined) this.need(writer);
    // A file stays as it is, whatever the kernel.
    else if (!isOf('file', key)) this.needEmpty(isOf('generator', key) ? 'streams' : 'values');
  }

  private needEmpty(why: 'values' | 'streams'): void {
    if (this.empty !== 'values') this.empty = why;
  }

  private need(cell: string): void {
    if (this.code.some(({ id }) => id === cell)) this.needed.add(cell);
  }

  private unset(key: Key): Version {
    return isOf('variable', key) ? ABSENT : isOf('file', key) ? this.timeline.atStart(key) : AT_START;
  }

  /** A second execution in one kernel takes other random numbers, and another place in the history. */
  private checkStreams({ id }: SessionCell, { line, perCell, kernel, usesHistory }: Execution): void {
    if (usesHistory) {
      this.needEmpty('values');
      for (const above of this.code) {
        if (above.id === id) break;
        this.needed.add(above.id);
      }
    }
    if (perCell || kernel !== this.timeline.kernels) return;
    const own = line.entropy.some(({ source, reach }) => reach === 'enforced' && !(source in line.rng.after));
    if (own) this.needEmpty('streams');
  }

  /** Of a cell that was edited or never ran: what its source says. */
  private mayDo({ source }: SessionCell): Effects {
    const { loads, binds, mutates, calls } = factsOf(source);
    const called = calls ? this.functions : undefined;
    const names = [...loads, ...(called?.loads ?? [])].filter((name) => !binds.has(name));
    const written = [
      ...binds,
      ...(called?.binds ?? []),
      ...(mutates ? loads : []),
      ...(called?.mutates ? called.loads : []),
    ];
    const toKey = (name: string): Key => keyOf('variable', name);
    const isKnown = (key: Key): boolean => this.live.has(key) || this.expected.has(key);
    return {
      reads: names.map(toKey).filter(isKnown),
      writes: [...binds].map(toKey).concat(written.map(toKey).filter(isKnown)),
    };
  }
}

function didOf({ reads, writes }: Execution): Effects {
  return { reads: reads.keys(), writes: writes.keys() };
}
