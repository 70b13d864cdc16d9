/** `local.json` of a run folder: facts about the host that never leave it. */
import { lstatSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type Machine, presenceOf } from './owner';
import { namesIn } from './store';

export type LocalFacts = Machine & { pid?: number; kernelPid?: number; python?: string; prefix?: string };

const KINDS = {
  pid: 'number',
  kernelPid: 'number',
  host: 'string',
  boot: 'string',
  pidNamespace: 'string',
  python: 'string',
  prefix: 'string',
} as const;

/**
 * How long a run is taken to go on which nobody here can look at, on another machine or in another container, after the
 * last change in its folder. A kernel that is used writes a line for every execution; what waits longer for its next one
 * is not lost by being called incomplete, as `gc` leaves what is younger than that alone anyway.
 */
const UNSEEN_MS = 7 * 24 * 3_600_000;

/** An absent or damaged file reads as no facts: nothing depends on them but convenience. */
export function readLocal(runFolder: string): LocalFacts {
  try {
    const facts = JSON.parse(readFileSync(path.join(runFolder, 'local.json'), 'utf8')) as object;
    return Object.fromEntries(
      Object.entries(facts).filter(([name, fact]) => typeof fact === KINDS[name as keyof typeof KINDS]),
    );
  } catch {
    return {};
  }
}

/** `~/…` as written in `local.json`, made absolute. */
export function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file;
}

/** Is the runner of this run, or its kernel, still there? */
export function isAlive(runFolder: string, now = Date.now()): boolean {
  const { pid, kernelPid, host, boot, pidNamespace } = readLocal(runFolder);
  return [pid, kernelPid].some((each) => {
    if (each === undefined || !Number.isInteger(each) || each <= 0) return false;
    const presence = presenceOf({ pid: each, host, boot, pidNamespace });
    if (presence === 'there' || presence === 'gone') return presence === 'there';
    return now - newestChange(runFolder) < UNSEEN_MS;
  });
}

/** Of the files in a run folder, in ms since 1970; 0 where there are none. */
export function newestChange(runFolder: string): number {
  const changes = namesIn(runFolder).map(
    (name) => lstatSync(path.join(runFolder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(0, ...changes);
}
