/**
 * What Reprise keeps outside of projects: in the cache tools, environments and wheels, each named by a digest of what it is.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `${XDG_CACHE_HOME:-~/.cache}/reprise`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(environment.HOME ?? homedir(), '.cache'), 'reprise');
}

/** `${XDG_STATE_HOME:-~/.local/state}/reprise`: small, the user's own, and not to be made again. */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment.HOME ?? homedir();
  return join(environment.XDG_STATE_HOME || join(home, '.local', 'state'), 'reprise');
}
