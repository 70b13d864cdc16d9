/**
 * Builds what a notebook in JavaScript is pinned to, once, in the cache: packages by npm with their digests and without
 * their scripts, and the addon against the library of the pinned wheel. The project's `node_modules` then leads there.
 */
import { existsSync, lstatSync, symlinkSync, unlinkSync } from 'node:fs';
import { copyFile, mkdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { JavaScriptPin } from '../../notebook/javascriptPin';
import type { Pin } from '../../notebook/sidecar';
import { cacheFolder } from '../cache';
import { command, complaintOf } from '../command';
import { lockOf } from '../locks';
import { once } from '../once';
import { handEditsIn } from '../pindrift';
import { environmentDigest, INDEX, ofDisk } from '../restore';
import type { Uv } from '../uv';
import { buildAddons } from './addon';
import { builtFolder } from './built';
import { modulesWithAddon, nativeDigests } from './native';
import { type LockedModule, PACKAGE_LOCK, readPackageLock } from './packagelock';
import { sealed } from './sealed';

export type JavaScriptRestore = {
  path: string;
  root: string;
  pin: Pin & { javascript: JavaScriptPin };
  /** Program of Node, with its headers where an addon is built. */
  node: string;
  uv: () => Promise<Uv>;
  /** Build it anew where files of it were edited. */
  repair?: boolean;
  offline?: boolean;
  environment?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  onStep?: (what: string) => void;
};

export type RestoredJavaScript = {
  /** In the cache. */
  folder: string;
  /** The project's own, which leads there. */
  modules: string;
  isNew: boolean;
};

/** @throws Failure `bad-lock`, `lock-changed`, `in-the-way`, `restore`, `no-headers`, `no-uv`, `disk`, `cancelled` */
export async function restoreJavaScript(request: JavaScriptRestore): Promise<RestoredJavaScript> {
  const { path, root, pin, environment } = request;
  const place = dirname(resolve(path));
  const lock = { path: resolve(place, pin.lock), ...lockOf(pin, place, root) };
  const locked = readPackageLock(lock.text, lock.name);
  const modules = join(dirname(lock.path), 'node_modules');
  refuseOthers(modules, environment);
  const digest = environmentDigest(
    `${lock.text}\0${JSON.stringify(pin.javascript.wheel ?? null)}`,
    'javascript',
  );
  const link = join(cacheFolder(environment), 'envs', digest);
  try {
    const isWhole = existsSync(join(link, INDEX));
    const isEdited = isWhole && request.repair && (await isEditedIn(await realpath(link)));
    const { folder, isNew } = await once({
      link,
      find: async () => (existsSync(join(link, INDEX)) ? realpath(link) : undefined),
      build: (to) => build(to, lock, locked, request),
      ...(isEdited ? { isNew: true } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
      ...(request.onStep ? { onStep: request.onStep } : {}),
    });
    leadTo(join(link, 'node_modules'), modules);
    return { folder, modules, isNew };
  } catch (error) {
    throw ofDisk(error, lock) ?? error;
  }
}

async function isEditedIn(folder: string): Promise<boolean> {
  return (await handEditsIn(folder, folder)).length > 0;
}

type Lock = { path: string; name: string; text: string };

async function build(
  folder: string,
  lock: Lock,
  locked: readonly LockedModule[],
  request: JavaScriptRestore,
): Promise<void> {
  const { onStep, pin } = request;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, PACKAGE_LOCK), lock.text);
  await copyFile(join(dirname(lock.path), 'package.json'), join(folder, 'package.json')).catch(() => {
    throw failed(lock, 'there is no package.json beside it');
  });
  onStep?.('installing packages');
  await install(folder, lock, request);
  if (modulesWithAddon(locked).length > 0) {
    const { wheel } = pin.javascript;
    if (wheel === undefined) throw failed(lock, 'the pin names no wheel of TensorFlow: pin again');
    const modules = modulesWithAddon(locked).map((each) => join(folder, each.path));
    await buildAddons({ ...request, folder, modules, wheel }, (why) => failed(lock, why));
    onStep?.('checking the library');
    refuseOtherLibraries(pin.javascript, nativeDigests(folder, locked), lock);
  }
  onStep?.('checking every file');
  await writeFile(join(folder, INDEX), JSON.stringify(await sealed(folder, locked)));
}

async function install(
  folder: string,
  lock: Lock,
  { node, offline, signal }: JavaScriptRestore,
): Promise<void> {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--logs-max=0'];
  const env = { ...process.env, NODE_OPTIONS: undefined, PATH: pathWith(node) };
  const more = [...(offline ? ['--offline'] : []), '--prefix', folder];
  const ran = await command('npm', [...args, ...more], { cwd: folder, env, ...(signal ? { signal } : {}) });
  if (ran.code !== 0)
    throw failed(lock, complaintOf({ ...ran, stderr: ran.stderr.replace(/^npm error /gm, '') }));
}

/** npm runs the Node that it finds. */
function pathWith(node: string): string {
  return `${dirname(node)}:${process.env.PATH ?? ''}`;
}

/** The numbers come from the library: another one is another environment, whatever it says of itself. */
function refuseOtherLibraries(pin: JavaScriptPin, built: Record<string, string>, lock: Lock): void {
  const others = Object.entries(pin.native).filter(
    ([file, sha256]) => !file.endsWith('.node') && built[file] !== sha256,
  );
  if (others.length === 0) return;
  const names = others.map(([file]) => basename(file)).join(', ');
  throw failed(
    lock,
    `${names} of the wheel is not what the pin says, as it was pinned with another library`,
    'drift',
  );
}

/** A folder that somebody installed is theirs. */
function refuseOthers(modules: string, environment?: NodeJS.ProcessEnv): void {
  const there = lstatSync(modules, { throwIfNoEntry: false });
  if (there === undefined) return;
  // A link of ours may lead to what is no longer there.
  if (
    there.isSymbolicLink() &&
    (!existsSync(modules) || builtFolder(dirname(modules), environment) !== undefined)
  ) {
    return;
  }
  throw new Failure(
    'usage',
    'in-the-way',
    'The project has a node_modules folder already, which is left alone, and nothing was built. It is compared with the pin ' +
      'whenever the notebook runs. To have what is pinned instead, move it away and restore again.',
  );
}

function leadTo(target: string, modules: string): void {
  if (lstatSync(modules, { throwIfNoEntry: false }) !== undefined) unlinkSync(modules);
  symlinkSync(target, modules);
}

function failed(
  { name }: Pick<Lock, 'name'>,
  why: string,
  kind: 'drift' | 'infrastructure' = 'infrastructure',
): Failure {
  const isRefused = /EINTEGRITY|integrity checksum failed|hash mismatch|can only install packages when/i.test(
    why,
  );
  return new Failure(
    isRefused ? 'drift' : kind,
    'restore',
    `The environment of ${name} was not built: ${why}. Nothing is left of it.`,
  );
}
