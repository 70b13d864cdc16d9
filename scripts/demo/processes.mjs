/** Child processes that end when the demonstration is interrupted. */
import { spawn } from 'node:child_process';
import { childEnvironment } from '../lib/checkout.mjs';

const PATIENCE_MS = 15_000;

/** Thrown by what Ctrl-C stopped. */
export class Interrupted extends Error {}

/**
 * Runs a program to its end. On interruption it gets one SIGINT, time to end its kernel, and then SIGKILL.
 * @param {{ cwd: string, env?: object, signal: AbortSignal }} options
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 * @throws {Interrupted}
 */
export function run(file, args, { cwd, env = {}, signal }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Interrupted());
    // In a process group of its own the terminal's Ctrl-C does not reach it a second time.
    const child = spawn(file, args, {
      cwd,
      env: childEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (chunk) => (output[name] += chunk));
    }
    let killer;
    const stop = () => {
      child.kill('SIGINT');
      killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    const end = (finish) => {
      clearTimeout(killer);
      signal.removeEventListener('abort', stop);
      finish();
    };
    child.on('error', (error) => end(() => reject(error)));
    child.on('close', (code) =>
      end(() => (signal.aborted ? reject(new Interrupted()) : resolve({ code, ...output }))),
    );
  });
}
