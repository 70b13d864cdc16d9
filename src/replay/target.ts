/** Where runs and replays are executed: here, or on a cluster. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../lineage/record';
import type { Store } from '../lineage/store';
import type { Sidecar } from '../notebook/sidecar';
import type { Ended, RunnerEvent } from './local';

/** What is to be executed: a run folder with its bundle. */
export type Work = {
  store: Store;
  run: string;
  /** Relative to the root. */
  notebook: string;
  sidecar: Sidecar | null;
  /** The record that is replayed; undefined of a run. */
  original?: RunRecord;
};

/**
 * A place that is not this machine. Its stages leave what they know in the run folder, so that each can be taken up
 * again from the run id alone.
 */
export interface Target {
  /** Processor cores that a run has there: thread counts follow them. */
  readonly cores: number;
  /** Variables that it sets already; what a user asked for there stays. */
  readonly given: Record<string, string>;
  /** Says what would stop it, before anything is spent. @throws Failure */
  preflight(work: Work, signal?: AbortSignal): Promise<void>;
  submit(work: Work, signal?: AbortSignal): Promise<void>;
  /** Until results can be had, or never will be. */
  follow(work: Work, onEvent: (event: RunnerEvent) => void, signals: Signals): Promise<Ended>;
  /** An object of a run that is going on there; undefined where it cannot be had. */
  object(run: string, digest: string): Promise<Buffer | undefined>;
  /** Brings record, executed notebook, objects and files into the run folder. */
  collect(work: Work, signal?: AbortSignal): Promise<void>;
  /** Leaves nothing behind there. */
  cleanup(work: Work): Promise<void>;
}

/** `stop` ends the execution there; `leave` only stops watching it. */
export type Signals = { stop?: AbortSignal; leave?: AbortSignal };

/** In a run's folder: where the run went, and how far it is. */
export const TARGET_FILE = 'target.json';

export function wasSubmitted(folder: string): boolean {
  return existsSync(join(folder, TARGET_FILE));
}

/** Thrown once a run goes on without us, as it was asked to. */
export class Detached extends Error {
  constructor(readonly run: string) {
    super(`Run ${run} goes on by itself.`);
  }
}

/** Thrown where only what would be sent was asked for. */
export class NothingSent extends Error {}

/** @throws Failure; Detached; NothingSent */
export async function executeOn(
  target: Target,
  work: Work,
  onEvent: (event: RunnerEvent) => void,
  signals: Signals & { detach?: boolean },
): Promise<Ended> {
  await target.preflight(work, signals.leave);
  await target.submit(work, signals.leave);
  if (signals.detach) throw new Detached(work.run);
  return finishOn(target, work, onEvent, signals);
}

/** Takes up what was submitted before. */
export async function finishOn(
  target: Target,
  work: Work,
  onEvent: (event: RunnerEvent) => void,
  signals: Signals,
): Promise<Ended> {
  const ended = await target.follow(work, onEvent, signals);
  await target.collect(work, signals.leave);
  await target.cleanup(work);
  return ended;
}
