import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../notebook/failure';
import { relativePath } from '../notebook/root';
import type { Fingerprint } from './fingerprint';

const execute = promisify(execFile);
const PROGRAM = process.platform === 'win32' ? 'Scripts\\python.exe' : 'bin/python';

export type Interpreter = {
  path: string;
  from: 'option' | 'VIRTUAL_ENV' | 'CONDA_PREFIX' | '.venv' | 'PATH';
};

/** A path, or a name that is looked up on PATH. @throws Failure `no-python` */
export async function namedInterpreter(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const isPath = name.includes('/') || name.includes('\\');
  const path = isPath ? resolve(name) : await onPath(name, environment);
  if (path !== undefined && (await isExecutable(path))) return path;
  throw new Failure(
    'infrastructure',
    'no-python',
    `There is no Python at ${relativePath(process.cwd(), name)}. Name one with --python PATH.`,
  );
}

/**
 * The Python that runs a notebook (contracts, "Environment of a command"): `--python`, else VIRTUAL_ENV, CONDA_PREFIX,
 * `.venv` beside the notebook or at the root, else `python3`.
 * @throws Failure `no-python`
 */
export async function findInterpreter(
  notebook: string,
  root: string,
  option: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Interpreter> {
  if (option !== undefined) return { path: await namedInterpreter(option, environment), from: 'option' };
  const folders: [Interpreter['from'], string | undefined][] = [
    ['VIRTUAL_ENV', environment.VIRTUAL_ENV],
    ['CONDA_PREFIX', environment.CONDA_PREFIX],
    ['.venv', join(dirname(resolve(notebook)), '.venv')],
    ['.venv', join(root, '.venv')],
  ];
  for (const [from, folder] of folders) {
    const path = folder && join(folder, PROGRAM);
    if (path && (await isExecutable(path))) return { path, from };
  }
  const path = (await onPath('python3', environment)) ?? (await onPath('python', environment));
  if (path !== undefined) return { path, from: 'PATH' };
  throw new Failure(
    'infrastructure',
    'no-python',
    'No Python was found: no active environment, no .venv, no python3 on PATH. Name one with --python PATH.',
  );
}

/** The fingerprint of an interpreter as it would run now, with the kernel's variables, on the files of a root. */
export async function probe(
  python: string,
  agent: string,
  variables: Record<string, string>,
  root: string,
): Promise<Fingerprint> {
  try {
    const { stdout } = await execute(python, [agent, 'probe', root], {
      env: { ...process.env, ...variables },
      maxBuffer: 1 << 26,
    });
    return JSON.parse(stdout) as Fingerprint;
  } catch (error) {
    throw new Failure('infrastructure', 'no-python', `${python} does not start: ${firstLine(error)}`);
  }
}

async function onPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (isAbsolute(name)) return name;
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder && (await isExecutable(path))) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function firstLine(error: unknown): string {
  const text = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
  return text || (error instanceof Error ? error.message.split('\n')[0]! : String(error));
}
