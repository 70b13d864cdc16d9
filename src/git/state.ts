/** The repository around a folder: what a record says of it, and what a snapshot starts from. */
import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { GitState } from '../lineage/record';
import { Git, GitError } from './command';
import { runFiltered } from './filters';
import { withoutCredentials } from './remote';
import { parseStatus, type Status } from './status';

export type Repository = {
  git: Git;
  /** Absolute path of the working tree. */
  top: string;
  /** The folder that was asked about, relative to `top`, with `/`; empty for `top` itself. */
  prefix: string;
  /** Absolute path of the index, which need not exist. */
  index: string;
  status: Status;
};

const STATUS_PATIENCE = 5_000;
const MOST_FILES = 100_000;

/**
 * @returns null without git, outside a working tree, and where git refuses to read the repository
 * @throws GitError `timeout`, and `refused` where the repository is too large to look at before a run
 */
export async function repositoryAt(folder: string): Promise<Repository | null> {
  const place = await placeOf(folder);
  if (place === null) return null;
  const files = filesInIndex(place.index);
  if (files > MOST_FILES)
    throw new GitError('refused', `the repository has ${files} tracked files, more than ${MOST_FILES}`);
  const git = new Git(place.top);
  const asked = ['status', '--porcelain=v2', '-z', '--branch', '--untracked-files=all', '--no-renames'];
  const patience = STATUS_PATIENCE;
  const { said } = await runFiltered(git, [...asked, '--ignore-submodules=none'], { patience });
  return { ...place, git, status: parseStatus(said) };
}

export type Place = Pick<Repository, 'top' | 'prefix' | 'index'>;

/** @returns null without git and outside a working tree */
export async function placeOf(folder: string): Promise<Place | null> {
  try {
    const said = await new Git(folder).run([
      'rev-parse',
      '--show-toplevel',
      '--show-prefix',
      '--git-path',
      'index',
    ]);
    const [top, prefix, index] = said.split('\n');
    if (!top || prefix === undefined || !index) return null;
    return { top, prefix: prefix.replace(/\/$/, ''), index: path.resolve(folder, index) };
  } catch (error) {
    if (error instanceof GitError && error.reason !== 'timeout') return null;
    throw error;
  }
}

/** Null on a branch without a commit, as the agent has it. */
export async function stateOf({ git, status }: Repository): Promise<GitState | null> {
  const { commit, branch, changes } = status;
  if (commit === undefined) return null;
  const url = await git.line('config', '--get', 'remote.origin.url');
  return {
    commit,
    ...(branch === undefined ? {} : { branch }),
    ...(url === undefined ? {} : { remote: withoutCredentials(url) }),
    dirty: changes.length > 0,
  };
}

/** Read off its header: `DIRC`, the version and the number of entries, four bytes each. */
function filesInIndex(index: string): number {
  const header = Buffer.alloc(12);
  try {
    const descriptor = openSync(index, 'r');
    try {
      return readSync(descriptor, header) === 12 ? header.readUInt32BE(8) : 0;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return 0;
  }
}
