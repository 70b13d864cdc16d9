/** The kernel of one open notebook: starts it when a cell is to run, and shows in the cells what it says. */
import * as vscode from 'vscode';
import type { Command } from '../../kernel/execution/state';
import { errorOutput } from '../../kernel/execution/outputs';
import type { CellRequest, KernelMessage } from '../../kernel/messages';
import { KernelSession } from '../../kernel/session';
import { Failure } from '../../notebook/failure';
import type { Log } from '../log';
import { type CellKeys, requestOf } from './cells';
import type { Basis, KernelHost, Opened } from './host';
import { Interruption } from './interruption';
import { LiveExecutions, type CreateExecution } from './liveExecutions';
import { type Starting, startWithProgress } from './starting';

export type KernelDeps = {
  create: CreateExecution;
  keys: CellKeys;
  log: Log;
  /** What a new kernel is to run on, found or built. @throws Failure */
  basis: (signal: AbortSignal, onStep: (what: string) => void) => Promise<Basis>;
  changed: () => void;
  /** A cell was given to the kernel. */
  began: (cell: vscode.NotebookCell) => void;
  /** A cell has run to its end, or to its error. */
  ended: (cell: vscode.NotebookCell) => void;
  /** A cell without any code was run: it shows nothing any more. */
  emptied: (cell: vscode.NotebookCell) => void;
  /**
   * A failure to start that the user can do something about, with a button.
   * @param again what was to be done
   */
  explain: (failure: Failure, again: () => Promise<void>) => void;
};

/** The editor keeps a changed notebook for a window that crashes only every ten seconds. */
const KEPT_MS = 15_000;

export class NotebookKernel {
  private readonly executions: LiveExecutions;
  private readonly session: KernelSession;
  private readonly interruption: Interruption;
  private readonly cells = new Map<string, vscode.NotebookCell>();
  private starting: Starting | undefined;
  private attaching: Promise<boolean> | undefined;
  private seenTimer: NodeJS.Timeout | undefined;
  private lastEnded: string | undefined;
  /** The run that the live kernel records. */
  run: string | undefined;

  constructor(
    readonly notebook: vscode.NotebookDocument,
    readonly host: KernelHost,
    private readonly deps: KernelDeps,
  ) {
    this.executions = new LiveExecutions(deps.create);
    this.session = new KernelSession({
      perform: (commands) => this.perform(commands),
      changed: () => this.changed(),
      cellOrder: () => deps.keys.order(notebook),
    });
    this.interruption = new Interruption({
      isBusy: () => this.isBusy,
      send: () => this.session.interrupt(),
      offerRestart: () => this.offerRestart(),
    });
  }

  get isBusy(): boolean {
    return this.session.isBusy || this.starting !== undefined;
  }

  get isLive(): boolean {
    return this.session.isLive;
  }

  get status(): string {
    return this.starting ? 'starting' : this.session.status;
  }

  /** Runs cells in the order given; settles when all of them have ended. */
  async execute(cells: readonly vscode.NotebookCell[]): Promise<void> {
    // Nothing may be awaited before each execution exists.
    const begun = cells.filter((cell) => !this.executions.has(cell)).map((cell) => this.begin(cell));
    const requests = begun.flatMap(({ request }) => (request ? [request] : []));
    const ended = Promise.all(begun.map(({ ended }) => ended));
    if (requests.length > 0) {
      try {
        await this.ensureOpen();
        this.session.run(requests.filter(({ msgId }) => this.cells.has(msgId)));
      } catch (error) {
        this.refuse(requests, error);
      }
    }
    await ended;
  }

  /** It runs, or waits for its turn. */
  isUnderWay(cell: vscode.NotebookCell): boolean {
    return this.executions.has(cell);
  }

  /** Attaches to a kernel that the notebook left running, if there is one. */
  attach(take = false): Promise<boolean> {
    this.attaching ??= this.findAndOpen(take).finally(() => (this.attaching = undefined));
    return this.attaching;
  }

  async interrupt(): Promise<void> {
    if (this.starting) this.starting.abort();
    else await this.interruption.press();
  }

  /** A new, empty kernel. */
  async restart(): Promise<void> {
    this.starting?.abort();
    this.interruption.settle();
    await this.session
      .shutdown()
      .catch((error: unknown) => this.deps.log.warn(`Shutting down: ${String(error)}`));
    this.run = undefined;
    await this.start();
  }

  reconnect(): void {
    this.session.reconnect();
  }

  /** What has ended is not to be shown again: its outputs are kept, or the user has cleared them. */
  forgetEnded(): void {
    clearTimeout(this.seenTimer);
    if (this.lastEnded !== undefined) void this.host.seen(this.lastEnded);
    this.lastEnded = undefined;
  }

  /** A deleted cell is no longer written to. */
  forget(cell: vscode.NotebookCell): void {
    for (const msgId of this.executions.idsOf([cell])) {
      this.session.forget(msgId);
      // It may wait for a kernel that is only starting.
      this.executions.perform({ do: 'cancel', msgId });
      this.cells.delete(msgId);
    }
  }

  /** Lets go of the kernel, which ends by itself when it is idle; with `end` at once. */
  async close(end: boolean): Promise<void> {
    this.starting?.abort();
    this.forgetEnded();
    this.interruption.settle();
    this.session.drain();
    this.session.detach();
    this.executions.dispose();
    await this.host.release(end);
  }

