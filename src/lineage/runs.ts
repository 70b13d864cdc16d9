/** The list behind `reprise runs`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, readLocal } from './local';
import { readEnds, readRecord } from './read';
import type { Policy, RunStatus, Seed } from './record';
import type { Store } from './store';

/** `incomplete`: no summary and nothing is writing it any more. `unreadable`: not even a header. */
export type ListedStatus = RunStatus | 'running' | 'incomplete' | 'unreadable';

export type ListedRun = {
  run: string;
  status: ListedStatus;
  notebook?: string;
  /** ISO 8601, UTC. */
  startedAt?: string;
  durationMs?: number;
  policy?: Policy;
  seed?: Seed;
  /** Cell executions recorded. */
  cells: number;
  replayOf?: string;
  /** Only of replays that were judged. */
  verdict?: string;
};

/** Newest first. One damaged run never hides the others. */
export function listRuns(store: Store): ListedRun[] {
  return store.runIds().map((run) => listedRun(store, run));
}

export function listedRun(store: Store, run: string): ListedRun {
  const folder = store.runFolder(run);
  const { header, summary } = readEnds(store.recordPath(run));
  const alive = summary === null && isAlive(readLocal(folder));
  if (header === null) return { run, status: alive ? 'running' : 'unreadable', cells: 0 };
  const verdict = readVerdict(folder);
  return {
    run,
    status: summary?.status ?? (alive ? 'running' : 'incomplete'),
    notebook: header.notebook,
    startedAt: header.startedAt,
    ...(summary === null ? {} : { durationMs: summary.durationMs }),
    policy: header.policy,
    seed: header.seed,
    cells: summary?.executed ?? readRecord(store.recordPath(run)).cells.length,
    ...(header.replayOf === undefined ? {} : { replayOf: header.replayOf }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

function readVerdict(folder: string): string | undefined {
  try {
    const document: unknown = JSON.parse(readFileSync(path.join(folder, 'verdict.json'), 'utf8'));
    const verdict = (document as { verdict?: unknown } | null)?.verdict;
    return typeof verdict === 'string' ? verdict : undefined;
  } catch {
    return undefined;
  }
}
