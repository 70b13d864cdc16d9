/** One open notebook: what its live kernels record, read as it is written, and which cells are stale by that. */
import type { RecordHeader } from '../../lineage/record';
import { withDefaults } from '../../lineage/read';
import { isMisshapen } from '../../lineage/shape';
import { LiveNotebook, staleCells } from '../../lineage/stale/live';
import type { RunPlan } from '../../lineage/stale/plan';
import type { SessionCell, State } from '../../lineage/stale/state';
import type { Store } from '../../lineage/store';
import { cellIn, headerIn, type RecordedLine, summaryIn } from '../follow/lines';
import { RecordTail } from '../follow/tail';
import { FileLook } from './fileLook';

type Recording = { run: string; tail: RecordTail };

export class StaleNotebook {
  private live = new LiveNotebook();
  private recording: Recording | undefined;
  private working: Promise<void> = Promise.resolve();
  private isBroken = false;
  readonly files: FileLook;

  /** @param onFault told once where a record cannot be understood: then which cells are stale is not known, and not said */
  constructor(
    private readonly store: Store,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.files = new FileLook(store.root);
  }

  /**
   * Takes in what was recorded since.
   * @param run of the kernel that lives; undefined: none that is known
   */
  read(run: string | undefined): Promise<void> {
    const turn = async (): Promise<void> => {
      await this.readOn();
      if (run !== undefined && run !== this.recording?.run) {
        this.recording = { run, tail: new RecordTail(this.store.recordPath(run)) };
        await this.readOn();
      }
      await this.files.refresh();
      this.live.lookAtFiles((path) => this.files.digest(path));
    };
    this.working = this.working.then(turn, turn);
    return this.working;
  }

  /** Undefined where nothing ran in a kernel that is known, or what it recorded cannot be understood. */
  state(cells: readonly SessionCell[], seed?: string): State | undefined {
    if (!this.live.hasRun || this.isBroken) return undefined;
    return this.live.state(cells, seed);
  }

  /** Stale cells, in the document's order; a cell that runs is not among them. */
  stale(state: State): string[] {
    return staleCells(state).filter((cell) => !this.live.isRunning(cell));
  }

  isRunning(cell: string): boolean {
    return this.live.isRunning(cell);
  }

  plan(targets: Iterable<string>, cells: readonly SessionCell[], state: State): RunPlan {
    return this.live.plan(targets, cells, state);
  }

  began(cell: string): void {
    this.live.began(cell);
  }

  ended(cell: string): void {
    this.live.ended(cell);
  }

  emptied(cell: string): void {
    this.live.emptied(cell);
  }

  private async readOn(): Promise<void> {
    if (this.recording === undefined) return;
    const { lines, restarted } = await this.recording.tail.read();
    if (restarted) this.live = new LiveNotebook();
    try {
      for (const { line } of lines) this.take(line);
    } catch (error) {
      if (!this.isBroken) this.onFault(error);
      this.isBroken = true;
    }
  }

  private take(line: RecordedLine): void {
    const header = headerIn(line);
    if (header !== undefined) {
      const { run, seed, policy } = header;
      const { rng } = line as Partial<RecordHeader>;
      return this.live.started({ run, seed, policy, rng: rng ?? 'per-session' });
    }
    if (cellIn(line) !== undefined) {
      const whole = withDefaults(line);
      if (isMisshapen(whole)) throw new Error(whole.faults.join('; '));
      this.files.note(whole);
      this.live.ran(whole, this.sourceOf(whole.source));
    } else {
      const died = summaryIn(line)?.died as { id?: unknown } | undefined;
      if (typeof died?.id === 'string') this.cutShort(died.id);
    }
  }

  private cutShort(cell: string): void {
    this.live.began(cell);
    this.live.ended(cell);
  }

  /** A source that was not kept is no cell's: the cell then counts as edited. */
  private sourceOf(digest: string): string {
    return this.store.hasObject(digest) ? this.store.getObject(digest).toString('utf8') : '\0';
  }
}
