/** Where a notebook's kernel runs: on this machine, or on a Jupyter Server that exists already. */
import type { KernelTransport, TransportListener } from '../../kernel/transport';
import type { CellRequest } from '../../kernel/messages';
import type { KeptExecution } from '../../kernel/server/local';
import type { LiveBasis } from '../../replay/execution/live';

export type NotebookPlace = {
  /** Absolute path; of an untitled notebook the path it would have in its folder. */
  path: string;
  /** Names the notebook on this machine: its path, or a name of this window's own while it is untitled. */
  name: string;
};

export type Opened = {
  connect: (listener: TransportListener) => KernelTransport;
  /** The run that the kernel records, where it is known. */
  run?: string;
  /** What it ran before this window attached, oldest first. */
  executions: KeptExecution[];
  /** Not all that these executions said need come again. */
  mayMiss?: boolean;
};

/** What a kernel starts on. */
export type Basis = LiveBasis & {
  /** Of the agent, and of the notebook unless that is in JavaScript. */
  python: string;
};

/** Finds it, which may take a while: a pin that is not there yet is built. @throws Failure */
export type FindBasis = (signal: AbortSignal) => Promise<Basis>;

export interface KernelHost {
  /** The interpreter, or the server's address, of the kernel that is in use. */
  readonly runsOn: string | undefined;
  /** A kernel that this notebook left running. @throws Failure `in-use` */
  find(take?: boolean): Promise<Opened | undefined>;
  /** @throws Failure with what happened and what to do */
  start(basis: FindBasis, signal: AbortSignal): Promise<Opened>;
  /** The notebook has another path. */
  move(notebook: NotebookPlace): Promise<void>;
  /** The kernel was given this execution. */
  begun(request: CellRequest): void;
  ended(msgId: string): void;
  /** The notebook shows this execution and those before it. */
  seen(msgId: string): Promise<void>;
  /** Lets go; with `end` the kernel ends too. */
  release(end: boolean): Promise<void>;
}
