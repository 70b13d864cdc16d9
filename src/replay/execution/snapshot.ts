/** The snapshot of the files that a run starts from, where they are in a git working tree. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GitError } from '../../git/command';
import { removeSnapshots } from '../../git/refs';
import { takeSnapshot } from '../../git/snapshot';
import { snapshotNotice } from '../../git/words';
import type { RecordHeader } from '../../lineage/record';
import { isRunId, namesIn, type Store } from '../../lineage/store';

/** Below `.reprise/`: an empty file for each snapshot that this store has taken. */
const MARKS = 'snapshots';

/** @returns what the header says of the repository: nothing where there is none, or the agent can tell as much */
export async function snapshotForRun(
  store: Store,
  run: string,
  onNotice?: (notice: string) => void,
): Promise<Partial<RecordHeader>> {
  const taken = await takeSnapshot(store.root, run);
  const notice = taken && snapshotNotice(taken);
  if (notice) onNotice?.(notice);
  if (taken?.snapshot !== undefined) mark(store, run);
  return taken?.state ? { git: taken.state } : {};
}

/** A run of which nothing was recorded keeps no files either. */
export async function forgetUnrecorded(store: Store, run: string): Promise<void> {
  if (!existsSync(store.runFolder(run))) await forgetSnapshots(store, [run]).catch(() => undefined);
}

/** @throws GitError, where the repository cannot be written, or there is no git to look for what was taken */
export async function forgetSnapshots(store: Store, runs: readonly string[]): Promise<void> {
  try {
    await removeSnapshots(store.root, runs);
  } catch (error) {
    const isWithout = error instanceof GitError && error.reason === 'missing';
    if (!isWithout || runs.some((run) => existsSync(markOf(store, run)))) throw error;
  }
  for (const run of runs) rmSync(markOf(store, run), { force: true });
}

/**
 * Runs whose folders somebody deleted, and whose snapshots are there still. Other roots keep theirs in the same
 * repository: only what this store has taken is looked at.
 */
export function orphanedSnapshots(store: Store): string[] {
  return namesIn(path.join(store.folder, MARKS)).filter((run) => isRunId(run) && !store.hasRun(run));
}

function mark(store: Store, run: string): void {
  mkdirSync(path.join(store.folder, MARKS), { recursive: true });
  writeFileSync(markOf(store, run), '');
}

function markOf(store: Store, run: string): string {
  return path.join(store.folder, MARKS, run);
}
