/** Follows the runs of one notebook through their records, whatever made them, reading only what is new. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../../lineage/local';
import type { Store } from '../../lineage/store';
import type { RunHeads } from './heads';
import { readVerdict } from './lines';
import { beginRun, newestOf, type RunState, stepRun } from './state';
import { RecordTail } from './tail';

type Followed = { tail: RecordTail; state: RunState };

export class NotebookRuns {
  private readonly followed = new Map<string, Followed>();
  private working: Promise<void> = Promise.resolve();

  /**
   * @param notebook path from the root, with `/`
   * @param liveRun the run of a live kernel of ours, which keeps its name when the notebook is renamed
   */
  constructor(
    private readonly store: Store,
    private readonly heads: RunHeads,
    private readonly notebook: string,
    private readonly liveRun: () => string | undefined,
  ) {}

  /** The run that counts; undefined when nothing has been recorded. */
  get newest(): RunState | undefined {
    return newestOf([...this.followed.values()].map(({ state }) => state));
  }

  /** Looks through all runs: at the beginning, and when events may have been missed. */
  look(): Promise<void> {
    return this.inTurn(async () => {
      const live = this.liveRun();
      const known = [...(live === undefined ? [] : [live]), ...this.followed.keys()];
      for (const run of new Set(known)) await this.readRun(run);
      for (const run of this.heads.originalsOf(this.notebook)) {
        if (this.newest !== undefined && run <= this.newest.run) break;
        await this.readRun(run);
      }
      for (const run of this.followed.keys()) this.readVerdicts(run);
    });
  }

  /** Takes in what changed in some runs of the root: of most of them nothing is read but the first line, once. */
  changed(runs: ReadonlySet<string>): Promise<void> {
    return this.inTurn(async () => {
      for (const run of runs) {
        const head = this.heads.of(run);
        if (head?.replayOf !== undefined) this.readVerdict(head.replayOf, run);
        else if (head?.notebook === this.notebook || run === this.liveRun() || this.followed.has(run)) {
          await this.readRun(run);
        }
      }
    });
  }

  private async readRun(run: string): Promise<void> {
    const followed = this.followed.get(run) ?? this.begin(run);
    const { lines, restarted } = await followed.tail.read();
    let state = restarted ? beginRun(run) : followed.state;
    for (const { line, digest } of lines) state = stepRun(state, { type: 'line', line, digest });
    const alive = run === this.liveRun() || isAlive(this.store.runFolder(run));
    followed.state = stepRun(state, { type: 'writer', alive });
    if (restarted) this.readVerdicts(run);
  }

  private readVerdicts(run: string): void {
    for (const replay of this.heads.replaysOf(run)) this.readVerdict(run, replay);
  }

  private readVerdict(run: string, replay: string): void {
    const followed = this.followed.get(run);
    if (followed === undefined) return;
    let text: string;
    try {
      text = readFileSync(path.join(this.store.runFolder(replay), 'verdict.json'), 'utf8');
    } catch {
      // A replay is judged only when it has ended.
      return;
    }
    const verdict = readVerdict(text);
    if (verdict !== undefined) followed.state = stepRun(followed.state, { type: 'verdict', replay, verdict });
  }

  private begin(run: string): Followed {
    const followed = { tail: new RecordTail(this.store.recordPath(run)), state: beginRun(run) };
    this.followed.set(run, followed);
    return followed;
  }

  /** Runs that ended stay followed only while they count; one that goes on after all is read anew. */
  private forget(): void {
    const newest = this.newest?.run;
    for (const [run, { state }] of this.followed) {
      const ended = state.status !== 'running' && run !== newest;
      if (ended || !existsSync(this.store.runFolder(run))) this.followed.delete(run);
    }
  }

  /** One at a time: two readers of one tail would take the same lines twice. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = async (): Promise<void> => {
      this.forget();
      await work();
      this.forget();
    };
    this.working = this.working.then(turn, turn);
    return this.working;
  }
}
