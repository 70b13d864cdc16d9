/** The interpreter that a notebook runs with: what the user names, else its pin, else what is active. */
import { dirname, resolve } from 'node:path';
import { Failure } from '../notebook/failure';
import type { Sidecar } from '../notebook/sidecar';
import { findInterpreter, type Interpreter } from './interpreter';
import { lockOf } from './locks';
import { findPython } from './pythons';
import { handEdits } from './pindrift';
import { builtEnvironment, restore, type RestoreOptions } from './restore';
import { findUv } from './uv';

export type Notebook = { path: string; root: string; sidecar: Sidecar | null };

export type ChosenPython = Omit<Interpreter, 'from'> & {
  from: Interpreter['from'] | 'pin';
  /** Of the environment that was built from the pin. */
  environment?: string;
};

export type ChooseOptions = Omit<RestoreOptions, 'uv'> & {
  /** Build it anew where files of it were edited. */
  repair?: boolean;
  /** `--python`. */
  python?: string;
  /** Path of the hashed requirements of the pinned uv. */
  uvLock: string;
};

/**
 * Restores the pin where it is absent.
 * @throws Failure `no-python`, and those of `restorePin`
 */
export async function choosePython(notebook: Notebook, options: ChooseOptions): Promise<ChosenPython> {
  const pin = notebook.sidecar?.pin;
  // What a notebook in JavaScript is pinned to has no Python: the agent runs on any.
  if (options.python !== undefined || pin === undefined || pin.javascript !== undefined) {
    return findInterpreter(notebook.path, notebook.root, options.python, options.environment);
  }
  const { folder, python } = await restorePin(notebook, options);
  return { path: python, from: 'pin', environment: folder };
}

/**
 * Builds the environment of a pin where it is absent, or where it is asked for and files of it were edited.
 * @throws Failure `no-pin`, `lock-changed`, `bad-lock`, `other-python`, `restore`, `no-uv`, `cancelled`
 */
export async function restorePin(
  { path, root, sidecar }: Notebook,
  { uvLock, python: asked, ...options }: ChooseOptions,
): Promise<Awaited<ReturnType<typeof restore>>> {
  const pin = sidecar?.pin;
  if (pin === undefined) {
    throw new Failure('usage', 'no-pin', 'The notebook has no pin. Pin it first: reprise pin.');
  }
  const lock = lockOf(pin, dirname(resolve(path)), root);
  const before = await builtEnvironment(lock.text, pin.python, options.environment);
  if (before && !(options.repair && (await handEdits(before.folder)).length > 0)) return before;
  const python = lock.build
    ? { path: '', version: pin.python }
    : await findPython(pin.python, asked, options.environment);
  const { signal, environment } = options;
  const uv = () =>
    findUv({
      python: python.path,
      lock: uvLock,
      ...(signal && { signal }),
      ...(environment && { environment }),
    });
  return restore(lock, python, { ...options, uv, isNew: before !== undefined });
}
