/** How an environment that a notebook is about to run in differs from its pin. */
import { dirname, join, resolve } from 'node:path';
import type { Pin, Sidecar } from '../notebook/sidecar';
import { affectsOfPackage, affectsOfPython } from './affects';
import type { Drift, Fingerprint } from './fingerprint';
import { sitePackagesOf } from './installed';
import { lockedVersions, lockOf } from './locks';
import { INDEX } from './restore';
import { readIndex, sweep } from './sweep';

/**
 * Against the lock's versions, where another environment than the pin's own is used. A package that the lock does not
 * have changes no number by being there, and one that is missing says so itself.
 */
export function driftFromLock(
  locked: ReadonlyMap<string, string>,
  pin: Pick<Pin, 'python'>,
  { python, packages }: Pick<Fingerprint, 'python' | 'packages'>,
): Drift[] {
  const rows = Object.entries(packages).flatMap(([name, after]): Drift[] => {
    const before = locked.get(name);
    if (before === undefined || before === after) return [];
    return [{ what: name, kind: 'package', before, after, affects: affectsOfPackage(name, before, after) }];
  });
  return [...driftOfPython(pin.python, python.version), ...rows];
}

function driftOfPython(before: string, after: string): Drift[] {
  if (before === after) return [];
  return [{ what: 'python', kind: 'python', before, after, affects: affectsOfPython(before, after) }];
}

export type PinDrift = (environment: Pick<Fingerprint, 'python' | 'packages'>) => Drift[];

/** How any environment differs from a notebook's pin; undefined where it has none, or one in JavaScript. @throws those of `lockOf` */
export function driftFromPin({
  path,
  root,
  sidecar,
}: {
  path: string;
  root: string;
  sidecar: Sidecar | null;
}): PinDrift | undefined {
  const pin = sidecar?.pin;
  if (pin === undefined || pin.javascript !== undefined) return undefined;
  const locked = lockedVersions(lockOf(pin, dirname(resolve(path)), root));
  return (environment) => driftFromLock(locked, pin, environment);
}

/** Files of the pin's own environment that somebody edited. @param environment its folder */
export async function handEdits(environment: string): Promise<Drift[]> {
  return handEditsIn(environment, await sitePackagesOf(environment));
}

/** @param folder from which the paths of the index go */
export async function handEditsIn(environment: string, folder: string): Promise<Drift[]> {
  const index = await readIndex(join(environment, INDEX));
  const damage = await sweep(environment, folder, index);
  return damage.map(({ path, what }) => ({
    what: path,
    kind: 'package',
    before: 'as installed',
    after: what === 'missing' ? 'gone' : 'edited',
    affects: ['numbers'],
  }));
}
