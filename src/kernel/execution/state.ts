/** State, events and commands of the execution reducer. Nothing here knows an editor, a socket or a clock. */
import type { Output } from '../../notebook/output';
import type { CellRequest, Death, KernelMessage } from '../messages';

export type Shown = { output: Output; displayId?: string };

export type Execution = {
  request: CellRequest;
  phase: 'queued' | 'running' | 'ended';
  /** What arrived, each stream with its text joined; of an output that is too large, what is shown of it. */
  outputs: readonly Shown[];
  /** Characters that arrived. */
  size: number;
  /** Set once the output is too large to be shown whole: the last characters that arrived. */
  tail: string | null;
  clearOnNext: boolean;
  idle: boolean;
  reply: { status: string; raw?: string } | null;
  count: number | null;
  /** When the kernel began it and was done with it, in ms: known of what ran before this window attached. */
  began?: number | undefined;
  done?: number | undefined;
  /** It ran before this window attached: its messages come from its beginning. */
  resumed: boolean;
  /** Only its later messages came: the cell shows the earlier ones already. */
  partial: boolean;
  /** It had ended before this window attached: it is shown in one piece when its messages have all come again. */
  settling: boolean;
};

export type KernelState = {
  executions: ReadonlyMap<string, Execution>;
  /** Ids of executions that wait, in order. */
  queue: readonly string[];
  running: string | null;
  dead: Death | null;
};

export type KernelEvent =
  | { type: 'run'; requests: CellRequest[] }
  | { type: 'message'; message: KernelMessage }
  /** The kernel is asked to stop: what waits behind the running cell must not run. */
  | { type: 'interrupt' }
  | { type: 'died'; death: Death }
  /** The kernel is let go or restarted: nothing more of it will be heard. `message` says so in the running cell. */
  | { type: 'close'; message?: string }
  /** This window attached to a kernel that ran these before, oldest first; their messages come again. */
  | { type: 'resume'; executions: { request: CellRequest; done: boolean }[] }
  /** The kernel says what a cell that has ended shows. */
  | { type: 'recalled'; msgId: string; outputs: Output[] }
  /** The cell is gone from the notebook. */
  | { type: 'forget'; msgId: string };

export type Command =
  | { do: 'send'; request: CellRequest }
  /** `at`: in ms, where it began before now. */
  | { do: 'start'; msgId: string; at?: number }
  | { do: 'clear'; msgId: string }
  | { do: 'append'; msgId: string; output: Output }
  /** More text for the stream at this place. */
  | { do: 'text'; msgId: string; at: number; name: string; text: string }
  | { do: 'replace'; msgId: string; at: number; output: Output }
  | { do: 'order'; msgId: string; count: number }
  | { do: 'ask'; msgId: string; request: KernelMessage; prompt: string; password: boolean }
  | { do: 'end'; msgId: string; success: boolean | undefined }
  /** It never ran, and will not. */
  | { do: 'cancel'; msgId: string }
  | {
      do: 'settle';
      msgId: string;
      outputs: Output[];
      count: number | null;
      success: boolean | undefined;
      began?: number;
      done?: number;
    }
  /** What arrived is not, or need not be, all that the kernel sent. */
  | { do: 'lost'; msgId: string };

export type Step = { state: KernelState; commands: Command[] };

export const EMPTY: KernelState = { executions: new Map(), queue: [], running: null, dead: null };

export function withExecution(state: KernelState, execution: Execution): KernelState {
  return { ...state, executions: new Map(state.executions).set(execution.request.msgId, execution) };
}
