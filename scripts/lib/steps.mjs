/** Long steps that show they are alive, and failures that are told in plain words. Plain Node 20, no dependencies. */
import { spawn } from 'node:child_process';
import { childEnvironment, root } from './checkout.mjs';

const HEARTBEAT_MS = 10_000;
const KEPT_LINES = 40;

/** Something the person at the terminal can act on: its message is shown as it is, without a stack. */
export class Failure extends Error {}

const startedAt = Date.now();

export function say(text) {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.error(`[${String(seconds).padStart(4)}s] ${text}`);
}

/** Runs `work`, saying what is done at its start, every ten seconds, and how long it took. */
export async function step(title, work) {
  const begun = Date.now();
  const elapsed = () => `${Math.round((Date.now() - begun) / 1000)} s`;
  say(`${title} …`);
  const heartbeat = setInterval(() => say(`${title}: ${elapsed()} so far`), HEARTBEAT_MS);
  try {
    const result = await work();
    say(`${title}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/**
 * Runs a program to its end.
 * @param {{ env?: object, show?: boolean }} options `show` passes its output on; otherwise it is kept for `output`.
 * @returns {Promise<{ code: number, output: string }>} `code` is 127 when there is no such program.
 */
export function execute(file, args, { env = {}, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: childEnvironment(env),
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), output }));
  });
}

/** Like `execute`, for a program that has to succeed: its last lines are shown when it does not. */
export async function mustExecute(what, file, args, options) {
  const { code, output } = await execute(file, args, options);
  if (code === 0) return output;
  const tail = output.trimEnd().split('\n').slice(-KEPT_LINES).join('\n');
  throw new Failure(`${what} failed (exit code ${code}).\n${tail}`);
}

/** The outermost frame of a script: a `Failure` ends it with its message and exit code 1. */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
