/** The cluster's own processes, by pid file: each outlives the program that started it, and is found again by another. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../lib/steps.mjs';
import { at, ROOT } from './layout.mjs';

const SHOWN_LINES = 5;
const POLL_MS = 50;

const pidFile = (name) => at('run', `${name}.pid`);
const logFile = (name) => at('log', `${name}.log`);

export function start(name, args) {
  const log = openSync(logFile(name), 'a');
  const child = spawn(args[0], args.slice(1), { cwd: ROOT, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.on('error', (error) => writeFileSync(logFile(name), `${error.message}\n`, { flag: 'a' }));
  if (child.pid !== undefined) writeFileSync(pidFile(name), String(child.pid));
  child.unref();
}

/** SIGTERM, and SIGKILL to what is still there after so many seconds. */
export async function stop(name, seconds = 10) {
  const pid = pidOf(name);
  if (pid !== null) {
    signal(pid, 'SIGTERM');
    for (const deadline = Date.now() + seconds * 1000; isOurs(pid) && Date.now() < deadline;)
      await sleep(POLL_MS);
    await kill(pid);
  }
  rmSync(pidFile(name), { force: true });
}

/** As a crash would end it. */
export async function crash(name) {
  const pid = pidOf(name);
  if (pid === null) throw new Failure(`${name} does not run.`);
  await kill(pid);
  rmSync(pidFile(name), { force: true });
}

export async function kill(pid) {
  for (let tries = 0; isOurs(pid) && tries < 100; tries++) {
    signal(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

export const isRunning = (name) => pidOf(name) !== null;

/**
 * Polls until `probe` returns something true.
 * @param {string | null} name the process that answers: when it ends, so does the wait.
 * @throws {Failure} with the last lines of the process's log.
 */
export async function waitFor(what, seconds, name, probe) {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline;) {
    if (await probe()) return;
    if (name !== null && !isRunning(name)) throw new Failure(`${name} ended while ${what}.\n${tail(name)}`);
    await sleep(2 * POLL_MS);
  }
  throw new Failure(`Nothing came of ${what} in ${seconds} s.\n${name === null ? '' : tail(name)}`);
}

/** @returns {{ pid: number, command: string }[]} what was started by this cluster, whoever its parent is now. */
export function ourProcesses() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
    .filter(({ pid }) => isOurs(pid));
}

/** The number in a pid file may have been given to another process since. */
function pidOf(name) {
  if (!existsSync(pidFile(name))) return null;
  const pid = Number(readFileSync(pidFile(name), 'utf8'));
  return isOurs(pid) ? pid : null;
}

/** Every process of the cluster names a path under its root; so do containerd's shims. */
function isOurs(pid) {
  return commandOf(pid).includes(`${ROOT}/`) && pid !== process.pid;
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

function tail(name) {
  if (!existsSync(logFile(name))) return '';
  return readFileSync(logFile(name), 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}
