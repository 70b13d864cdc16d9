/** One process at a time: a folder that only one can make, with the name of who made it. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;
/** Between the making of the folder and the writing of its name. */
const NAMELESS_MS = 5000;

/** Waits for others, and for none that is dead. @param onWait told once that somebody else is at it */
export async function exclusively<T>(
  folder: string,
  work: () => Promise<T>,
  { signal, onWait }: { signal?: AbortSignal; onWait?: () => void } = {},
): Promise<T> {
  mkdirSync(dirname(folder), { recursive: true });
  for (let round = 0; !take(folder); round++) {
    if (round === 0) onWait?.();
    await delay(POLL_MS, undefined, signal ? { signal } : {});
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder: string): boolean {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (isHeld(folder)) return false;
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
  writeFileSync(join(folder, 'holder'), `${process.pid}`);
  return true;
}

function isHeld(folder: string): boolean {
  try {
    process.kill(Number(readFileSync(join(folder, 'holder'), 'utf8')), 0);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM') return true;
    if (code !== 'ENOENT') return false;
  }
  try {
    return Date.now() - statSync(folder).mtimeMs < NAMELESS_MS;
  } catch {
    return false;
  }
}
