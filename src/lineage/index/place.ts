/**
 * Where indexes of a store lie, and how they know whether a file is still the one that they were made of. They lie in the
 * store itself: they go where it goes, end with it, and git does not see them.
 */
import { type Stats, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Store } from '../store';

/** File times go on in steps of up to some 10 ms: a file that has just changed could change again within its time. */
const SETTLED_MS = 100;

export function indexFolder(store: Store): string {
  return path.join(store.folder, 'index');
}

export type Stamp = {
  /** Equal only where the file was neither replaced nor changed. */
  text: string;
  inode: number;
  size: number;
  /** It changed so lately that `text` may not show its next change. */
  isYoung: boolean;
};

/** Undefined where there is no such file. */
export function stampOf(file: string, now = Date.now()): Stamp | undefined {
  let stats: Stats | undefined;
  try {
    stats = statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
  if (stats === undefined) return undefined;
  const { ino: inode, size, mtimeMs, ctimeMs } = stats;
  const isYoung = now - Math.max(mtimeMs, ctimeMs) < SETTLED_MS;
  return { text: `${inode} ${size} ${mtimeMs} ${ctimeMs}`, inode, size, isYoung };
}

/** Writes a file of the index whole, or not at all: where it cannot be written, what it would hold is found again. */
export function keep(store: Store, name: string, text: string): void {
  const folder = indexFolder(store);
  const temporary = path.join(folder, `.${name}-${randomBytes(4).toString('hex')}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, path.join(folder, name));
  } catch {
    removed(temporary);
  }
}

function removed(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // There is no folder that it could be in.
  }
}
