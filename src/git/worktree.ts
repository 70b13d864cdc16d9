/** A working tree of its own for one commit. */
import { Git } from './command';
import { runFiltered } from './filters';

const PATIENCE = 10 * 60_000;

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
  return runFiltered(new Git(top), ['worktree', 'add', '--detach', folder, commit], { patience: PATIENCE });
}
