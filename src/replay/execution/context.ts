/** What an execution is given, and what comes of it. */
import type { RunRecord, RunStatus } from '../../lineage/record';
import { type Store } from '../../lineage/store';
import type { NotebookDocument } from '../../notebook/model';
import type { RunnerEvent } from './local';
import type { Stopped } from './stopping';
import type { Target } from './target';

export type Context = {
  /** Path of the agent's zipapp. */
  agent: string;
  /** Path of the hashed requirements of the pinned uv. */
  uvLock: string;
  /** Told, in a sentence each, of what does not stop a run. */
  onNotice?: (notice: string) => void;
  /** Told, in a sentence each, of what a person has to see to. */
  onWarning?: (warning: string) => void;
  onEvent: (event: RunnerEvent) => void;
  /** Told what is about to be executed. */
  onDocument?: (document: NotebookDocument) => void;
  signal?: AbortSignal;
  /** Told once of files that an earlier, killed replay left to be put back, and of the folders that have what lay there. */
  onRecovered?: (paths: string[], aside: string[]) => void;
  /** Another place than this machine. */
  target?: Target;
  /** Come back when the target has the run, instead of waiting for its end. */
  detach?: boolean;
};

/** A run that came to an end of some kind, with its record as read back and verified. */
export type Finished = {
  store: Store;
  run: string;
  status: RunStatus;
  record: RunRecord;
  notebook: string;
  /** The notebook on disk is no longer the one that ran. */
  notebookChanged: boolean;
  /** Why a replay was ended before its last cell, when we ended it. */
  stopped?: Stopped;
};
