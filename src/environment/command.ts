/** Runs a program and waits for it. No shell is asked: arguments arrive as they are. */
import { spawn } from 'node:child_process';
import { Failure } from '../notebook/failure';

export type Ran = { code: number; stdout: string; stderr: string };

export type CommandOptions = { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal };

/**
 * @returns what it printed, whatever its exit code
 * @throws Failure `cancelled` when the signal ended it, `no-program` where it cannot be started
 */
export function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const { signal, ...rest } = options;
    const child = spawn(program, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (): boolean => child.kill('SIGTERM');
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
    }
    child.on('error', (error) => {
      signal?.removeEventListener('abort', end);
      const why = (error as NodeJS.ErrnoException).code ?? error.message;
      reject(new Failure('infrastructure', 'no-program', `${program} cannot be started (${why}).`));
    });
    child.on('close', (code) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted)
        reject(new Failure('infrastructure', 'cancelled', 'Cancelled. Nothing was changed.'));
      else resolve({ code: code ?? 1, ...said });
    });
  });
}

/** The line of a program's complaint that says most: uv and pip put the reason behind `error:` or last. */
export function complaintOf({ stdout, stderr }: Ran): string {
  const lines = `${stderr}\n${stdout}`
    .split('\n')
    .map((line) => line.replace(/^\s*(error:|cause:|×|╰─▶|├─▶|hint:|│)\s*/i, '').trim())
    .filter((line) => line !== '');
  return lines.slice(0, 3).join(' ').slice(0, 600) || 'it did not say why';
}
