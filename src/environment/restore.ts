/**
 * Builds the environment of a lock, once: content-addressed, checked file by file after it is linked, read-only, and
 * put in place last, so that a restore that was killed leaves nothing that could be taken for whole.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../notebook/failure';
import { cacheFolder } from './cache';
import { complaintOf } from './command';
import type { CondaBuild } from './conda';
import { damageOf, distributionsIn, inTurns, sitePackagesOf } from './installed';
import { once } from './once';
import type { Python } from './pythons';
import { type Index, indexOf } from './sweep';
import type { Uv } from './uv';

/** Of the files of an environment; the last that is written. */
export const INDEX = 'reprise.json';

export type Built = {
  /** The environment's own folder; its name is no digest, as an environment cannot be moved. */
  folder: string;
  python: string;
  /** Whether it had to be built now. */
  isNew: boolean;
};

/** A lock as it lies in the project, and what uv is to install of it. */
export type Lock = {
  name: string;
  text: string;
  install: (uv: () => Promise<Uv>, signal?: AbortSignal) => Promise<Installable>;
  /** Where something else than uv builds it, its Python too. */
  build?: (build: CondaBuild) => Promise<Index>;
};

export type Installable = { file: 'pylock.toml' | 'requirements.txt'; text: string };

export type RestoreOptions = {
  uv: () => Promise<Uv>;
  environment?: NodeJS.ProcessEnv;
  offline?: boolean;
  signal?: AbortSignal;
  onStep?: (what: string) => void;
  /** What is there is not to be taken. */
  isNew?: boolean;
};

/** Of a lock, the version of Python and the kind of machine. */
export function environmentDigest(lock: string, version: string): string {
  const kind = `${process.platform}-${process.arch}`;
  return createHash('sha256').update(`${lock}\0${version}\0${kind}`).digest('hex').slice(0, 32);
}

function linkOf(lock: string, version: string, environment?: NodeJS.ProcessEnv): string {
  return join(cacheFolder(environment), 'envs', environmentDigest(lock, version));
}

/** Whether the environment of a lock is there. @param version of Python */
export function isBuilt(lock: string, version: string, environment?: NodeJS.ProcessEnv): boolean {
  const link = linkOf(lock, version, environment);
  return existsSync(join(link, INDEX)) && existsSync(pythonIn(link));
}

/** The environment of a lock, where it is built: nothing is started to find it. @param version of Python */
export async function builtEnvironment(
  lock: string,
  version: string,
  environment?: NodeJS.ProcessEnv,
): Promise<Built | undefined> {
  if (!isBuilt(lock, version, environment)) return undefined;
  const folder = await realpath(linkOf(lock, version, environment));
  return { folder, python: pythonIn(folder), isNew: false };
}

type Base = Pick<Python, 'path' | 'version'>;

/** @throws Failure `bad-lock`, `restore`, `no-uv`, `no-conda`, `cancelled` */
export async function restore(lock: Lock, python: Base, options: RestoreOptions): Promise<Built> {
  try {
    return await restoreOnce(lock, python, options);
  } catch (error) {
    throw ofDisk(error, lock) ?? error;
  }
}

async function restoreOnce(lock: Lock, python: Base, options: RestoreOptions): Promise<Built> {
  const { environment } = options;
  const { folder, isNew } = await once({
    link: linkOf(lock.text, python.version, environment),
    find: async () => (await builtEnvironment(lock.text, python.version, environment))?.folder,
    build: (to) => build(to, lock, python, options),
    ...(options.isNew ? { isNew: true } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onStep ? { onStep: options.onStep } : {}),
  });
  return { folder, python: pythonIn(folder), isNew };
}

