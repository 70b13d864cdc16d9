/** Refs of snapshots. Nothing pushes `refs/reprise/*` unless it is asked to. */
import { Git, GitError } from './command';
import { isCommit } from './status';

export function refOf(run: string): string {
  return `refs/reprise/${run}`;
}

/** The snapshot of a run; undefined without git, outside a repository, and where the run has none. */
export async function snapshotOf(root: string, run: string): Promise<string | undefined> {
  return commitAt(root, refOf(run));
}

/** The commit that `name` stands for, where the repository has it. */
export async function commitAt(root: string, name: string): Promise<string | undefined> {
  try {
    const commit = await new Git(root).line(
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${name}^{commit}`,
    );
    return isCommit(commit) ? commit : undefined;
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/**
 * Takes the refs of these runs away, where there are any; what only they kept goes with git's own next clean-up.
 * @throws GitError where nobody can tell, and where git refuses
 */
export async function removeSnapshots(root: string, runs: readonly string[]): Promise<void> {
  const git = new Git(root);
  for (const run of runs) {
    if ((await git.line('rev-parse', '--verify', '--quiet', refOf(run))) === undefined) continue;
    await git.run(['update-ref', '-d', refOf(run)]);
  }
}
