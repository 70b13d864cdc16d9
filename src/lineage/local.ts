/** `local.json` of a run folder: facts about the host that never leave it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

export type LocalFacts = { pid?: number; kernelPid?: number | null; python?: string; prefix?: string };

/** An absent or damaged file reads as no facts: nothing depends on them but convenience. */
export function readLocal(runFolder: string): LocalFacts {
  try {
    const facts: unknown = JSON.parse(readFileSync(path.join(runFolder, 'local.json'), 'utf8'));
    return typeof facts === 'object' && facts !== null ? facts : {};
  } catch {
    return {};
  }
}

/** `~/…` as written in `local.json`, made absolute. */
export function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file;
}

/** Is the runner of this run, or its kernel, still there? */
export function isAlive(facts: LocalFacts): boolean {
  return [facts.pid, facts.kernelPid].some((pid) => typeof pid === 'number' && pid > 0 && exists(pid));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Ended, but nobody has taken note of it: in a container often nobody ever does. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)!.slice(0, 3));
  } catch {
    return false;
  }
}
