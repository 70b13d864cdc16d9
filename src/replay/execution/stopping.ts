import { canonicalize } from '../../notebook/canon';
import type { Output } from '../../notebook/output';
import type { CellLine, RunRecord } from '../../lineage/record';
import type { Store } from '../../lineage/store';
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
    /** An object that is where the replay runs; undefined where it cannot be had. */
    private readonly fetch: (digest: string) => Promise<Buffer | undefined> = () =>
      Promise.resolve(undefined),
  ) {
    this.signal = user ? AbortSignal.any([user, this.own.signal]) : this.own.signal;
    this.expected = new Map(original.cells.map((cell) => [cell.id, cell]));
    if (stop.budgetMs !== undefined) {
      this.timer = setTimeout(() => this.end({ why: 'budget' }), stop.budgetMs);
    }
  }

  async look(event: RunnerEvent): Promise<void> {
    if (!this.stop.atFirstDivergence || event.event !== 'cell-end') return;
    const before = this.expected.get(event.id);
    // Elsewhere the record's line stays with the record, and the event has the digest alone.
    const after = event.record?.outputs ?? event.outputs;
    if (before && after && !(await this.agree(before, after)))
      this.end({ why: 'diverged', cell: event.index });
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private async agree(before: CellLine, after: { raw: string; layout?: string }): Promise<boolean> {
    const { raw, layout } = before.outputs;
    if (raw === after.raw) return after.layout === undefined || layout === after.layout;
    const source = this.store.getObject(before.source).toString('utf8');
    const outputs = await Promise.all([raw, after.raw].map((digest) => this.object(digest)));
    // What cannot be looked at is judged when the replay has ended.
    if (outputs.some((each) => each === undefined)) return after.layout === undefined;
    const [one, other] = outputs.map((each) => {
      return canonicalize(JSON.parse(each!.toString('utf8')) as Output[], { source }).digest;
    });
    return one === other;
  }

  private async object(digest: string): Promise<Buffer | undefined> {
    return this.store.hasObject(digest) ? this.store.getObject(digest) : this.fetch(digest);
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
