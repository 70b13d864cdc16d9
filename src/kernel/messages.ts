/** What of the Jupyter messaging protocol (5.x) the editor reads, as a type of our own: the reducer knows no transport. */
import type { Json } from '../notebook/digest';

export type Channel = 'shell' | 'control' | 'iopub' | 'stdin';

export type KernelMessage = {
  channel: Channel;
  header: { msg_id: string; msg_type: string; date?: string };
  parent_header: { msg_id?: string; msg_type?: string };
  content: { [key: string]: Json };
  metadata: { [key: string]: Json };
};

/** One execution of one cell, named by the id of the `execute_request` that asks for it. */
export type CellRequest = {
  msgId: string;
  /** The cell's key in the notebook: its nbformat id, or what stands for one. */
  cell: string;
  index: number;
  code: string;
  /** An error does not stop the cells behind it (the tag `raises-exception`). */
  mayRaise: boolean;
};

/** Why a kernel is gone. */
export type Death = { signal?: string; code?: number; said?: string };
