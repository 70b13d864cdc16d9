/** The files that a run started from, in a git working tree of their own. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Git, GitError } from '../git/command';
import { commitAt, refOf, snapshotOf } from '../git/refs';
import { placeOf, type Place } from '../git/state';
import { addWorktree, isShallow, submodulesOf } from '../git/worktree';
import { readRecord } from '../lineage/read';
import type { RecordHeader, RunRecord } from '../lineage/record';
import { digestFile, Store } from '../lineage/store';
import { Failure } from '../notebook/failure';
import { isOutside } from '../lineage/paths';
import { inputs } from './execution/isolated';

export type CheckedOut = {
  /** Absolute. */
  folder: string;
  /** What was the root of the run, in `folder`; absolute. */
  root: string;
  commit: string;
  /** False where the run kept none: then `commit` is the one it ran on, unchanged, without files that git did not track. */
  snapshot: boolean;
  /** A filter (LFS, git-crypt) could not run: its files are as git keeps them. */
  unfiltered: boolean;
  /** Paths from the top, whose folders are empty. */
  submodules: string[];
  /** Files below the root that the run found there, and how they are here. Paths from the root. */
  files: { checked: number; differ: string[]; missing: string[] };
};

/**
 * Makes the working tree. Of the repository only its list of working trees changes.
 * @param to absolute; a folder beside the working tree's own unless given
 * @throws Failure `no-git`, `no-repository`, `no-snapshot`, `snapshot-gone`, `commit-missing`, `folder-not-empty`, `git`
 */
export async function checkOutRun(store: Store, run: string, to?: string): Promise<CheckedOut> {
  const record = readRecord(store.recordPath(run));
  const place = await repositoryOf(store.root);
  const { commit, snapshot } = await commitOf(store.root, run, record.header);
  const folder = to ?? `${place.top}-${run}`;
  refuseUnlessEmpty(folder);
  const { unfiltered } = await added(place, commit, folder);
  const root = path.join(folder, place.prefix);
  // Commands that are started in it take it for the root, wherever the folder lies.
  const restored = new Store(root).ensure();
  return {
    folder,
    root: restored.root,
    commit,
    snapshot,
    unfiltered,
    submodules: await submodulesOf(place.top, commit),
    files: compareFiles(root, record),
  };
}

async function repositoryOf(root: string): Promise<Place> {
  const place = await placeOf(root);
  if (place !== null) return place;
  try {
    await new Git(root).run(['version']);
  } catch {
    throw new Failure('infrastructure', 'no-git', 'git is not installed. Nothing was checked out.');
  }
  throw new Failure(
    'usage',
    'no-repository',
    'This folder is in no git repository, so there are no files of the run to check out.',
  );
}

async function commitOf(
  root: string,
  run: string,
  { git, replayOf }: RecordHeader,
): Promise<{ commit: string; snapshot: boolean }> {
  if (git?.snapshot !== undefined) {
    const commit = await commitAt(root, git.snapshot);
    if (commit !== undefined) return { commit, snapshot: true };
    if (git.snapshot !== git.commit) throw snapshotGone(run, git.commit);
    throw await commitMissing(root, run, git.commit);
  }
  // The record of a run on a branch without a commit names no snapshot.
  const byRef = await snapshotOf(root, run);
  if (byRef !== undefined) return { commit: byRef, snapshot: true };
  if (replayOf !== undefined)
    throw noSnapshot(
      `Run ${run} is a replay, and keeps no files of its own. Those of its original: reprise checkout ${replayOf}`,
    );
  if (git === null)
    throw noSnapshot(`Run ${run} was not recorded in a git repository, or before its first commit.`);
  if (git.dirty)
    throw noSnapshot(
      `Run ${run} kept no snapshot of its files, and they differed from commit ${git.commit}: ` +
        `what it ran on is lost. The commit without the changes: git worktree add --detach FOLDER ${git.commit}`,
    );
  const commit = await commitAt(root, git.commit);
  if (commit === undefined) throw await commitMissing(root, run, git.commit);
  return { commit, snapshot: false };
}

function noSnapshot(message: string): Failure {
  return new Failure('usage', 'no-snapshot', message);
}

function snapshotGone(run: string, commit: string): Failure {
  const ref = refOf(run);
  return new Failure(
    'usage',
    'snapshot-gone',
    `The snapshot of run ${run} is not in this repository: ${ref} was deleted, or the run was recorded in another clone. ` +
      `From a clone that has it: git push origin ${ref}, and here: git fetch origin ${ref}:${ref}. ` +
      `The commit it was made on, without the changes: git worktree add --detach FOLDER ${commit}`,
  );
}

async function commitMissing(root: string, run: string, commit: string): Promise<Failure> {
  const [why, fetch] = (await isShallow(root))
    ? [
        'which is shallow',
        `git fetch --depth 1 origin ${commit} (or the whole history: git fetch --unshallow origin)`,
      ]
    : ['which may never have fetched it', `git fetch origin ${commit}`];
  return new Failure(
    'usage',
    'commit-missing',
    `Commit ${commit} of run ${run} is not in this clone, ${why}. Fetch it, and check out again: ${fetch}`,
  );
}

function refuseUnlessEmpty(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && readdirSync(folder).length === 0)) return;
  throw new Failure(
    'usage',
    'folder-not-empty',
    `${shown(folder)} is ${found.isDirectory() ? 'not empty' : 'a file'}. Nothing was checked out. Name another folder: --to FOLDER`,
  );
}

async function added({ top }: Place, commit: string, folder: string): Promise<{ unfiltered: boolean }> {
  try {
    return await addWorktree(top, commit, folder);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new Failure(
      'infrastructure',
      'git',
      `git could not make the working tree: ${error.message}. Nothing was checked out.`,
    );
  }
}

/** A file may be missing for its size, or because git ignores it; its bytes may be what another filter makes of them. */
function compareFiles(root: string, record: RunRecord): CheckedOut['files'] {
  const read = record.cells.flatMap(({ files }) => files).filter(({ mode }) => mode === 'read');
  const files: CheckedOut['files'] = { checked: 0, differ: [], missing: [] };
  const names = new Set([record.header.notebook, ...inputs(record)]);
  for (const file of [...names].filter((name) => !isOutside({ path: name }))) {
    files.checked += 1;
    const digest = read.find(({ path: name, sha256 }) => name === file && sha256 !== undefined)?.sha256;
    const place = path.join(root, file);
    if (!statSync(place, { throwIfNoEntry: false })?.isFile()) files.missing.push(file);
    else if (digest !== undefined && digestFile(place) !== digest) files.differ.push(file);
  }
  return files;
}

function shown(folder: string): string {
  return path.relative(process.cwd(), folder) || '.';
}
