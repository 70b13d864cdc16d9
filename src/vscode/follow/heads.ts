import { readEnds } from '../../lineage/read';
import type { Store } from '../../lineage/store';

export type RunHead = { notebook: string; startedAt: string; replayOf?: string };

/** Whose each run of a root is. A header never changes, so each is read once. */
export class RunHeads {
  private readonly known = new Map<string, RunHead>();

  constructor(private readonly store: Store) {}

  /** Undefined as long as a run has no header. */
  of(run: string): RunHead | undefined {
    const known = this.known.get(run);
    if (known !== undefined || !this.store.hasRun(run)) return known;
    const { header } = readEnds(this.store.recordPath(run));
    if (header === null) return undefined;
    const { notebook, startedAt, replayOf } = header;
    const head = { notebook, startedAt, ...(replayOf === undefined ? {} : { replayOf }) };
    this.known.set(run, head);
    return head;
  }

  /** The runs of a notebook that are no replays, newest first. */
  *originalsOf(notebook: string): Generator<string> {
    for (const run of this.store.runIds()) {
      const head = this.of(run);
      if (head?.notebook === notebook && head.replayOf === undefined) yield run;
    }
  }

  replaysOf(original: string): string[] {
    // A replay begins after its original, and so does its name.
    const later = this.store.runIds().filter((run) => run.slice(0, 15) >= original.slice(0, 15));
    return later.filter((run) => this.of(run)?.replayOf === original);
  }
}
