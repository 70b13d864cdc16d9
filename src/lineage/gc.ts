/**
 * Pruning `.reprise/`: a plan that can be shown first, and its execution. A run is only ever pruned when it is both
 * beyond the newest `keep` of its notebook and older than `olderThanDays`.
 */
import { existsSync, lstatSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { compactIndex } from './index/open';
import { isAlive, newestChange } from './local';
import { listRuns, type ListedRun } from './runs';
import { readEnds } from './read';
import { isDigest, namesIn, type Store } from './store';

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
  /** Why no object is pruned: a document that may need any of them cannot be read, or the folder is a link. */
  allObjectsStay: { path: string; why: string }[];
  bytes: number;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DIGESTS = /[0-9a-f]{64}/g;
/** What was being written when its writer was killed, here and in the agent. */
const UNFINISHED = /^\.new-[0-9a-z_-]+$/;

export function planGc(store: Store, options: GcOptions): GcPlan {
  const now = (options.now ?? new Date()).getTime();
  // Behind a link other folders may keep theirs as well.
  const listed = isLink(store.runsFolder) ? [] : listRuns(store);
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
  const { objects, allObjectsStay } = unreferencedObjects(store, new Set(runs.map(({ run }) => run)), now);
  return {
    runs,
    objects,
    kept: [...kept].map(([run, because]) => ({ run, because })),
    allObjectsStay,
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
  const still = new Set(unreferencedObjects(store, new Set(), now.getTime()).objects.map(({ name }) => name));
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
  // Files that a replay keeps are still to be put back.
  if (existsSync(path.join(store.putbackFolder, `${run}.json`))) return true;
  if (readEnds(store.recordPath(run)).summary !== null) return false;
  // A kernel started by another front end has no `local.json`: its last line is all there is to go by.
  return isAlive(folder, now) || now - newestChange(folder) < HOUR;
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

function unreferencedObjects(
  store: Store,
  pruned: ReadonlySet<string>,
  now: number,
): Pick<GcPlan, 'objects' | 'allObjectsStay'> {
  const { named, unread } = namedDigests(store, pruned);
  const allObjectsStay = isLink(store.objectsFolder)
    ? [{ path: '.reprise/objects', why: 'it is a link, and other folders may keep theirs there' }]
    : unread.map((file) => ({ path: path.relative(store.root, file), why: 'it cannot be read' }));
  if (allObjectsStay.length > 0) return { objects: [], allObjectsStay };
  const objects = namesIn(store.objectsFolder).flatMap((name) => {
    if (named.has(name) || !(isDigest(name) || UNFINISHED.test(name))) return [];
    const status = lstatSync(path.join(store.objectsFolder, name), { throwIfNoEntry: false });
    // A run that has not written its line yet may be about to name a young object.
    return status?.isFile() && now - status.mtimeMs >= HOUR ? [{ name, bytes: status.size }] : [];
  });
  return { objects, allObjectsStay };
}

/**
 * Every digest in any document that stays: naming the fields would miss what a later version adds. `unread`: documents and
 * folders that may name others.
 */
function namedDigests(store: Store, pruned: ReadonlySet<string>): { named: Set<string>; unread: string[] } {
  const named = new Set<string>();
  const unread: string[] = [];
  const runs = store.runIds(() => undefined).filter((run) => !pruned.has(run));
  for (const folder of [store.folder, store.putbackFolder, ...runs.map((run) => store.runFolder(run))]) {
    try {
      for (const name of namesIn(folder).filter((each) => /\.jsonl?(\.torn|\.new)?$/.test(each))) {
        const file = path.join(folder, name);
        const digests = digestsIn(file);
        if (digests === undefined) unread.push(file);
        for (const digest of digests ?? []) named.add(digest);
      }
    } catch {
      unread.push(folder);
    }
  }
  return { named, unread };
}

/** Undefined where not all of them can be known. */
function digestsIn(file: string): readonly string[] | undefined {
  try {
    if (!statSync(file).isFile()) return undefined;
    const text = readFileSync(file, 'latin1');
    // A crash of the system can leave a file with zeros in it; of a record without a header nothing is known to hold.
    const isRecord = path.basename(file) === 'record.jsonl' && text !== '';
    if (text.includes('\0') || (isRecord && readEnds(file).header === null)) return undefined;
    return text.match(DIGESTS) ?? [];
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : undefined;
  }
}

/** Of what can be looked at. */
function sizeOf(folder: string): number {
  try {
    if (isLink(folder)) return 0;
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const file = path.join(folder, entry.name);
      return sum + (entry.isDirectory() ? sizeOf(file) : lstatSync(file).size);
    }, 0);
  } catch {
    return 0;
  }
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
