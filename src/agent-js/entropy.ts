/** The log of one cell's draws: source, reach, how often, and the line of the cell. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { lineIn, stackAbove } from './callsite';

export type Reach = 'enforced' | 'unreached';
export type Draws = { source: string; reach: Reach; count: number; line?: number };
/** `code`: the text that the lines of `draws` count in. */
export type Entropy = { draws: Draws[]; code?: string };

type Called = (...args: never[]) => unknown;

/** A stack costs some microseconds: of a source only these first draws, and then each that is a power of two, are placed. */
const PLACED = 64;

/** What the kernel made of a cell. */
type Emitted = { code: string; lines: number };

export class EntropyLog {
  private readonly counters = new Map<string, Counter>();
  private emitted: Emitted | undefined;
  /** The line of a call that goes on after it has returned. */
  private readonly calls = new AsyncLocalStorage<{ of: Emitted; line: number }>();

  /** The same counter for the same source and reach, for good. */
  counter(source: string, reach: Reach): Counter {
    const key = `${source}\0${reach}`;
    const known = this.counters.get(key);
    if (known !== undefined) return known;
    const made = new Counter(source, reach, (below) => this.lineOf(below));
    this.counters.set(key, made);
    return made;
  }

  /** Counts a draw. `below` is the function that the notebook called. */
  note(source: string, reach: Reach, below: Called): void {
    this.counter(source, reach).count(below);
  }

  /** What the kernel made of the cell that it is about to run. */
  runs(code: string): void {
    this.emitted = { code, lines: code.split('\n').length };
  }

  /**
   * Begins work that goes on after its call has returned, with no frame of the cell on the stack: what it draws counts as
   * drawn by the line that called it. `below` is the function that the notebook called.
   */
  within<T>(below: Called, work: () => T): T {
    const { emitted: of } = this;
    const line = this.lineOf(below);
    return of === undefined || line === undefined ? work() : this.calls.run({ of, line }, work);
  }

  /** Empties the log. */
  take(): Entropy {
    const draws = [...this.counters.values()].flatMap((counter) => counter.take());
    const { emitted } = this;
    this.emitted = undefined;
    return emitted === undefined ? { draws } : { draws, code: emitted.code };
  }

  private lineOf(below: Called): number | undefined {
    const { emitted } = this;
    if (emitted === undefined) return undefined;
    const call = this.calls.getStore();
    // One of an earlier cell has no line in this one.
    return lineIn(emitted.lines, stackAbove(below)) ?? (call?.of === emitted ? call.line : undefined);
  }
}

export class Counter {
  private total = 0;
  private readonly places = new Map<number | undefined, number>();

  constructor(
    private readonly source: string,
    private readonly reach: Reach,
    private readonly lineOf: (below: Called) => number | undefined,
  ) {}

  count(below: Called): void {
    const number = ++this.total;
    if (number <= PLACED || (number & (number - 1)) === 0) this.place(below);
  }

  /** Draws that were not placed count as the last place's. */
  take(): Draws[] {
    const { source, reach } = this;
    const entries = [...this.places].map(([line, count]) => ({ source, reach, count, line }));
    const placed = entries.reduce((sum, { count }) => sum + count, 0);
    if (entries.length > 0) entries.at(-1)!.count += this.total - placed;
    this.total = 0;
    this.places.clear();
    return entries.map(({ line, ...rest }) => (line === undefined ? rest : { ...rest, line }));
  }

  private place(below: Called): void {
    const line = this.lineOf(below);
    this.places.set(line, (this.places.get(line) ?? 0) + 1);
  }
}
