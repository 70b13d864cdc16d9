/** The official implementations of exchange formats, from the Python environment `exchange-311`. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..');
let python: string | undefined;

/** Call it in a `beforeAll` with time: the first time the environment is installed. */
export function officialPython(): string {
  python ??= output(process.execPath, ['scripts/python-env.mjs', 'exchange-311']).trim().split('\n').at(-1)!;
  return python;
}

/** @returns what the implementation saw in a file; it throws what the implementation refuses it for */
export function official<T>(format: string, ...args: string[]): T {
  return JSON.parse(output(officialPython(), ['test/official.py', format, ...args])) as T;
}

function output(program: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
