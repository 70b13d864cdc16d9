/** Pins a notebook: names the lock of its environment, and makes one where the project has none that fits. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { Failure } from '../notebook/failure';
import type { Pin } from '../notebook/sidecar';
import { condaPackages, explicitList } from './conda';
import { describe, type Described } from './described';
import { makeLock } from './locking';
import { ownLock, sha256Of } from './locks';
import { platformNamed, PLATFORMS, type Platform } from './platforms';
import { type Python, pythonAt } from './pythons';
import { readRequirements, type Requirements, requirementsOf, withAdded } from './requirements';
import type { Uv } from './uv';

export type PinRequest = {
  /** Path of the notebook. */
  notebook: string;
  root: string;
  /** The interpreter whose environment is pinned. */
  python: string;
  /** A file that says what the notebook needs, instead of what is installed. */
  from?: string;
  /** Besides what is installed or said, as pip takes it: `requests>=2`. */
  add?: readonly string[];
  /** Of another kind of machine than this one. */
  platform?: string;
  /** @param python one that may have pip */
  uv: (python: string) => Promise<Uv>;
  offline?: boolean;
  signal?: AbortSignal;
  onStep?: (what: string) => void;
};

export type Pinned = {
  pin: Pin;
  /** A lock to be written; undefined where the project has one. */
  lock?: { path: string; text: string };
  packages: number;
  /** Whether it is for the kind of machine that this one is. */
  isHere: boolean;
  /** What the user should know, in a sentence each. */
  notices: string[];
};

/** @throws Failure with why nothing was pinned; nothing is written here */
export async function pinEnvironment(request: PinRequest): Promise<Pinned> {
  const { notebook, root, python: path, signal, onStep } = request;
  const python = await pythonAt(path, signal);
  if (python === undefined) throw new Failure('infrastructure', 'no-python', `${path} does not start.`);
  const here = platformNamed(python.platform);
  const platform = platformAsked(request.platform, here, python);
  const folder = dirname(notebook);
  onStep?.('looking at what is installed');
  const described = await describe(path, signal);
  const own =
    request.from === undefined && request.add === undefined && platform === here
      ? ownLock(root, folder, described)
      : { notices: [] };
  if (own.lock) {
    const pin = pinOf(relative(folder, own.lock.path), own.lock.text, python, platform);
    return { pin, packages: described.packages.length, isHere: true, notices: own.notices };
  }
  if (described.isConda && request.from === undefined) {
    if (request.add !== undefined) throw notAdded(described);
    return pinConda(request, described, python, here ?? platform);
  }
  const requirements = withAdded(requirementsFor(request, described), request.add ?? []);
  onStep?.('locking every wheel');
  const name = lockName(notebook, platform === here ? undefined : platform);
  const made = await makeLock({
    name,
    requirements,
    python,
    platform,
    uv: await request.uv(python.path),
    ...(request.offline ? { offline: true } : {}),
    ...(signal ? { signal } : {}),
  });
  const added = request.from === undefined ? newOnes(made.lock.packages, described) : [];
  return {
    pin: pinOf(name, made.text, python, platform),
    lock: { path: join(folder, name), text: made.text },
    packages: made.lock.packages.length,
    isHere: platform === here,
    notices: [...own.notices, ...requirements.notices, ...added],
  };
}

/** `pylock.<stem>.toml`, with the dots of the stem turned to `-`, which PEP 751 does not take. */
export function lockName(notebook: string, platform?: Platform): string {
  return `pylock.${stemOf(notebook)}${platform ? `-${platform.name}` : ''}.toml`;
}

function stemOf(notebook: string): string {
  return basename(notebook).replace(/\.ipynb$/, '').replaceAll('.', '-'); // prettier-ignore
}

function pinOf(lock: string, text: string, { version }: Python, { name }: Platform): Pin {
  return { lock: lock.split(sep).join('/'), sha256: sha256Of(text), python: version, platforms: [name] };
}

function platformAsked(asked: string | undefined, here: Platform | undefined, python: Python): Platform {
  const platform = asked === undefined ? here : platformNamed(asked);
  if (platform) return platform;
  const known = PLATFORMS.map(({ name }) => name).join(', ');
  const what = asked === undefined ? `This machine is ${python.platform}` : `There is no platform ${asked}`;
  throw new Failure('usage', 'no-platform', `${what}; locks are made for ${known}.`);
}

function requirementsFor({ from, root }: PinRequest, described: Described): Requirements {
  if (from === undefined) return requirementsOf(described, root);
  if (!existsSync(from)) throw new Failure('usage', 'no-file', `There is no file ${from}.`);
  return readRequirements(readFileSync(from, 'utf8'), basename(from));
}

function newOnes(locked: readonly { name: string; version: string }[], { packages }: Described): string[] {
  const installed = new Map(packages.map(({ name, version }) => [name, version]));
  const added = locked.filter(({ name, version }) => installed.get(name) !== version);
  if (added.length === 0) return [];
  const shown = added.map(({ name, version }) => `${name} ${version}`).join(', ');
  return [`In the lock besides what is installed, because something needs it: ${shown}.`];
}

function notAdded({ prefix }: Described): Failure {
  return new Failure(
    'usage',
    'conda',
    `${prefix} is a conda environment: what its packages need is for conda to say. Nothing was pinned. ` +
      'Install them with conda into the environment that was pinned, and pin that again.',
  );
}

/** @throws Failure `conda` with what its list cannot say */
async function pinConda(
  { notebook, platform }: PinRequest,
  described: Described,
  python: Python,
  here: Platform,
): Promise<Pinned> {
  if (platform !== undefined && platform !== here.name) {
    const why = `a list of conda packages is for the platform that it was made on, here ${here.name}`;
    throw new Failure('usage', 'conda', `No lock was made for ${platform}: ${why}. Nothing was pinned.`);
  }
  const packages = await condaPackages(described.prefix);
  const text = explicitList(packages, described);
  const name = `conda-${stemOf(notebook)}.txt`;
  return {
    pin: pinOf(name, text, { ...python, version: described.version }, here),
    lock: { path: join(dirname(notebook), name), text },
    packages: packages.length,
    isHere: true,
    notices: [],
  };
}
