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
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { digestFile, type Store } from '../../lineage/store';
import type { Kept, Place } from './journal';

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

/** Files that cannot be set aside, on a full disk for one, must not keep the user's own from coming back. */
export function setAside(
  store: Store,
  replay: string,
  place: Place,
  how: (from: string, to: string) => void,
): void {
  const file = fileAt(store, place.path);
  const version = join(store.runFolder(replay), 'files', place.path);
  // What links have meanwhile brought there is nobody's to move.
  const may = how === move && isWhereItWas(store, place) && !isLink(file) ? move : copy;
  try {
    if (!isFile(file)) return;
    mkdirSync(dirname(version), { recursive: true });
    may(file, version);
  } catch {
    if (may === move) rmSync(file, { force: true });
  }
}

/** Puts a kept file back where it was, with its mode and time. @returns why it could not; undefined where it could */
export function restore(store: Store, kept: Kept): string | undefined {
  if (!store.hasObject(kept.object)) return 'its kept copy is no longer in .reprise/objects';
  if (!isWhereItWas(store, kept)) return 'its path leads to another place now';
  const file = placeOf(store, kept);
  const temporary = join(dirname(file), `.reprise-${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(
      store.objectPath(kept.object),
      temporary,
      constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL,
    );
    if (digestFile(temporary) !== kept.object) return 'its kept copy was changed';
    chmodSync(temporary, kept.mode);
    const seconds = Number(kept.mtimeNs) / 1e9;
    utimesSync(temporary, seconds, seconds);
    renameSync(temporary, file);
    return undefined;
  } catch (error) {
    return `it cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  } finally {
    rmSync(temporary, { force: true });
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
