import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The folder that paths in documents are relative to: the nearest ancestor of the notebook that has `.reprise/`, else its
 * git root unless that is the home directory, else its folder. The notebook itself need not exist.
 */
export function findRoot(notebookPath: string, home = homedir()): string {
  const folder = path.dirname(path.resolve(notebookPath));
  const ancestors = withAncestors(folder);
  const withStore = ancestors.find((ancestor) => isFolder(path.join(ancestor, '.reprise')));
  if (withStore !== undefined) return withStore;
  // In a worktree or submodule `.git` is a file.
  const gitRoot = ancestors.find((ancestor) => existsSync(path.join(ancestor, '.git')));
  return gitRoot === undefined || isSameFolder(gitRoot, home) ? folder : gitRoot;
}

/**
 * A path as documents name it, with `/`: relative to the root (the root itself is `.`, and what lies in a folder named `~`
 * there is `./~/…`); outside it `~/…` under the home
 * directory, else the bare name, to which the caller adds a digest.
 */
export function relativePath(root: string, file: string, home = homedir()): string {
  const inRoot = within(root, file);
  // Not to be taken for one below the home directory.
  if (inRoot?.startsWith('~/')) return `./${inRoot}`;
  if (inRoot !== undefined) return inRoot || '.';
  const inHome = within(home, file);
  if (inHome !== undefined) return inHome ? `~/${inHome}` : '~';
  return path.basename(file);
}

function within(folder: string, file: string): string | undefined {
  const relative = path.relative(folder, file);
  const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return outside ? undefined : relative.split(path.sep).join('/');
}

function withAncestors(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...withAncestors(parent)];
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isSameFolder(a: string, b: string): boolean {
  return realPath(a) === realPath(b);
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}
