/**
 * The files that a run wrote are the user's. A replay writes them again in the same places, so they are kept before it
 * and put back after it, by a journal that the next command finishes when the replay was killed.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { CellLine } from '../../lineage/record';
import { isAlive, readLocal } from '../../lineage/local';
import { readRecord } from '../../lineage/read';
import { digestFile, namesIn, type Store } from '../../lineage/store';
import type { Context } from './context';

/** Above this many bytes in all, keeping the files needs `--overwrite`. */
const LIMIT = 1 << 30;

/** `target`: what a symbolic link at `path` leads to, absolute. It is what was written, and the link stays. */
type Kept = { path: string; target?: string; object: string; mode: number; mtimeNs: string };

/** `absent`: files that the original run wrote and that were not there when the replay began. */
type Journal = { replay: string; owner: Owner; kept: Kept[]; absent: string[] };

/** A process id alone may by now be another process's. */
type Owner = { pid: number; started?: string };

/**
 * Keeps every file under the root that the original run wrote. Files that it created are taken away, so that the
 * replay starts as the original did.
 * @throws Failure `busy` when another replay holds files here, `too-large` above 1 GiB without `overwrite`
 */
export function keepFiles(
  store: Store,
  replay: string,
  cells: readonly CellLine[],
  overwrite: boolean,
): void {
  const written = filesWritten(cells);
  const paths = [...written.keys()];
  const present = paths.filter((path) => isFile(join(store.root, path)));
  const total = present.reduce((sum, path) => sum + statSync(join(store.root, path)).size, 0);
  if (total > LIMIT && !overwrite) {
    throw new Failure(
      'usage',
      'too-large',
      `The run wrote ${present.length} files of ${(total / LIMIT).toFixed(1)} GiB in all, which a replay would have to keep: ` +
        `${present.slice(0, 10).join(', ')}${present.length > 10 ? ', …' : ''}. Give --overwrite to let the replay write over them.`,
    );
  }
  if (total > LIMIT) return;
  const kept = present.map((path) => keep(store, path));
  const absent = paths.filter((path) => !present.includes(path));
  writeJournal(store, { replay, owner: processOf(process.pid), kept, absent });
  for (const file of kept) if (written.get(file.path)) rmSync(placeOf(store, file));
}

/**
 * Moves what the replay wrote into its run folder, and puts every kept file back as it was. A file that the original
 * run did not write and the replay only changed stays changed: there is nothing to put back.
 */
export function putFilesBack(store: Store, replay: string): void {
  const journal = readJournal(journalPath(store, replay));
  const written = filesWritten(cellsOf(store, replay));
  if (journal === undefined) {
    for (const path of written.keys()) setAside(store, replay, path, copy);
    return;
  }
  const held = new Map(journal.kept.map((kept) => [kept.path, kept]));
  for (const [path, created] of written) {
    const gone = created || held.has(path) || journal.absent.includes(path);
    setAside(store, replay, path, gone ? move : copy);
  }
  // A killed replay left no line of its last cell: whatever is not what was kept is its own.
  for (const { path, object } of journal.kept) {
    const file = join(store.root, path);
    if (isFile(file) && digestFile(file) !== object) setAside(store, replay, path, move);
  }
  for (const path of journal.absent) setAside(store, replay, path, move);
  finish(store, journal);
}

/** Finishes what a killed replay left: called at the start of every command that reads or runs. Returns the paths put back. */
export function recoverFiles(store: Store): string[] {
  const restored: string[] = [];
  for (const name of namesIn(journalFolder(store))) {
    const journal = readJournal(join(journalFolder(store), name));
    if (!journal || isThere(journal.owner) || !waitForRunner(store, journal.replay)) continue;
    restored.push(...journal.kept.map((kept) => kept.path));
    putFilesBack(store, journal.replay);
  }
  return restored;
}

function cellsOf(store: Store, run: string): CellLine[] {
  try {
    return readRecord(store.recordPath(run)).cells;
  } catch {
    // Killed before its first line: it has written nothing that is known.
    return [];
  }
}

