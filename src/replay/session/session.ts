/** A notebook under way in a live kernel: what is asked of it one after the other, and how its cells stand after each. */
import { canonicalize } from '../../notebook/canon';
import { Failure } from '../../notebook/failure';
import type { Output } from '../../notebook/output';
import { expandHome, readLocal } from '../../lineage/local';
import { readRecord } from '../../lineage/read';
import type { CellLine } from '../../lineage/record';
import { factsOf } from '../../lineage/stale/source';
import { type State, stateOf } from '../../lineage/stale/state';
import { Timeline } from '../../lineage/stale/timeline';
import { Store } from '../../lineage/store';
import { liveKernel, type LiveBasis } from '../execution/live';
import type { Plan } from '../execution/plan';
import { cellRun, emptyCell } from '../rundocument';
import type { CellRun } from '../documents';
import { FileDigests } from '../files';
import { SessionDocument } from './document';
import { SessionKernel } from './kernel';
import { type Answer, BadLine, type Operation } from './protocol';

export type SessionOptions = LiveBasis & {
  python: string;
  agent: string;
  /** Seconds a cell may run. */
  timeout?: number;
  signal: AbortSignal;
};

export class NotebookSession {
  private readonly document: SessionDocument;
  private readonly timeline = new Timeline();
  private readonly cut = new Set<string>();
  private readonly files: FileDigests;
  private readonly store: Store;
  private run = '';

  private constructor(
    private readonly plan: Plan,
    private readonly options: SessionOptions,
    private kernel: SessionKernel | undefined,
  ) {
    this.document = new SessionDocument(plan.model.cells);
    this.files = new FileDigests(plan.root);
    this.store = new Store(plan.root).ensure();
  }

  /** Starts its kernel. @throws Failure */
  static async open(plan: Plan, options: SessionOptions): Promise<NotebookSession> {
    const session = new NotebookSession(plan, options, undefined);
    await session.start();
    return session;
  }

  /** Never throws for what a line asks: an operation that cannot be done is answered with why. */
  async do(operation: Operation): Promise<Answer> {
    try {
      const done = await this.perform(operation);
      return { ok: true, state: this.state(), ...done };
    } catch (error) {
      if (!(error instanceof BadLine || error instanceof Failure)) throw error;
      return this.refuse(error.message);
    }
  }

  refuse(error: string): Answer {
    return { ok: false, error, state: this.state() };
  }

  state(): State {
    this.timeline.lookAtFiles((path) => this.files.digest(path));
    return stateOf(this.document.cells, this.timeline, this.plan.seed.value, this.cut);
  }

  async interrupt(): Promise<void> {
    await this.kernel?.interrupt();
  }

  async close(): Promise<void> {
    await this.kernel?.stop();
    this.kernel = undefined;
  }

  private async perform(operation: Operation): Promise<{ cell?: CellRun; outputs?: Output[] }> {
    switch (operation.op) {
      case 'run':
        return this.runCell(operation.cell);
      case 'edit':
        this.document.edit(operation.cell, operation.source);
        return {};
      case 'insert':
        this.document.insert(operation.cell, operation.source, operation.index);
        return {};
      case 'delete':
        this.document.delete(operation.cell);
        return {};
      case 'move':
        this.document.move(operation.order);
        return {};
      case 'restart':
        this.timeline.restart();
        await this.start();
        return {};
      case 'state':
      case 'interrupt':
      case 'quit':
        return {};
    }
  }

  private async start(): Promise<void> {
    const { plan, options } = this;
    // One entropy for all kernels of the session: a restart alone changes no result.
    const fixed = { ...plan, seed: { ...plan.seed, from: 'option' as const } };
    const { config, environment } = liveKernel(fixed, options);
    this.run = this.store.newRunId();
    const place = {
      root: plan.root,
      notebook: plan.notebook,
      run: this.run,
      runFolder: this.store.runFolder(this.run),
    };
    const start = {
      python: options.python,
      agent: options.agent,
      notebook: plan.path,
      config: { ...config, seed: plan.seed, ...place },
      environment,
    };
    if (this.kernel !== undefined) await this.kernel.restart(start, options.signal);
    else this.kernel = await SessionKernel.start(start, () => this.document.order, options.signal);
  }

  private async runCell(id: string): Promise<{ cell: CellRun; outputs: Output[] }> {
    const { cell, index } = this.document.find(id);
    if (cell.type !== 'code') throw new BadLine(`Cell "${id}" is a ${cell.type} cell: it does not run.`);
    if (factsOf(cell.source).empty) {
      this.timeline.forget(id);
      this.cut.delete(id);
      return { cell: emptyCell(index, id, 'ok'), outputs: [] };
    }
    if (this.kernel?.isLive !== true) {
      throw new Failure(
        'infrastructure',
        'kernel-died',
        'The kernel is gone. Start another one with {"op":"restart"}.',
      );
    }
    this.cut.add(id);
    const { line, outputs } = await this.runWithin(this.kernel, id, index, cell.source);
    if (line === undefined) {
      throw new Failure(
        'infrastructure',
        'no-record',
        `What cell "${id}" did was not recorded. Run it again.`,
      );
    }
    this.cut.delete(id);
    const whole = this.withAllFiles(line);
    const { seed, rng } = this.plan;
    const perCell = rng === 'per-cell' && this.plan.policy !== 'observe';
    this.timeline.add({
      kernel: this.timeline.kernels,
      seed: seed.value,
      perCell,
      line: whole,
      source: cell.source,
    });
    return { cell: cellRun(whole, this.canonical(outputs, cell.source)), outputs };
  }

  private async runWithin(kernel: SessionKernel, id: string, index: number, source: string) {
    const { timeout } = this.options;
    const late =
      timeout === undefined ? undefined : setTimeout(() => void kernel.interrupt(), timeout * 1000).unref();
    try {
      return await kernel.run(id, index, source);
    } finally {
      clearTimeout(late);
    }
  }

  /** A reply has the first files only, the record all of them. */
  private withAllFiles(line: CellLine & { filesInRecord?: number }): CellLine {
    if (line.filesInRecord === undefined) return line;
    const kept = readRecord(this.store.recordPath(this.run)).cells.find(({ seq }) => seq === line.seq);
    return kept ?? line;
  }

  private canonical(outputs: readonly Output[], source: string): string {
    const { prefix } = readLocal(this.store.runFolder(this.run));
    return canonicalize(outputs, { source, prefix: prefix && expandHome(prefix) }).digest;
  }
}
