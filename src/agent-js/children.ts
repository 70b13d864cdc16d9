/** Worker threads and child processes: each has streams of its own, and tells of its draws in the log. */
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { threadId } from 'node:worker_threads';
import type { Entropy } from './entropy';
import type { Hook } from './modules';
import type { Sources } from './sources';
import { TASK_VARIABLE } from './configuration';
import { wrapped } from './wrapping';

/** What starts child processes; loading it takes longer than all else that is done here. */
const CHILD_PROCESS = /^(?:node:)?child_process$/;
const STARTERS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const;
type Start = (this: unknown, ...args: unknown[]) => unknown;

/** The name of this thread or process among those of the kernel; empty in the kernel's own. */
export function taskOf(environment: NodeJS.ProcessEnv): string[] {
  const task = environment[TASK_VARIABLE];
  return [
    ...(task === undefined ? [] : [`process ${task}`]),
    ...(threadId === 0 ? [] : [`thread ${threadId}`]),
  ];
}

/** Gives every child process its number before it starts. */
export function numberChildren(environment: NodeJS.ProcessEnv): Hook {
  const own = environment[TASK_VARIABLE];
  let started = 0;
  const numbered = (start: Start): Start =>
    function (this: unknown, ...args) {
      const before = environment[TASK_VARIABLE];
      environment[TASK_VARIABLE] = own === undefined ? String(++started) : `${own}.${++started}`;
      try {
        return start.apply(this, args);
      } finally {
        if (before === undefined) delete environment[TASK_VARIABLE];
        else environment[TASK_VARIABLE] = before;
      }
    };
  const apply = (childProcess: Record<string, unknown>): void => {
    const methods = childProcess as Record<string, Start>;
    for (const name of STARTERS) methods[name] = wrapped(methods[name]!, numbered);
    syncBuiltinESMExports();
  };
  return { request: CHILD_PROCESS, apply };
}

/** At the end of a thread or process: what it drew, whose line in a cell nobody knows. */
export function tellAtEnd(log: string, task: string[], sources: Sources): void {
  process.on('exit', () => {
    const { draws }: Entropy = sources.log.take();
    if (draws.length === 0) return;
    try {
      appendFileSync(log, `${JSON.stringify({ task: task.join(' '), draws })}\n`);
    } catch {
      // The run that would have read it is over.
    }
  });
}
