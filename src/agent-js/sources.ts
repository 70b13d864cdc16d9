/** The streams behind each source of randomness, in one place: which cell runs, which thread and process this is. */
import type { Configuration } from './configuration';
import { EntropyLog, type Reach } from './entropy';
import { Generator, Streams } from './streams';

export const MATH_RANDOM = 'Math.random';

type Cell = { key: string; execution: number };

export class Sources {
  readonly log = new EntropyLog();
  readonly enforces: boolean;
  private generator: Generator | undefined;
  private readonly streams: Streams;
  private cell: Cell | undefined;
  private readonly counts = new Map<string, number>();

  /** `task` names a worker thread or a child process; empty in the kernel itself. */
  constructor(
    private readonly configuration: Configuration,
    private readonly task: string[],
  ) {
    this.enforces = configuration.policy !== 'observe';
    this.streams = new Streams(configuration.seed);
  }

  /** Of `Math.random`. */
  get random(): Generator {
    const name = this.task.length === 0 ? ['global'] : ['task', ...this.task];
    return (this.generator ??= new Generator(this.streams.bytes(...name, MATH_RANDOM)));
  }

  get reach(): Reach {
    return this.enforces ? 'enforced' : 'unreached';
  }

  begin(cell: Cell): void {
    this.cell = cell;
    this.counts.clear();
    if (this.configuration.perCell && this.enforces) {
      this.random.start(this.streams.bytes('cell', cell.key, MATH_RANDOM));
    }
  }

  /** What an unseeded construction takes: named by the cell, its execution, and how often the source was asked in it. */
  fresh(source: string): Buffer {
    const number = (this.counts.get(source) ?? 0) + 1;
    this.counts.set(source, number);
    return this.streams.bytes(...this.place(), source, number);
  }

  private place(): (string | number)[] {
    if (this.task.length > 0) return ['task', ...this.task];
    if (this.cell === undefined) return ['module', '?'];
    const { key, execution } = this.cell;
    return this.configuration.perCell ? ['cell', key] : ['cell', key, execution];
  }
}
