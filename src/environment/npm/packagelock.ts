/** npm's locks, read strictly: a lock comes with a notebook from who knows where, and decides what runs. */
import { Failure } from '../../notebook/failure';

export type LockedModule = {
  /** From the lock's folder: `node_modules/a/node_modules/@b/c`. */
  path: string;
  /** `@b/c`. */
  name: string;
  version: string;
  /** Only on some platforms, or only where it can be had. */
  optional: boolean;
};

export const PACKAGE_LOCK = 'package-lock.json';

const MOST_BYTES = 64 << 20;
const MOST_PACKAGES = 20_000;
/** Nothing that leads out of the folder. */
const PATH = /^(node_modules\/(@[a-z0-9~_-][a-z0-9~._-]*\/)?[a-z0-9~_-][a-z0-9~._-]*(\/|$))+$/i;
const VERSION = /^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/;
const INTEGRITY = /^(sha(256|384|512)-[A-Za-z0-9+/=]+\s?)+$/;

type Entry = {
  version?: unknown;
  resolved?: unknown;
  integrity?: unknown;
  link?: unknown;
  inBundle?: unknown;
  optional?: unknown;
};

/**
 * @param name of the file, for messages
 * @throws Failure `bad-lock`, saying which package and why
 */
export function readPackageLock(text: string, name: string): LockedModule[] {
  const refuse = (why: string): never => {
    throw new Failure('drift', 'bad-lock', `${name} is not a lock to build from: ${why}. Nothing was built.`);
  };
  if (text.length > MOST_BYTES) return refuse(`it has ${Math.round(text.length / 2 ** 20)} MiB`);
  const { lockfileVersion, packages } = objectIn(text, refuse);
  if (lockfileVersion !== 2 && lockfileVersion !== 3) {
    return refuse(`it has lockfileVersion ${JSON.stringify(lockfileVersion)}, and 2 or 3 is read`);
  }
  if (typeof packages !== 'object' || packages === null) return refuse('it has no packages');
  const entries = Object.entries(packages as Record<string, Entry>).filter(([path]) => path !== '');
  if (entries.length > MOST_PACKAGES) return refuse(`it has ${entries.length} packages`);
  return entries.map(([path, entry]) => {
    if (entry.link === true || !PATH.test(path) || path.includes('..')) {
      return refuse(`${path.slice(0, 80)} is a folder of the project, and only packages are installed`);
    }
    const { version, resolved, integrity } = entry;
    if (typeof version !== 'string' || !VERSION.test(version)) return refuse(`${path} has no version`);
    if (entry.inBundle !== true) {
      // npm can be told to leave addresses out: then it is the user's registry.
      if (resolved !== undefined && !(typeof resolved === 'string' && /^https?:\/\//.test(resolved))) {
        return refuse(`${path} does not come from a registry`);
      }
      if (typeof integrity !== 'string' || !INTEGRITY.test(integrity)) {
        return refuse(`${path} has no digest that is safe to go by`);
      }
    }
    const installed = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { path, name: installed, version, optional: entry.optional === true };
  });
}

function objectIn(text: string, refuse: (why: string) => never): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as unknown;
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    return refuse('it is no JSON, or has marks of a merge conflict');
  }
  return refuse('it is no JSON object');
}
