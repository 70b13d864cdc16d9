/** Where the state of a notebook's local server lies: `<folder>/<key>.lock|json|log` (docs/internals.md, "Local server"). */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a running server says of itself; the token opens it, so the file is the owner's alone. */
export type ServerState = {
  schema: 'reprise/server/0';
  pid: number;
  port: number;
  token: string;
  python: string;
  agent: string;
  notebook: string;
};

/**
 * @param name what identifies the notebook on this machine: its absolute path, or a name of its window's own while it is
 *   untitled
 */
export function placeOf(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const runtime = environment.XDG_RUNTIME_DIR;
  const cache = environment.XDG_CACHE_HOME || join(environment.HOME ?? homedir(), '.cache');
  const folder = join(runtime || cache, 'reprise', 'servers');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return join(folder, createHash('sha256').update(name).digest('hex').slice(0, 24));
}

/** Undefined where no server runs there, or one that ended without a chance to take its file along. */
export function readPlace(place: string): ServerState | undefined {
  try {
    const state = JSON.parse(readFileSync(`${place}.json`, 'utf8')) as ServerState;
    return state.schema === 'reprise/server/0' && isRunning(state.pid) ? state : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
