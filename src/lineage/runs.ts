/** The list behind `reprise runs`. */
import path from 'node:path';
import { Heads, readVerdict, type RunHead } from './heads';
import { isAlive } from './local';
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

/** Newest first. One damaged run never hides the others. @param notebook whose runs; all where absent */
export function listRuns(store: Store, notebook?: string): ListedRun[] {
  const heads = new Heads(store);
  const listed = heads
    .all()
    .filter(({ header }) => notebook === undefined || header?.notebook === notebook)
    .map((head) =>
      listedOf(store, head, { cells: () => heads.cells(head), verdict: () => heads.verdict(head) }),
    );
  heads.keep();
  return listed;
}

export function listedRun(store: Store, run: string): ListedRun {
  const record = store.recordPath(run);
  const { header, summary } = readEnds(record);
  const head = {
    run,
    ...(header === null ? {} : { header }),
    ...(summary === null ? {} : { summary }),
  };
  return listedOf(store, head, {
    cells: () => summary?.executed ?? readRecord(record).cells.length,
    verdict: () => readVerdict(path.join(store.runFolder(run), 'verdict.json')),
  });
}

function listedOf(
  store: Store,
  { run, header, summary }: RunHead,
  more: { cells: () => number; verdict: () => string | undefined },
): ListedRun {
  const alive = summary === undefined && isAlive(store.runFolder(run));
  if (header === undefined) return { run, status: alive ? 'running' : 'unreadable', cells: 0 };
  const { notebook, startedAt, policy, seed, replayOf } = header;
  const verdict = more.verdict();
  return {
    run,
    status: summary?.status ?? (alive ? 'running' : 'incomplete'),
    notebook,
    startedAt,
    ...(summary === undefined ? {} : { durationMs: summary.durationMs }),
    policy,
    seed,
    cells: more.cells(),
    ...(replayOf === undefined ? {} : { replayOf }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}
