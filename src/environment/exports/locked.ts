/** What a lock installs, in one form for every kind of lock: what all exports are made from. */
import { Failure } from '../../notebook/failure';
import { readHashed } from '../locks';
import { platformNamed, wheelsFor } from '../platforms';
import { type LockedPackage, readPylock } from '../pylock';
import { minorOf } from '../pythons';
import type { Installable } from '../restore';

export type Locked = {
  /** Stem of the notebook. */
  name: string;
  /** Of the lock, as the sidecar names it. */
  lock: string;
  /** `3.11.7`. */
  python: string;
  packages: LockedRequirement[];
};

/** `url`: of a wheel that no public index has. */
export type LockedRequirement = {
  name: string;
  version: string;
  marker?: string;
  sha256: string[];
  url?: string;
};

export type Pinned = { name: string; lock: string; python: string; platforms?: string[] };

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
