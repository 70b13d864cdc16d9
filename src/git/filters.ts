/** Filters are programs that the user configured for some files (LFS, git-crypt), and need not be installed here. */
import { type Git, GitError, type Options } from './command';

/**
 * Runs a command, and where git refuses it once more without filters: files then go in and out as they are.
 * @throws GitError
 */
export async function runFiltered(
  git: Git,
  args: readonly string[],
  options: Options = {},
): Promise<{ said: string; unfiltered: boolean }> {
  try {
    return { said: await git.run(args, options), unfiltered: false };
  } catch (error) {
    if (!(error instanceof GitError) || error.reason !== 'refused') throw error;
    const config = await filtersOff(git);
    if (config.length === 0) throw error;
    return { said: await git.run(args, { ...options, config }), unfiltered: true };
  }
}

/** Configuration under which no filter's program is started; none where none is configured. */
async function filtersOff(git: Git): Promise<string[]> {
  const pattern = '^filter\\..*\\.(clean|smudge|process)$';
  const listed = await git.run(['config', '--name-only', '--get-regexp', pattern]).catch(() => '');
  const keys = listed.split('\n').filter(Boolean);
  const drivers = new Set(keys.map((key) => key.slice(0, key.lastIndexOf('.'))));
  const off = ['clean=', 'smudge=', 'process=', 'required=false'];
  return [...drivers].flatMap((driver) => off.map((setting) => `${driver}.${setting}`));
}
