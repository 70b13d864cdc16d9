/** PEP 751 locks, read strictly: a lock comes with a notebook from who knows where, and decides what runs. */
import { parse, TomlError } from 'smol-toml';
import { Failure } from '../notebook/failure';

export type Wheel = { name: string; url: string; sha256: string; size?: number };

export type LockedPackage = {
  /** As PEP 503 normalises it. */
  name: string;
  version: string;
  marker?: string;
  wheels: Wheel[];
};

export type Pylock = {
  requiresPython?: string;
  /** Markers of the environments it is for. */
  environments: string[];
  packages: LockedPackage[];
};

const MOST_BYTES = 64 << 20;
const MOST_PACKAGES = 20_000;
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const VERSION = /^[0-9a-z]+([.!+_-][0-9a-z]+)*$/i;
/** Name, version, build, and the tags of Python, ABI and platform; nothing that could be a path. */
const WHEEL = /^[A-Za-z0-9_.]+-[A-Za-z0-9_.!+]+(-\d\w*)?-[\w.]+-[\w.]+-[\w.]+\.whl$/;

type Table = Record<string, unknown>;

/**
 * @param name of the file, for messages
 * @throws Failure `bad-lock`, saying which package and why
 */
export function readPylock(text: string, name: string): Pylock {
  const refuse = (why: string): never => {
    throw new Failure('drift', 'bad-lock', `${name} is not a lock to build from: ${why}. Nothing was built.`);
  };
  if (text.length > MOST_BYTES) return refuse(`it has ${Math.round(text.length / 2 ** 20)} MiB`);
  const lock = tableOf(text, refuse);
  if (typeof lock['lock-version'] !== 'string') return refuse('it has no lock-version, or was cut off');
  if (!/^1\.\d+$/.test(lock['lock-version'])) {
    return refuse(`it has lock-version ${lock['lock-version']}, and this Reprise reads 1.x`);
  }
  const packages = lock.packages;
  if (!Array.isArray(packages)) return refuse('it has no packages, or was cut off');
  if (packages.length > MOST_PACKAGES) return refuse(`it has ${packages.length} packages`);
  const read = packages.map((each, i) => readPackage(each as Table, i, refuse));
  const names = read.map((each) => `${each.name} ${each.marker ?? ''}`);
  const twice = names.find((each, i) => names.indexOf(each) !== i);
  if (names.length < 5000 ? twice !== undefined : new Set(names).size < names.length) {
    return refuse(`it has ${twice?.trim() ?? 'a package'} twice`);
  }
  return {
    ...(typeof lock['requires-python'] === 'string' ? { requiresPython: lock['requires-python'] } : {}),
    environments: Array.isArray(lock.environments) ? lock.environments.map(String) : [],
    packages: read,
  };
}

function tableOf(text: string, refuse: (why: string) => never): Table {
  try {
    return parse(text);
  } catch (error) {
    const where = error instanceof TomlError ? ` (line ${error.line})` : '';
    return refuse(`it is no TOML${where}, or has marks of a merge conflict`);
  }
}

function readPackage(each: Table, i: number, refuse: (why: string) => never): LockedPackage {
  const { name, version, marker } = each;
  if (typeof name !== 'string' || !NAME.test(name))
    return refuse(`package ${i + 1} has the name ${shown(name)}`);
  for (const source of ['directory', 'archive', 'vcs'] as const) {
    if (each[source] !== undefined)
      return refuse(`${name} comes from a ${SOURCES[source]}, and only wheels are installed`);
  }
  if (typeof version !== 'string' || !VERSION.test(version))
    return refuse(`${name} has the version ${shown(version)}`);
  const wheels = Array.isArray(each.wheels)
    ? each.wheels.map((wheel) => readWheel(name, wheel as Table, refuse))
    : [];
  if (wheels.length === 0) {
    return refuse(
      `${name} ${version} has no wheel, and source is not built: what that gives is another thing on each machine`,
    );
  }
  return { name, version, ...(typeof marker === 'string' ? { marker } : {}), wheels };
}

const SOURCES = { directory: 'folder', archive: 'source archive', vcs: 'repository' };

function readWheel(owner: string, wheel: Table, refuse: (why: string) => never): Wheel {
  const { url, size } = wheel;
  if (wheel.path !== undefined)
    return refuse(`a wheel of ${owner} is a file of the machine that wrote the lock`);
  if (typeof url !== 'string' || !/^https:\/\/[^\s@]+$/.test(url))
    return refuse(`a wheel of ${owner} has the address ${shown(url)}`);
  const name =
    typeof wheel.name === 'string'
      ? wheel.name
      : decodeURIComponent(
          url
            .replace(/[?#].*$/, '')
            .split('/')
            .at(-1)!,
        );
  if (!WHEEL.test(name)) return refuse(`a wheel of ${owner} has the name ${shown(name)}`);
  const sha256 = (wheel.hashes as Table | undefined)?.sha256;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return refuse(`${name} has no sha256`);
  return {
    name,
    url,
    sha256,
    ...(typeof size === 'number' || typeof size === 'bigint' ? { size: Number(size) } : {}),
  };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : 'of nothing';
}

/** The version and tags of wheels are in their names, as PEP 427 has them. */
export function tagsOf({ name }: Wheel): { python: string[]; abi: string[]; platform: string[] } {
  const [platform, abi, python] = name
    .replace(/\.whl$/, '')
    .split('-')
    .reverse();
  return { python: python!.split('.'), abi: abi!.split('.'), platform: platform!.split('.') };
}
