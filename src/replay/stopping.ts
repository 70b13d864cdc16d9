import { canonicalize } from '../notebook/canon';
import type { Output } from '../notebook/output';
import type { CellLine, RunRecord } from '../lineage/record';
import type { Store } from '../lineage/store';
import type { RunnerEvent } from './local';

/** Ends a replay early: at the first cell whose outputs differ, or when its time is spent. */
export type Stop = { atFirstDivergence?: boolean; budgetMs?: number };

export type Stopped = { why: 'diverged' | 'budget'; cell?: number };

/**
 * Watches a replay for its reason to stop. The signal that it gives cancels the replay and follows the user's own.
 * Only outputs are looked at while it runs; files and variables are judged when it has ended.
 */
export class Stopper {
  readonly signal: AbortSignal;
  stopped: Stopped | undefined;
  private readonly own = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly expected: Map<string, CellLine>;

  constructor(
    private readonly store: Store,
    original: RunRecord,
    private readonly stop: Stop,
    user: AbortSignal | undefined,
  ) {
    this.signal = user ? AbortSignal.any([user, this.own.signal]) : this.own.signal;
    this.expected = new Map(original.cells.map((cell) => [cell.id, cell]));
    if (stop.budgetMs !== undefined) {
      this.timer = setTimeout(() => this.end({ why: 'budget' }), stop.budgetMs);
    }
  }

  look(event: RunnerEvent): void {
    if (!this.stop.atFirstDivergence || event.event !== 'cell-end' || !event.record) return;
    const before = this.expected.get(event.id);
    if (before && !this.agree(before, event.record)) this.end({ why: 'diverged', cell: event.index });
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private agree(before: CellLine, after: CellLine): boolean {
    if (before.outputs.raw === after.outputs.raw) return before.outputs.layout === after.outputs.layout;
    const digests = [before, after].map((line) => {
      if (!this.store.hasObject(line.outputs.raw)) return line.outputs.raw;
      const outputs = JSON.parse(this.store.getObject(line.outputs.raw).toString('utf8')) as Output[];
      return canonicalize(outputs, { source: this.store.getObject(line.source).toString('utf8') }).digest;
    });
    return digests[0] === digests[1];
  }

  private end(stopped: Stopped): void {
    this.stopped ??= stopped;
    this.own.abort();
  }
}

/** `20m`, `90s`, `1h`, or seconds: in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(s|m|min|h)?$/.exec(text);
  if (!found) return undefined;
  const unit = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }[found[2] ?? 's'] ?? 1000;
  return Number(found[1]) * unit;
}
