/** Environments that can be compared: what a notebook is pinned to, and what a run had. */
import { compareFingerprints } from '../../environment/drift';
import type { Drift, Fingerprint } from '../../environment/fingerprint';

/** A pin says which Python and packages; what of the machine a run had, it leaves open. */
export type Side = { title: string; python: string; packages: Record<string, string>; machine?: Fingerprint };

const NO_MACHINE: Omit<Fingerprint, 'packages'> = {
  python: { version: '', build: '', implementation: '', compiler: '' },
  os: { system: '', release: '', libc: '' },
  cpu: { model: '', flags: '', cores: 0 },
  gpus: [],
  variables: {},
};

/** Compared is what both sides say. */
export function differences(before: Side, after: Side): Drift[] {
  return compareFingerprints(filled(before, after), filled(after, before));
}

function filled({ python: version, packages, machine }: Side, other: Side): Fingerprint {
  const open = machine ?? other.machine ?? NO_MACHINE;
  return { ...NO_MACHINE, ...open, python: { ...open.python, version }, packages };
}

export function sideOfRun(title: string, machine: Fingerprint): Side {
  return { title, python: machine.python.version, packages: machine.packages ?? {}, machine };
}

export function sideOfPin(
  title: string,
  { python, packages }: { python: string; packages: ReadonlyMap<string, string> },
): Side {
  return { title, python, packages: Object.fromEntries(packages) };
}
