/** The snapshot of the files that a run starts from, where they are in a git working tree. */
import { existsSync } from 'node:fs';
import { removeSnapshots } from '../git/refs';
import { takeSnapshot } from '../git/snapshot';
import { snapshotNotice } from '../git/words';
import type { RecordHeader } from '../lineage/record';
import type { Store } from '../lineage/store';

/** @returns what the header says of the repository: nothing where there is none, or the agent can tell as much */
export async function snapshotForRun(
  { root }: Store,
  run: string,
  onNotice?: (notice: string) => void,
): Promise<Partial<RecordHeader>> {
  const taken = await takeSnapshot(root, run);
  const notice = taken && snapshotNotice(taken);
  if (notice) onNotice?.(notice);
  return taken?.state ? { git: taken.state } : {};
}

/** A run of which nothing was recorded keeps no files either. */
export async function forgetUnrecorded(store: Store, run: string): Promise<void> {
  if (!existsSync(store.runFolder(run))) await removeSnapshots(store.root, [run]).catch(() => undefined);
}