/** @throws Failure `busy` while another process replays in this root */
export function refuseIfBusy(store: Store): void {
  const other = namesIn(journalFolder(store))
    .map((name) => readJournal(join(journalFolder(store), name)))
    .find((journal) => journal && journal.kept.length + journal.absent.length > 0 && isThere(journal.owner));
  if (!other) return;
  throw new Failure(
    'infrastructure',
    'busy',
    `Replay ${other.replay} holds files here. Wait until it has ended, or use --isolated.`,
  );
}

/** Path → did the run itself create it? Files under the root only. */
function filesWritten(cells: readonly CellLine[]): Map<string, boolean> {
  const written = new Map<string, boolean>();
  for (const file of cells.flatMap((cell) => cell.files)) {
    const inside =
      !file.path.startsWith('~') && !file.path.startsWith('/') && !file.path.split('/').includes('..');
    if (file.mode === 'write' && inside && !written.has(file.path))
      written.set(file.path, file.created === true);
  }
  return written;
}

function keep(store: Store, path: string): Kept {
  const file = join(store.root, path);
  const { mode, mtimeNs } = statSync(file, { bigint: true });
  return {
    path,
    ...(isLink(file) ? { target: realpathSync(file) } : {}),
    object: store.putFile(file),
    mode: Number(mode & 0o7777n),
    mtimeNs: String(mtimeNs),
  };
}

function placeOf(store: Store, { path, target }: Kept): string {
  return target ?? join(store.root, path);
}

/** Files that cannot be set aside, on a full disk for one, must not keep the user's own from coming back. */
function setAside(store: Store, replay: string, path: string, how: (from: string, to: string) => void): void {
  const file = join(store.root, path);
  if (!isFile(file)) return;
  const version = join(store.runFolder(replay), 'files', path);
  try {
    mkdirSync(dirname(version), { recursive: true });
    if (isLink(file)) copy(file, version);
    else how(file, version);
  } catch {
    if (how === move) rmSync(file, { force: true });
  }
}

function copy(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    copy(from, to);
    rmSync(from);
  }
}

function finish(store: Store, journal: Journal): void {
  for (const kept of journal.kept) {
    const file = placeOf(store, kept);
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.reprise-${process.pid}`;
    try {
      copy(store.objectPath(kept.object), temporary);
      chmodSync(temporary, kept.mode);
      const seconds = Number(kept.mtimeNs) / 1e9;
      utimesSync(temporary, seconds, seconds);
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
  rmSync(journalPath(store, journal.replay), { force: true });
}

function processOf(pid: number): Owner {
  const started = startOf(pid);
  return { pid, ...(started === undefined ? {} : { started }) };
}

function isThere(owner: Owner): boolean {
  return isAlive({ pid: owner.pid }) && startOf(owner.pid) === owner.started;
}

/** When a process started, in clock ticks since boot; undefined where the system does not say. */
function startOf(pid: number): string | undefined {
  try {
    // The name of the program, in parentheses, may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];
  } catch {
    return undefined;
  }
}

/** A runner whose owner was killed ends by itself. @returns false when it has not within 20 s */
function waitForRunner(store: Store, replay: string): boolean {
  const { pid } = readLocal(store.runFolder(replay));
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; pid !== undefined && runs(pid, replay); waited += 100) {
    if (waited >= 20_000) return false;
    Atomics.wait(clock, 0, 0, 100);
  }
  return true;
}

function runs(pid: number, replay: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(replay);
  } catch {
    return !existsSync('/proc/self') && isAlive({ pid });
  }
}

function journalFolder(store: Store): string {
  return join(store.folder, 'putback');
}

function journalPath(store: Store, replay: string): string {
  return join(journalFolder(store), `${replay}.json`);
}

function writeJournal(store: Store, journal: Journal): void {
  mkdirSync(journalFolder(store), { recursive: true });
  const path = journalPath(store, journal.replay);
  writeFileSync(`${path}.new`, JSON.stringify(journal), { flush: true });
  renameSync(`${path}.new`, path);
}

function readJournal(path: string): Journal | undefined {
  if (!path.endsWith('.json') || !existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Journal;
  } catch {
    return undefined;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Finishes what killed replays left in a root, and tells of it. */
export function recover(store: Store, context: Pick<Context, 'onRecovered'>): void {
  const restored = recoverFiles(store);
  if (restored.length > 0) context.onRecovered?.(restored);
}
