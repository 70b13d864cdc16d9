/** Where runs and replays are executed: here, or on a cluster. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../lineage/record';
import type { Store } from '../../lineage/store';
import type { Sidecar } from '../../notebook/sidecar';
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
  /** Until the run needs nothing more from here. */
  handOver(work: Work, signals: Signals): Promise<void>;
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

/** In a run's folder while a process waits for its end: which one. */
const FOLLOWER_FILE = 'follower.json';

export function wasSubmitted(folder: string): boolean {
  return existsSync(join(folder, TARGET_FILE));
}

/** Thrown once a run goes on without us, as it was asked to. */
export class Detached extends Error {
  constructor(readonly run: string) {
    super(`Run ${run} goes on by itself.`);
  }
}

/** Thrown where only what would be sent, or what would stop it, was asked for. */
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
  if (signals.detach) {
    await target.handOver(work, signals);
    throw new Detached(work.run);
  }
  return finishOn(target, work, onEvent, signals);
}

/** Takes up what was submitted before. */
export async function finishOn(
  target: Target,
  work: Work,
  onEvent: (event: RunnerEvent) => void,
  signals: Signals,
): Promise<Ended> {
  const marker = join(work.store.runFolder(work.run), FOLLOWER_FILE);
  writeFileSync(marker, `${JSON.stringify({ pid: process.pid })}\n`);
  try {
    const ended = await target.follow(work, onEvent, signals);
    await target.collect(work, signals.leave);
    await target.cleanup(work);
    return ended;
  } finally {
    rmSync(marker, { force: true });
  }
}

/** Whether a process on this machine follows the run: two at once would fetch its results twice. */
export function isFollowed(folder: string): boolean {
  try {
    const { pid } = JSON.parse(readFileSync(join(folder, FOLLOWER_FILE), 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // A process of another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
