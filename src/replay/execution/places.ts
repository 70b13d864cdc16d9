/** Files of the user's that a replay writes over: where they really lie, out of the way, and back again. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { CellLine } from '../../lineage/record';
import { digestFile, type Store } from '../../lineage/store';
import { type Folder, isBelow, type Kept, type Place } from './journal';

/** As many links as the system itself follows. */
const MOST_LINKS = 40;

export function fileAt(store: Store, path: string): string {
  return join(store.root, path);
}

/** Where the file lay when it was kept. */
export function placeOf(store: Store, { path, target }: Place): string {
  return target ?? join(realpathSync(store.root), path);
}

/**
 * Where a path leads through links, of folders and of the file itself, whether there is a file or not; undefined where it
 * leads nowhere.
 */
export function leadsTo(file: string): string | undefined {
  try {
    let at = file;
    for (let links = 0; links < MOST_LINKS; links += 1) {
      const place = join(realFolder(dirname(at)), basename(at));
      if (!isLink(place)) return place;
      at = resolve(dirname(place), readlinkSync(place));
    }
  } catch {
    // In circles, through what is no folder, or through one that may not be looked at.
  }
  return undefined;
}

/**
 * Files of the replay that cannot be set aside, on a full disk for one, must not keep the user's own from coming back.
 * @param folder of the run folder; `files` are the replay's @throws Error of what is the user's and cannot be set aside
 */
export function setAside(
  store: Store,
  replay: string,
  place: Place,
  how: (from: string, to: string) => void,
  folder = 'files',
): void {
  const file = fileAt(store, place.path);
  const version = join(store.runFolder(replay), folder, place.path);
  // What links have meanwhile brought there is nobody's to move.
  const may = how === move && isWhereItWas(store, place) && !isLink(file) ? move : copy;
  try {
    if (!isFile(file)) return;
    mkdirSync(dirname(version), { recursive: true });
    may(file, version);
  } catch (error) {
    if (folder !== 'files') throw error;
    if (may === move) rmSync(file, { force: true });
  }
}

/** `isLost`: there is nothing left that a later try could put back. */
export type Failing = { why: string; isLost: boolean };

/**
 * Puts a kept file back where it was, with its mode and time.
 * @param before called when nothing but the last step is left to do
 * @returns why it could not; undefined where it could
 */
export function restore(store: Store, kept: Kept, before = (): void => undefined): Failing | undefined {
  if (!store.hasObject(kept.object))
    return { why: 'its kept copy is no longer in .reprise/objects', isLost: true };
  if (!isWhereItWas(store, kept)) return { why: 'its path leads to another place now', isLost: false };
  const file = placeOf(store, kept);
  const temporary = join(dirname(file), `.reprise-${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(
      store.objectPath(kept.object),
      temporary,
      constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL,
    );
    if (digestFile(temporary) !== kept.object) return { why: 'its kept copy was changed', isLost: true };
    chmodSync(temporary, kept.mode);
    const seconds = Number(kept.mtimeNs) / 1e9;
    utimesSync(temporary, seconds, seconds);
    before();
    renameSync(temporary, file);
    return undefined;
  } catch (error) {
    const why = `it cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
    return { why, isLost: false };
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Folders that the run made and that are there still, each after those that it lies in. */
export function foldersMade(store: Store, cells: readonly CellLine[]): Folder[] {
  const paths = [...new Set(cells.flatMap(({ folders = [] }) => folders))].filter(isBelow).sort();
  return paths.flatMap((path) => {
    const status = lstatSync(fileAt(store, path), { throwIfNoEntry: false });
    if (status?.isDirectory() !== true || !isWhereItWas(store, { path })) return [];
    return [{ path, mode: status.mode & 0o7777 }];
  });
}

/** Where something of the user's is in it, it stays. */
export function takeEmptyFolderAway(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty, or not to be taken away: the replay finds it, as it did before.
  }
}

export function putFolderBack(store: Store, { path, mode }: Folder): void {
  try {
    if (isWhereItWas(store, { path })) mkdirSync(fileAt(store, path), { mode });
  } catch {
    // It is there. Or it cannot be made, which is said of the files that it held.
  }
}

export function copy(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

export function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    copy(from, to);
    rmSync(from);
  }
}

export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether a file holds these bytes still; false too where it cannot be read. */
export function holds(file: string, object: string): boolean {
  try {
    return digestFile(file) === object;
  } catch {
    return false;
  }
}

function isWhereItWas(store: Store, place: Place): boolean {
  return leadsTo(fileAt(store, place.path)) === placeOf(store, place);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    return join(realFolder(dirname(folder)), basename(folder));
  }
}