async function build(folder: string, lock: Lock, python: Base, options: RestoreOptions): Promise<void> {
  const { signal, onStep } = options;
  const given = signal ? { signal } : {};
  if (lock.build) {
    await mkdir(dirname(folder), { recursive: true });
    const index = await lock.build({ folder, lock, ...options });
    return writeFile(join(folder, INDEX), JSON.stringify(index));
  }
  const uv = await options.uv();
  const { file, text } = await lock.install(options.uv, signal);
  await mkdir(dirname(folder), { recursive: true });
  onStep?.(`making an environment of Python ${python.version}`);
  const made = await uv.run(['venv', '--quiet', '--python', python.path, folder], given);
  if (made.code !== 0) throw failed(lock, complaintOf(made));
  const path = join(folder, file);
  await writeFile(path, text);
  onStep?.(`installing ${lock.name}`);
  const link = canClone(uv.cache, folder) ? 'clone' : 'copy';
  const synced = await uv.run(syncing(folder, path, link, options.offline ?? false), given);
  if (synced.code !== 0) throw failed(lock, complaintOf(synced));
  onStep?.('checking every file');
  await seal(folder, lock, uv);
}

/** Where it cannot clone, uv would take hard links, which carry an edit from one environment into the next. */
function canClone(from: string, to: string): boolean {
  const [source, copy] = [join(from, `.clone-${randomBytes(4).toString('hex')}`), join(to, '.clone')];
  try {
    mkdirSync(from, { recursive: true });
    writeFileSync(source, 'a');
    copyFileSync(source, copy, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    for (const file of [source, copy]) rmSync(file, { force: true });
  }
}

function syncing(folder: string, file: string, link: 'clone' | 'copy', offline: boolean): string[] {
  const sync = ['pip', 'sync', '--quiet', '--python', pythonIn(folder), '--no-build'];
  const linked = [...sync, '--link-mode', link, ...(offline ? ['--offline'] : [])];
  return file.endsWith('.toml')
    ? [...linked, '--preview-features', 'pylock', file]
    : [...linked, '--require-hashes', '--only-binary', ':all:', file];
}

/** Checks what was linked against what the wheels say of themselves, and takes away the right to write. */
async function seal(folder: string, lock: Lock, uv: Uv): Promise<void> {
  const packages = await sitePackagesOf(folder);
  const distributions = await distributionsIn(packages);
  const files = distributions.flatMap((each) => each.files);
  const [first] = await damageOf(folder, packages, files);
  if (first) {
    const owner = distributions.find((each) => each.files.some(({ path }) => path === first.path));
    // Somebody edited the cache of wheels; without its copy the wheel is fetched again.
    if (owner) await uv.run(['cache', 'clean', owner.name]);
    throw failed(
      lock,
      `${first.path} is ${first.what === 'changed' ? 'not what its wheel says; restore again to fetch it anew' : first.what}`,
    );
  }
  const installed = files.filter(({ sha256 }) => sha256 !== undefined);
  await inTurns(installed, ({ path }) => {
    const isProgram = /(^|\/)bin\/[^/]*$/.test(path) || /\.so(\.\d+)*$/.test(path);
    chmodSync(join(packages, path), isProgram ? 0o555 : 0o444);
  });
  await writeFile(join(folder, INDEX), JSON.stringify(await indexOf(packages, distributions)));
}

function failed({ name }: Lock, why: string): Failure {
  const isRefused =
    /hash mismatch|not what its wheel says|no wheels|not supported|no compatible|does not have/i.test(why);
  return new Failure(
    isRefused ? 'drift' : 'infrastructure',
    'restore',
    `The environment of ${name} was not built: ${why}. Nothing is left of it.`,
  );
}

export function ofDisk(error: unknown, { name }: { name: string }): Failure | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Making a folder and its parents on a read-only disk ends so.
  const isRefused = code === 'ENOENT' && syscall === 'mkdir';
  const why = { ENOSPC: 'the disk is full', EDQUOT: 'the disk is full', EACCES: 'it may not be written', EROFS: 'it may not be written', EPERM: 'it may not be written', ENOTDIR: 'it is no folder' }[isRefused ? 'EROFS' : (code ?? '')]; // prettier-ignore
  if (why === undefined) return undefined;
  return new Failure(
    'infrastructure',
    'disk',
    `The environment of ${name} was not built: Reprise's cache folder (XDG_CACHE_HOME, else ~/.cache) cannot take it, as ${why}. Nothing is left of it.`,
  );
}

export function pythonIn(environment: string): string {
  return process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python');
}
