/** The live kernel of one notebook: feeds the reducer with what the kernel says, and does what concerns the kernel. */
import { EMPTY, type Command, type KernelEvent, type KernelState } from './execution/state';
import { step } from './execution/reducer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CellRequest, Death, KernelMessage } from './messages';
import type { KernelTransport, TransportListener } from './transport';

/** `lost`: it tries to connect again. `ended`: it gave up; the kernel may be there still. */
export type SessionState = 'none' | 'connected' | 'lost' | 'ended' | 'dead' | 'taken';

const ON_ITS_WAY_MS = 1000;

export type SessionListener = {
  /** What the cells are to show; `send` is done already. */
  perform(commands: Command[]): void;
  changed(): void;
  /** Ids of the notebook's cells in document order, as they are now. */
  cellOrder(): string[];
};

export class KernelSession implements TransportListener {
  private state: KernelState = EMPTY;
  private transport: KernelTransport | undefined;
  private current: SessionState = 'none';

  constructor(private readonly listener: SessionListener) {}

  get status(): SessionState {
    return this.current;
  }

  get isLive(): boolean {
    return this.current === 'connected' || this.current === 'lost' || this.current === 'ended';
  }

  get isBusy(): boolean {
    return this.state.running !== null || this.state.queue.length > 0;
  }

  get kernelId(): string | undefined {
    return this.transport?.kernelId;
  }

  /** @param connect makes the transport, whose listener is this session */
  open(connect: (listener: TransportListener) => KernelTransport): void {
    this.transport?.dispose();
    this.state = { ...EMPTY, executions: this.state.executions };
    this.become('connected');
    this.transport = connect(this);
  }

  resume(executions: { request: CellRequest; done: boolean }[]): void {
    this.take({ type: 'resume', executions });
  }

  /** Has a cell of which messages were lost show what the kernel says that it does. @returns whether the kernel could say */
  async recover(msgId: string): Promise<boolean> {
    const recalled = await this.transport?.recall(msgId).catch(() => undefined);
    if (recalled === undefined || recalled.state === 'unknown') return false;
    // What the kernel sent before it answered may still be on its way, by another of its sockets.
    await sleep(ON_ITS_WAY_MS);
    if (recalled.state === 'done') this.take({ type: 'recalled', msgId, outputs: recalled.outputs });
    return true;
  }

  run(requests: CellRequest[]): void {
    this.take({ type: 'run', requests });
  }

  forget(msgId: string): void {
    this.take({ type: 'forget', msgId });
  }

  answer(request: KernelMessage, value: string): void {
    this.transport?.answer(request, value);
  }

  /** What waits behind the running cell is dropped first, so that it cannot start meanwhile. */
  async interrupt(): Promise<void> {
    this.take({ type: 'interrupt' });
    await this.transport?.interrupt();
  }

  /** Drops what waits; the running cell goes on. */
  drain(): void {
    this.take({ type: 'interrupt' });
  }

  reconnect(): void {
    this.transport?.reconnect();
  }

  /** The kernel ends. */
  async shutdown(): Promise<void> {
    const { transport } = this;
    this.letGo();
    await transport?.shutdown();
  }

  /** The kernel lives on; its running cell ends here as far as this window shows it. */
  detach(message?: string): void {
    const { transport } = this;
    this.letGo(message);
    transport?.dispose();
  }

  message(message: KernelMessage): void {
    this.take({ type: 'message', message });
    if (this.state.dead !== null) this.become('dead');
  }

  connection(state: 'connected' | 'lost' | 'ended'): void {
    if (this.isLive) this.become(state);
  }

  died(death: Death): void {
    this.take({ type: 'died', death });
    this.become('dead');
  }

  taken(): void {
    this.letGo('Another window took this kernel over. What the cell does is shown there.');
    this.become('taken');
  }

  private letGo(message?: string): void {
    this.transport = undefined;
    this.take({ type: 'close', ...(message === undefined ? {} : { message }) });
    this.become('none');
  }

  private take(event: KernelEvent): void {
    const wasBusy = this.isBusy;
    const { state, commands } = step(this.state, event);
    this.state = state;
    if (commands.length > 0) this.listener.perform(commands);
    for (const command of commands) if (command.do === 'send') this.send(command.request);
    if (wasBusy !== this.isBusy) this.listener.changed();
  }

  private send(request: CellRequest): void {
    try {
      this.transport?.send(request, this.listener.cellOrder());
    } catch {
      // Its death is on its way in another message, or this is the first to know.
      this.died({});
    }
  }

  private become(state: SessionState): void {
    if (this.current === state) return;
    this.current = state;
    this.listener.changed();
  }
}
