/**
 * A notebook in the kernels that it had one after the other while it was open, as their records tell: which of its cells
 * no longer say the truth, and what to run so that they do. The same reducer as of `reprise session`.
 */
import type { CellLine, RecordHeader } from '../record';
import { planRun, type RunPlan } from './plan';
import { type SessionCell, type State, stateOf } from './state';
import { type LookAtFile, Timeline } from './timeline';

export type LiveKernelFacts = Pick<RecordHeader, 'run' | 'seed' | 'policy' | 'rng'>;

export class LiveNotebook {
  private readonly timeline = new Timeline();
  private readonly cut = new Set<string>();
  private readonly running = new Set<string>();
  private kernel: LiveKernelFacts | undefined;

  /** The run of the kernel that lives, or lived last; undefined before the first. */
  get run(): string | undefined {
    return this.kernel?.run;
  }

  /** Files that its cells read or wrote, as records name them. */
  get files(): string[] {
    const paths = this.timeline.executions.flatMap(({ line }) => line.files.map(({ path }) => path));
    return [...new Set(paths)];
  }

  get hasRun(): boolean {
    return this.timeline.executions.length > 0;
  }

  /** Another kernel: the variables of the one before are gone. */
  started(kernel: LiveKernelFacts): void {
    if (this.kernel !== undefined) this.timeline.restart();
    this.kernel = kernel;
  }

  began(cell: string): void {
    this.running.add(cell);
  }

  /** @param source what ran */
  ran(line: CellLine, source: string): void {
    if (this.kernel === undefined) return;
    const { seed, rng, policy } = this.kernel;
    const perCell = rng === 'per-cell' && policy !== 'observe';
    this.running.delete(line.id);
    this.cut.delete(line.id);
    this.timeline.add({ kernel: this.timeline.kernels, seed: seed.value, perCell, line, source });
  }

  /** What it did should have been recorded by now; where it was not, the kernel was ended while it ran. */
  ended(cell: string): void {
    if (this.running.delete(cell)) this.cut.add(cell);
  }

  /** It was run without any code in it: nothing of it is shown any more. */
  emptied(cell: string): void {
    this.timeline.forget(cell);
    this.cut.delete(cell);
  }

  isRunning(cell: string): boolean {
    return this.running.has(cell);
  }

  lookAtFiles(look: LookAtFile): void {
    this.timeline.lookAtFiles(look);
  }

  /** @param seed of the next run, where it is known */
  state(cells: readonly SessionCell[], seed = this.kernel?.seed.value ?? ''): State {
    return stateOf(cells, this.timeline, seed, this.cut);
  }

  plan(targets: Iterable<string>, cells: readonly SessionCell[], state: State): RunPlan {
    return planRun(targets, cells, this.timeline, state);
  }
}

/** Two cells have one id for a moment after one is duplicated; the later one has not run. */
export function withOwnIds(cells: readonly SessionCell[]): SessionCell[] {
  const seen = new Map<string, number>();
  return cells.map((cell) => {
    const count = (seen.get(cell.id) ?? 0) + 1;
    seen.set(cell.id, count);
    return count === 1 ? cell : { ...cell, id: `${cell.id}#${count}` };
  });
}

export function staleCells({ cells, order }: State): string[] {
  return order.filter((id) => cells[id]?.status === 'stale');
}
