/** What is known of a notebook's pin, and of how its newest run differs from it, without starting anything. */
import path from 'node:path';
import { driftThatMatters } from '../../environment/drift';
import type { Drift } from '../../environment/fingerprint';
import { lockedVersions, lockOf } from '../../environment/locks';
import { driftFromLock } from '../../environment/pindrift';
import { isBuilt } from '../../environment/restore';
import { findRoot } from '../../notebook/root';
import type { Pin } from '../../notebook/sidecar';
import { plural } from '../../replay/words';
import type { NotebookState } from './state';

export type PinState = {
  /** As the sidecar names it. */
  lock: string;
  python: string;
  /** Name and version of each. */
  packages: ReadonlyMap<string, string>;
  /** Whether its environment is on this machine. */
  isBuilt: boolean;
  /** Why nothing can be built from it. */
  problem?: string;
};

const KEPT = 20;

/** Parses each lock once: one of a project may have thousands of packages, and is asked for at every cell. */
export class Pins {
  private readonly parsed = new Map<string, ReadonlyMap<string, string>>();

  /** @param notebook absolute path */
  stateOf(notebook: string, pin: Pin): PinState {
    const { lock: name, python } = pin;
    try {
      const lock = lockOf(pin, path.dirname(notebook), findRoot(notebook));
      return {
        lock: name,
        python,
        packages: this.packagesOf(lock, pin),
        isBuilt: isBuilt(lock.text, python),
      };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { lock: name, python, packages: new Map(), isBuilt: false, problem };
    }
  }

  private packagesOf(lock: { name: string; text: string }, { sha256 }: Pin): ReadonlyMap<string, string> {
    const packages = this.parsed.get(sha256) ?? lockedVersions(lock);
    if (this.parsed.size >= KEPT) this.parsed.clear();
    this.parsed.set(sha256, packages);
    return packages;
  }
}

/** How the environment of the newest run differs from the pin, as far as that can change a result. */
export function pinDriftOf({ pin, run }: NotebookState): Drift[] {
  const header = run?.header;
  if (pin === undefined || pin.problem !== undefined || header === undefined) return [];
  const { python, packages = {} } = header.environment;
  const differing = driftFromLock(pin.packages, pin, { python, packages });
  return driftThatMatters([...(header.pin?.edits ?? []), ...differing]);
}

/** "pylock.study.toml, Python 3.11.7, 23 packages, restored". */
export function pinWords({ lock, python, packages, isBuilt, problem }: PinState): string {
  if (problem !== undefined) return problem;
  const built = isBuilt ? 'restored' : 'not restored on this machine yet';
  return `${lock}, Python ${python}, ${plural(packages.size, 'package')}, ${built}`;
}