  private begin(cell: vscode.NotebookCell): { request?: CellRequest; ended: Promise<void> } {
    const request = requestOf(cell, this.deps.keys);
    const ended = this.executions.begin(request.msgId, cell);
    if (request.code.trim() === '') {
      this.executions.perform({ do: 'start', msgId: request.msgId });
      this.executions.perform({ do: 'clear', msgId: request.msgId });
      this.executions.perform({ do: 'end', msgId: request.msgId, success: true });
      this.deps.emptied(cell);
      return { ended };
    }
    this.cells.set(request.msgId, cell);
    return { request, ended };
  }

  private async ensureOpen(): Promise<void> {
    if (this.attaching) await this.attaching;
    if (this.session.isLive) return;
    if (this.starting) await this.starting.done;
    else if (this.session.status === 'dead' || !(await this.attach())) await this.start();
  }

  private async findAndOpen(take: boolean): Promise<boolean> {
    if (this.session.isLive || this.starting) return this.session.isLive;
    const opened = await this.host.find(take);
    if (opened === undefined) return false;
    this.deps.log.info(`${this.notebook.uri.path}: attached to the kernel that was running`);
    this.open(opened);
    return true;
  }

  private async start(): Promise<void> {
    this.starting ??= startWithProgress(this.notebook, async (signal, onStep) => {
      const opened = await this.host.start(() => this.deps.basis(signal, onStep), signal);
      this.deps.log.info(
        `${this.notebook.uri.path}: kernel started on ${this.host.runsOn}, run ${opened.run ?? 'unnamed'}`,
      );
      this.open(opened);
    });
    this.deps.changed();
    try {
      await this.starting.done;
    } finally {
      this.starting = undefined;
      this.deps.changed();
    }
  }

  private open({ connect, run, executions, mayMiss }: Opened): void {
    this.run = run ?? this.run;
    this.session.open(connect);
    const known = executions.map(({ msgId, cell: { id, index }, state }) => {
      const request = { msgId, cell: id, index, code: '', mayRaise: false };
      return { request, done: state === 'done' };
    });
    for (const { request, done } of known) {
      const cell = this.deps.keys.find(this.notebook, request.cell);
      if (cell === undefined) continue;
      this.cells.set(request.msgId, cell);
      if (done) continue;
      void this.executions.begin(request.msgId, cell);
      this.deps.began(cell);
    }
    this.session.resume(known);
    if (mayMiss) for (const { request } of known) void this.session.recover(request.msgId);
  }

  private perform(commands: Command[]): void {
    for (const command of commands) {
      if (command.do === 'ask') void this.ask(command);
      else if (command.do === 'settle') {
        const cell = this.cells.get(command.msgId);
        if (cell && cell.index >= 0) this.executions.settle(cell, command);
        this.seen(command.msgId);
      } else if (command.do === 'lost') void this.recover(command.msgId);
      else if (command.do === 'send') {
        this.host.begun(command.request);
        const cell = this.cells.get(command.request.msgId);
        if (cell !== undefined) this.deps.began(cell);
      } else {
        this.executions.perform(command);
        if (command.do === 'end') {
          const cell = this.cells.get(command.msgId);
          if (cell !== undefined) this.deps.ended(cell);
          this.host.ended(command.msgId);
          this.seen(command.msgId);
        }
      }
    }
  }

  private async ask({
    request,
    prompt,
    password,
  }: {
    request: KernelMessage;
    prompt: string;
    password: boolean;
  }) {
    const value = await vscode.window.showInputBox({
      title: 'A cell asks for input',
      prompt,
      password,
      ignoreFocusOut: true,
    });
    // Escape is an answer too: the cell must not wait for ever.
    if (value === undefined) await this.session.interrupt();
    else this.session.answer(request, value);
  }

  /** The server need no longer offer it to a window that comes later, once the editor has kept what it shows. */
  private seen(msgId: string): void {
    this.lastEnded = msgId;
    clearTimeout(this.seenTimer);
    this.seenTimer = setTimeout(() => this.forgetEnded(), KEPT_MS);
  }

  private async recover(msgId: string): Promise<void> {
    if (await this.session.recover(msgId)) return;
    const cell = this.cells.get(msgId);
    this.deps.log.error(
      `cell ${cell?.index ?? '?'}: what arrived need not be all that the kernel recorded; output may be lost`,
    );
  }

  private refuse(requests: readonly CellRequest[], error: unknown): void {
    const failure = error instanceof Failure ? error : undefined;
    const cells = requests.flatMap(({ msgId }) => this.cells.get(msgId) ?? []);
    this.deps.log.error(failure?.message ?? `The kernel could not be started: ${String(error)}`);
    const [first, ...others] = requests;
    if (first && failure?.reason !== 'cancelled') {
      const { msgId } = first;
      const message =
        failure?.message ?? 'The kernel could not be started. The log says more (Reprise: Show Log).';
      this.executions.perform({ do: 'start', msgId });
      this.executions.perform({ do: 'clear', msgId });
      this.executions.perform({ do: 'append', msgId, output: errorOutput('KernelNotStarted', message) });
      this.executions.perform({ do: 'end', msgId, success: false });
      if (failure) this.deps.explain(failure, () => this.execute(cells));
    }
    for (const { msgId } of failure?.reason === 'cancelled' ? requests : others) {
      this.executions.perform({ do: 'cancel', msgId });
    }
  }

  private changed(): void {
    if (!this.session.isBusy) this.interruption.settle();
    this.deps.changed();
  }

  private async offerRestart(): Promise<void> {
    const button = 'Restart Kernel';
    const message =
      'The cell does not stop when it is interrupted. A restart ends it; its variables are lost, outputs and the record are kept.';
    if ((await vscode.window.showWarningMessage(message, button)) === button) await this.restart();
  }
}
