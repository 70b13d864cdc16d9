/** What a lock installs, in one form for every kind of lock: what all exports are made from. */
import { basename, dirname } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { Pin } from '../../notebook/sidecar';
import { lockedVersions, lockOf, readHashed } from '../locks';
import { platformNamed, wheelsFor } from '../platforms';
import { type LockedPackage, readPylock } from '../pylock';
import { minorOf } from '../pythons';
import type { Installable } from '../restore';
import type { Uv } from '../uv';

export type Locked = {
  /** Stem of the notebook. */
  name: string;
  /** Of the lock, as the sidecar names it. */
  lock: string;
  /** `3.11.7`. */
  python: string;
  packages: LockedRequirement[];
};

/** `url`: of a wheel that no public index has. `sha256` is empty for a package of conda. */
export type LockedRequirement = {
  name: string;
  version: string;
  marker?: string;
  sha256: string[];
  url?: string;
};

export type Pinned = { name: string; lock: string; python: string; platforms?: string[] };

/** Of the pin of a notebook. @throws Failure `no-lock`, `lock-changed`, `bad-lock`, `no-wheel`; `conda` for a list of conda's */
export async function lockedByPin(
  pin: Pin,
  { path, root }: { path: string; root: string },
  uv: () => Promise<Uv>,
  signal?: AbortSignal,
): Promise<Locked> {
  const name = basename(path, '.ipynb').replace(/[^\w.-]+/g, '-');
  const installable = await lockOf(pin, dirname(path), root).install(uv, signal);
  return lockedOf({ ...pin, name }, installable);
}

/** As above, and names and versions alone of what conda installs: for a comparison with what is there. */
export async function expectedByPin(
  pin: Pin,
  at: { path: string; root: string },
  uv: () => Promise<Uv>,
): Promise<Locked> {
  const lock = lockOf(pin, dirname(at.path), at.root);
  if (!lock.build) return lockedByPin(pin, at, uv);
  const packages = [...lockedVersions(lock)].map(([name, version]) => ({ name, version, sha256: [] }));
  return { name: basename(at.path, '.ipynb'), lock: pin.lock, python: pin.python, packages };
}

/** @throws Failure `bad-lock`, `no-wheel` */
export function lockedOf(pin: Pinned, { file, text }: Installable): Locked {
  const packages: LockedRequirement[] =
    file === 'requirements.txt'
      ? readHashed(text, pin.lock)
      : readPylock(text, pin.lock).packages.map((each) => requirementOf(each, pin));
  for (const { name, marker } of packages) {
    // It is written into files that programs read line by line.
    if (marker !== undefined && !/^[\w .'"<>=!~(),+*-]+$/.test(marker)) {
      const why = `the marker of ${name} is none: ${JSON.stringify(marker.slice(0, 80))}`;
      throw new Failure('drift', 'bad-lock', `${pin.lock} cannot be exported: ${why}. Nothing was written.`);
    }
  }
  return { name: pin.name, lock: pin.lock, python: pin.python, packages };
}

const PUBLIC = /^https:\/\/files\.pythonhosted\.org\//;

function requirementOf(locked: LockedPackage, { python, platforms = [] }: Pinned): LockedRequirement {
  const { name, version, marker, wheels } = locked;
  const sha256 = wheels.map((wheel) => wheel.sha256);
  const plain = { name, version, ...(marker === undefined ? {} : { marker }), sha256 };
  if (wheels.every(({ url }) => PUBLIC.test(url))) return plain;
  const platform = platformNamed(platforms[0] ?? '');
  const [wheel] = platform ? wheelsFor(locked, platform, minorOf(python)) : wheels;
  if (wheel) return { ...plain, sha256: [wheel.sha256], url: wheel.url };
  throw new Failure(
    'usage',
    'no-wheel',
    `${name} ${version} comes from an index of its own, which has no wheel for ${platforms[0]}. Nothing was written. ` +
      'Pin for that platform first: reprise pin --platform.',
  );
}
