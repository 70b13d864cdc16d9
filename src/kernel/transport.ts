/** One live kernel as the session sees it, wherever it runs and whatever carries its messages. */
import type { Output } from '../notebook/output';
import type { CellRequest, Death, KernelMessage } from './messages';

/** What the kernel itself says that a cell shows; only of its last cells. */
export type Recalled = { state: 'running' | 'done' | 'unknown'; outputs: Output[] };

export type TransportListener = {
  /** In the order the kernel sent them, each once. */
  message(message: KernelMessage): void;
  /** `lost`: it is trying again, and what the kernel says meanwhile comes later. `ended`: it gave up. */
  connection(state: 'connected' | 'lost' | 'ended'): void;
  died(death: Death): void;
  /** Another window took the kernel. */
  taken(): void;
};

export interface KernelTransport {
  readonly kernelId: string;
  /** @param order ids of the notebook's cells, in document order */
  send(request: CellRequest, order: readonly string[]): void;
  answer(request: KernelMessage, value: string): void;
  interrupt(): Promise<void>;
  /** `unknown` where the kernel cannot say. */
  recall(msgId: string): Promise<Recalled>;
  /** Ends the kernel, which closes its record. */
  shutdown(): Promise<void>;
  reconnect(): void;
  /** Lets go of the kernel, which lives on. */
  dispose(): void;
}
