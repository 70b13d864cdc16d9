import { constants, copyFileSync, cpSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isOutside } from '../../lineage/paths';
import type { RunRecord } from '../../lineage/record';
import type { Store } from '../../lineage/store';

/**
 * A folder of its own for a replay, with nothing in it but what the original run found there: the files under the root
 * that it read, or wrote into, before it had made them itself. Modules that it imported from there are among those.
 * @returns absolute path of the stand-in for the root
 */
export function unpackInputs(store: Store, replay: string, record: RunRecord): string {
  const root = isolatedRoot(store, replay);
  mkdirSync(dirname(join(root, record.header.notebook)), { recursive: true });
  for (const path of presentInputs(store, record)) {
    const source = join(store.root, path);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(source, join(root, path), constants.COPYFILE_FICLONE);
  }
  return root;
}

/** Files under the root that a run found there, as far as they are there still; relative to it. */
export function presentInputs(store: Store, record: RunRecord): string[] {
  return inputs(record).filter((path) =>
    statSync(join(store.root, path), { throwIfNoEntry: false })?.isFile(),
  );
}

/** Keeps what the replay wrote in its run folder, and takes the stand-in away. */
export function packOutputs(store: Store, replay: string, record: RunRecord | undefined): void {
  const root = isolatedRoot(store, replay);
  for (const path of writtenInside(record)) {
    const file = join(root, path);
    if (statSync(file, { throwIfNoEntry: false })) {
      cpSync(file, join(store.runFolder(replay), 'files', path), { recursive: true });
    }
  }
  rmSync(root, { recursive: true, force: true });
}

/** Files outside the root that a run read: an isolated replay reads them where they are, which is worth saying. */
export function readOutside(record: RunRecord): string[] {
  const outside = filesOf(record).filter((file) => file.mode === 'read' && isOutside(file));
  return [...new Set(outside.map(({ path }) => path))];
}

/** Files under the root that a run found there, relative to it, in the order in which it came to them. */
export function inputs(record: RunRecord): string[] {
  const first = new Map<string, boolean>();
  for (const file of filesOf(record)) {
    const found = file.absent !== true && (file.mode === 'read' || file.created !== true);
    if (!isOutside(file) && !first.has(file.path)) first.set(file.path, found);
  }
  return [...first].filter(([, found]) => found).map(([path]) => path);
}

function writtenInside(record: RunRecord | undefined): string[] {
  const written = record ? filesOf(record).filter((file) => file.mode === 'write' && !isOutside(file)) : [];
  return [...new Set(written.map(({ path }) => path))];
}

function filesOf(record: RunRecord) {
  return record.cells.flatMap((cell) => cell.files);
}

function isolatedRoot(store: Store, replay: string): string {
  // Not in the store: what lies there is never taken for the user's files.
  return join(realpathSync(tmpdir()), `reprise-${basename(store.runFolder(replay))}`);
}
