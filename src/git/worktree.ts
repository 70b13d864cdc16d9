/** A working tree of its own for one commit. */
import { Git } from './command';
import { runFiltered } from './filters';

const PATIENCE = 10 * 60_000;
/** Mode of a submodule's entry in a tree. */
const GITLINK = '160000 ';

/**
 * Makes a detached working tree at `folder` (absolute, absent or empty); no hook runs.
 * @returns `unfiltered`: a filter (LFS, git-crypt) could not run, and its files are as git keeps them
 * @throws GitError, after which `folder` holds nothing of it
 */
export async function addWorktree(
  top: string,
  commit: string,
  folder: string,
): Promise<{ unfiltered: boolean }> {
  // Forced: git may still know the folder as that of a working tree which somebody deleted.
  const args = ['worktree', 'add', '--force', '--detach', folder, commit];
  // Who asks for the files of a partial clone wants them fetched.
  return runFiltered(new Git(top), args, { patience: PATIENCE, env: { GIT_NO_LAZY_FETCH: '0' } });
}

/** Submodules of a commit, of which a new working tree has empty folders; paths from the top. */
export async function submodulesOf(top: string, commit: string): Promise<string[]> {
  const listed = await new Git(top).run(['ls-tree', '-r', '-z', '--full-tree', commit]);
  return listed
    .split('\0')
    .filter((entry) => entry.startsWith(GITLINK))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1));
}

/** A clone without all of its history: a commit that it has not can be fetched. */
export async function isShallow(top: string): Promise<boolean> {
  return (await new Git(top).line('rev-parse', '--is-shallow-repository')) === 'true';
}
