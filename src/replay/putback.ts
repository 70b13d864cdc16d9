/**
 * The files that a run wrote are the user's. A replay writes them again in the same places, so they are kept before it
 * and put back after it, by a journal that the next command finishes when the replay was killed.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  chmodSync,
  copyFileSync,
  constants,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../notebook/failure';
import type { CellLine } from '../lineage/record';
import { isAlive, readLocal } from '../lineage/local';
import { readRecord } from '../lineage/read';
import { namesIn, type Store } from '../lineage/store';

/** Above this many bytes in all, keeping the files needs `--overwrite`. */
const LIMIT = 1 << 30;

type Kept = { path: string; object: string; mode: number; mtimeMs: number };

/** `owner` is the process that holds it; `removed` files were made by the original run and are absent while it replays. */
type Journal = { replay: string; owner: number; kept: Kept[] };

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
  const present = [...written.keys()].filter((path) => isFile(join(store.root, path)));
  if (present.length === 0 && written.size === 0) return;
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
  writeJournal(store, { replay, owner: process.pid, kept });
  for (const { path } of kept) if (written.get(path)) rmSync(join(store.root, path));
}

/** Moves what the replay wrote into its run folder, and puts every kept file back as it was. */
export function putFilesBack(store: Store, replay: string, cells: readonly CellLine[]): void {
  const journal = readJournal(journalPath(store, replay));
  const versions = join(store.runFolder(replay), 'files');
  for (const path of filesWritten(cells).keys()) {
    const file = join(store.root, path);
    if (!isFile(file)) continue;
    mkdirSync(dirname(join(versions, path)), { recursive: true });
    copyFileSync(file, join(versions, path), constants.COPYFILE_FICLONE);
    if (journal) rmSync(file);
  }
  if (journal) finish(store, journal);
}

/** Finishes what a killed replay left: called at the start of every command that reads or runs. Returns the paths put back. */
export function recoverFiles(store: Store): string[] {
  const restored: string[] = [];
  for (const name of namesIn(journalFolder(store))) {
    const journal = readJournal(join(journalFolder(store), name));
    if (!journal || isAlive({ pid: journal.owner }) || isAlive(readLocal(store.runFolder(journal.replay))))
      continue;
    restored.push(...journal.kept.map((kept) => kept.path));
    putFilesBack(store, journal.replay, cellsOf(store, journal.replay));
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
    .find((journal) => journal && isAlive({ pid: journal.owner }));
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
  const { mode, mtimeMs } = statSync(file);
  return { path, object: store.putFile(file), mode: mode & 0o7777, mtimeMs };
}

function finish(store: Store, journal: Journal): void {
  for (const { path, object, mode, mtimeMs } of journal.kept) {
    const file = join(store.root, path);
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.reprise-${process.pid}`;
    copyFileSync(store.objectPath(object), temporary, constants.COPYFILE_FICLONE);
    chmodSync(temporary, mode);
    utimesSync(temporary, new Date(mtimeMs), new Date(mtimeMs));
    renameSync(temporary, file);
  }
  rmSync(journalPath(store, journal.replay), { force: true });
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

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
