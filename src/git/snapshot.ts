/**
 * The files as they are when a run starts, as a commit under `refs/reprise/<run>`. It is made beside the user's work: by
 * an index of its own, so that neither HEAD nor index nor a file is touched, and no hook runs.
 */
import { copyFileSync, existsSync, lstatSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GitState } from '../lineage/record';
import { runFiltered } from './filters';
import { refOf } from './refs';
import { type Repository, repositoryAt, stateOf } from './state';

/** A file that is not in a snapshot. `bytes` where it is for its size. */
export type Left = {
  path: string;
  why: 'too-big' | 'repository' | 'submodule' | 'name' | 'too-many';
  bytes?: number;
};

/** `state`: null outside a repository and before its first commit. `snapshot`: a commit. */
export type Taken = { state: GitState | null; snapshot?: string; left: Left[]; problem?: string };

const NOBODY = 'Reprise';
const NOWHERE = 'reprise@localhost';
const MIB = 1 << 20;
const LARGEST_UNTRACKED = 10 * MIB;
const LARGEST_CHANGED = 100 * MIB;
const UNTRACKED_IN_ALL = 100 * MIB;
const MOST_UNTRACKED = 10_000;

/**
 * Never fails: what could not be done is said.
 * @param root in the working tree
 * @returns null without git and outside a working tree
 */
export async function takeSnapshot(root: string, run: string): Promise<Taken | null> {
  let state: GitState | null = null;
  try {
    const repository = await repositoryAt(root);
    if (repository === null) return null;
    state = await stateOf(repository);
    const { commit, left } = await commitFiles(repository, run);
    await repository.git.run(['update-ref', refOf(run), commit]);
    return { state: state === null ? null : { ...state, snapshot: commit }, snapshot: commit, left };
  } catch (error) {
    return { state, left: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

async function commitFiles(repository: Repository, run: string): Promise<{ commit: string; left: Left[] }> {
  const { git, status } = repository;
  const { present, deleted, left } = choose(repository);
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-index-'));
  try {
    const index = copyOfIndex(repository.index, path.join(folder, 'index'));
    const env = { GIT_INDEX_FILE: index };
    await update(repository, env, ['--force-remove'], deleted);
    await update(repository, env, ['--add', '--remove', '--replace'], present);
    // It reads entries again that are as young as the index, and filters them.
    const { said } = await runFiltered(git, ['write-tree', '--missing-ok'], { env });
    const tree = said.trim();
    const parent = status.commit;
    if (parent !== undefined && (await git.line('rev-parse', `${parent}^{tree}`)) === tree)
      return { commit: parent, left };
    const onto = parent === undefined ? [] : ['-p', parent];
    const made = ['commit-tree', tree, ...onto, '-m', `Files at the start of run ${run}`];
    return { commit: (await git.run(made, { env: author() })).trim(), left };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of what differs from the index, what goes into the snapshot: all that is tracked, and small files that are not yet. */
function choose({ top, status }: Repository): { present: string[]; deleted: string[]; left: Left[] } {
  const left: Left[] = [];
  const present: string[] = [];
  const deleted: string[] = [];
  for (const { path: file, how, submodule } of status.changes) {
    if (submodule?.dirty) left.push({ path: file, why: 'submodule' });
    if (how === 'deleted') deleted.push(file);
    else if (how !== 'staged-only') {
      const bytes = sizeOf(top, file);
      if (!isReadable(file)) left.push({ path: file, why: 'name' });
      else if (bytes > LARGEST_CHANGED) left.push({ path: file, why: 'too-big', bytes });
      else present.push(file);
    }
  }
  const untracked = chooseUntracked(top, status.untracked);
  return { present: [...present, ...untracked.present], deleted, left: [...left, ...untracked.left] };
}

function chooseUntracked(top: string, paths: readonly string[]): { present: string[]; left: Left[] } {
  if (paths.length > MOST_UNTRACKED)
    return { present: [], left: paths.map((file) => ({ path: file, why: 'too-many' })) };
  const left: Left[] = [];
  const present: string[] = [];
  let room = UNTRACKED_IN_ALL;
  const sized = paths.map((file) => ({ file, bytes: sizeOf(top, file) })).sort((a, b) => a.bytes - b.bytes);
  for (const { file, bytes } of sized) {
    if (file.endsWith('/')) left.push({ path: file, why: 'repository' });
    else if (!isReadable(file)) left.push({ path: file, why: 'name' });
    else if (bytes > LARGEST_UNTRACKED || bytes > room) left.push({ path: file, why: 'too-big', bytes });
    else {
      room -= bytes;
      present.push(file);
    }
  }
  return { present, left };
}

function sizeOf(top: string, file: string): number {
  const found = lstatSync(path.join(top, file), { throwIfNoEntry: false });
  return found?.isFile() ? found.size : 0;
}

/** Bytes that are no UTF-8 are lost in what git printed, and so is the file's name. */
function isReadable(file: string): boolean {
  return !file.includes('\ufffd');
}

/**
 * An entry as old as the index is read again, lest a change within the same second is missed: so the copy must not look
 * younger than the index it was made from.
 */
function copyOfIndex(from: string, to: string): string {
  if (!existsSync(from)) return to;
  const second = Math.floor(statSync(from).mtimeMs / 1000);
  copyFileSync(from, to);
  utimesSync(to, second, second);
  return to;
}

async function update(
  { git }: Repository,
  env: Record<string, string>,
  how: string[],
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  // What it prints is not looked at; simple-git waits a while for a command that prints nothing.
  const args = ['update-index', '--verbose', ...how, '-z', '--stdin'];
  await runFiltered(git, args, { env, input: paths.map((file) => `${file}\0`).join('') });
}

function author(): Record<string, string> {
  const when = `@${Math.floor(Date.now() / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: NOBODY,
    GIT_AUTHOR_EMAIL: NOWHERE,
    GIT_AUTHOR_DATE: when,
    GIT_COMMITTER_NAME: NOBODY,
    GIT_COMMITTER_EMAIL: NOWHERE,
    GIT_COMMITTER_DATE: when,
  };
}
