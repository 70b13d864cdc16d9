/**
 * Which process it was that wrote something. Its number alone may by now be another's, after a restart or by chance, or be
 * counted by another machine or container on the same shared folder.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where process numbers are counted. Absent from what older versions wrote, and in part where there is no `/proc`. */
export type Machine = {
  /** The beginning of the sha256 of the machine's name, which is nobody else's business. */
  host?: string;
  /** Differs after every start, and between machines whatever they are called. */
  boot?: string;
  /** Each container has its own. */
  pidNamespace?: string;
};

/** `started`: in clock ticks since the boot, where the system says. */
export type Owner = Machine & { pid: number; started?: string };

/** `elsewhere`: on another machine; `hidden`: in another container on this one. Neither can be looked at from here. */
export type Presence = 'there' | 'gone' | 'elsewhere' | 'hidden';

export function thisProcess(): Owner {
  const started = startOf(process.pid);
  return { pid: process.pid, ...(started === undefined ? {} : { started }), ...thisMachine() };
}

export function presenceOf(owner: Owner): Presence {
  if (owner.host !== undefined) {
    const here = thisMachine();
    // Containers of one machine have one boot and different names; a machine keeps its name and gets another boot.
    if (owner.boot !== here.boot) return owner.host === here.host ? 'gone' : 'elsewhere';
    if (owner.pidNamespace !== here.pidNamespace) return 'hidden';
  }
  return runs(owner.pid) && (owner.started ?? startOf(owner.pid)) === startOf(owner.pid) ? 'there' : 'gone';
}

function thisMachine(): Machine {
  const boot = said(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const pidNamespace = said(() => readlinkSync('/proc/self/ns/pid'));
  return {
    host: createHash('sha256').update(hostname()).digest('hex').slice(0, 16),
    ...(boot === undefined ? {} : { boot }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

function startOf(pid: number): string | undefined {
  // The name of the program, in parentheses, may hold anything.
  return said(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]);
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Ended, but nobody has taken note of it: in a container often nobody ever does. */
function isZombie(pid: number): boolean {
  return said(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.startsWith('Z ')) ?? false;
}

function said<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
