/**
 * Pruning `.reprise/`: a plan that can be shown first, and its execution. A run is only ever pruned when it is both
 * beyond the newest `keep` of its notebook and older than `olderThanDays`.
 */
import { lstatSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { compactIndex } from './index/open';
import { isAlive, readLocal } from './local';
import { listRuns, type ListedRun } from './runs';
import { readEnds } from './read';
import { namesIn, type Store } from './store';

export type GcOptions = {
  /** Newest runs of each notebook that stay in any case. */
  keep: number;
  olderThanDays: number;
  now?: Date;
  /** Further runs that must stay. */
  protect?: ReadonlySet<string>;
};

export type KeptBecause =
  'newest' | 'young' | 'newest-finished' | 'sealed' | 'being-written' | 'replayed-by-kept' | 'protected';

export type GcPlan = {
  runs: { run: string; notebook?: string; startedAt?: string; status: string; bytes: number }[];
  objects: { name: string; bytes: number }[];
  kept: { run: string; because: KeptBecause }[];
  bytes: number;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DIGESTS = /[0-9a-f]{64}/g;

export function planGc(store: Store, options: GcOptions): GcPlan {
  const now = (options.now ?? new Date()).getTime();
  const listed = listRuns(store);
  const kept = keptRuns(store, listed, options, now);
  const runs = listed
    .filter(({ run }) => !kept.has(run))
    .map(({ run, notebook, startedAt, status }) => ({
      run,
      ...(notebook === undefined ? {} : { notebook }),
      ...(startedAt === undefined ? {} : { startedAt }),
      status,
      bytes: sizeOf(store.runFolder(run)),
    }));
  const objects = unreferencedObjects(store, new Set(runs.map(({ run }) => run)), now);
  return {
    runs,
    objects,
    kept: [...kept].map(([run, because]) => ({ run, because })),
    bytes: [...runs, ...objects].reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Carries a plan out. What began to be used since the plan was made stays. @returns what was removed */
export function applyGc(
  store: Store,
  plan: GcPlan,
  now: Date = new Date(),
): { runs: string[]; objects: number; bytes: number } {
  const removed = { runs: [] as string[], objects: 0, bytes: 0 };
  for (const { run, bytes } of plan.runs) {
    if (isBeingWritten(store, run, now.getTime())) continue;
    rmSync(store.runFolder(run), { recursive: true, force: true });
    removed.runs.push(run);
    removed.bytes += bytes;
  }
  const still = new Set(unreferencedObjects(store, new Set(), now.getTime()).map(({ name }) => name));
  for (const { name, bytes } of plan.objects) {
    if (!still.has(name)) continue;
    rmSync(path.join(store.objectsFolder, name), { force: true });
    removed.objects += 1;
    removed.bytes += bytes;
  }
  compactIndex(store);
  return removed;
}

function keptRuns(
  store: Store,
  listed: ListedRun[],
  options: GcOptions,
  now: number,
): Map<string, KeptBecause> {
  const kept = new Map<string, KeptBecause>();
  const keep = (run: string, because: KeptBecause): void => {
    if (!kept.has(run)) kept.set(run, because);
  };
  const rank = new Map<string, number>();
  const finished = new Set<string>();
  for (const entry of listed) {
    const { run, notebook = '' } = entry;
    const newer = rank.get(notebook) ?? 0;
    rank.set(notebook, newer + 1);
    if (isBeingWritten(store, run, now)) keep(run, 'being-written');
    if (options.protect?.has(run) === true) keep(run, 'protected');
    if (isSealed(store, entry)) keep(run, 'sealed');
    if (isFinishedOriginal(entry) && !finished.has(notebook)) {
      finished.add(notebook);
      keep(run, 'newest-finished');
    }
    if (newer < options.keep) keep(run, 'newest');
    if (now - beganAt(store, entry) < options.olderThanDays * DAY) keep(run, 'young');
  }
  // A replay says nothing without the run it replayed.
  for (const { run, replayOf } of listed) {
    if (kept.has(run) && replayOf !== undefined && store.hasRun(replayOf)) keep(replayOf, 'replayed-by-kept');
  }
  return kept;
}

function isFinishedOriginal({ status, replayOf }: ListedRun): boolean {
  return replayOf === undefined && (status === 'ok' || status === 'error');
}

function beganAt(store: Store, { run, startedAt }: ListedRun): number {
  const began = startedAt === undefined ? NaN : Date.parse(startedAt);
  return Number.isNaN(began) ? lstatSync(store.runFolder(run)).mtimeMs : began;
}

function isBeingWritten(store: Store, run: string, now: number): boolean {
  const folder = store.runFolder(run);
  if (readEnds(store.recordPath(run)).summary !== null) return false;
  // A kernel started by another front end has no `local.json`: its last line is all there is to go by.
  return isAlive(readLocal(folder)) || now - newestChange(folder) < HOUR;
}

function newestChange(folder: string): number {
  return Math.max(0, ...namesIn(folder).map((name) => lstatSync(path.join(folder, name)).mtimeMs));
}

/** Its notebook's seal names the run or its results. */
function isSealed(store: Store, { run, notebook }: ListedRun): boolean {
  if (notebook === undefined || notebook === '') return false;
  const sidecar = path.resolve(store.root, notebook.replace(/\.ipynb$/, '') + '.repro.json');
  let seal: string;
  try {
    const document = JSON.parse(readFileSync(sidecar, 'utf8')) as { seal?: unknown };
    seal = JSON.stringify(document.seal) ?? '';
  } catch {
    return false;
  }
  const { header, summary } = readEnds(store.recordPath(run));
  const results = summary?.results;
  // Entropy drawn for a run names it as well as its id, which a seal does not hold: there is a date in it.
  if (header?.seed.from === 'fresh' && seal.includes(header.seed.value)) return true;
  return seal.includes(run) || (results !== undefined && results !== '' && seal.includes(results));
}

function unreferencedObjects(store: Store, pruned: ReadonlySet<string>, now: number): GcPlan['objects'] {
  const named = namedDigests(store, pruned);
  return namesIn(store.objectsFolder).flatMap((name) => {
    const { mtimeMs, size } = lstatSync(path.join(store.objectsFolder, name));
    // A run that has not written its line yet may be about to name a young object.
    return named.has(name) || now - mtimeMs < HOUR ? [] : [{ name, bytes: size }];
  });
}

/** Every digest in any document that stays: naming the fields would miss what a later version adds. */
function namedDigests(store: Store, pruned: ReadonlySet<string>): Set<string> {
  const named = new Set<string>();
  const folders = [
    store.folder,
    ...store
      .runIds()
      .filter((run) => !pruned.has(run))
      .map((run) => store.runFolder(run)),
  ];
  for (const folder of folders) {
    for (const name of namesIn(folder).filter((each) => /\.jsonl?(\.torn)?$/.test(each))) {
      for (const digest of readFileSync(path.join(folder, name), 'latin1').match(DIGESTS) ?? [])
        named.add(digest);
    }
  }
  return named;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(file) : lstatSync(file).size);
  }, 0);
}
