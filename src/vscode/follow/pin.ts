/** What is known of a notebook's pin, and of how its newest run differs from it, without starting anything. */
import path from 'node:path';
import { driftThatMatters } from '../../environment/drift';
import type { Drift } from '../../environment/fingerprint';
import { lockedVersions, lockOf } from '../../environment/locks';
import { isInstalled } from '../../environment/npm/checked';
import { driftFromLock } from '../../environment/pindrift';
import { isBuilt } from '../../environment/restore';
import { findRoot } from '../../notebook/root';
import type { JavaScriptPin } from '../../notebook/javascriptPin';
import type { Pin } from '../../notebook/sidecar';
import { kernelWords, plural } from '../../replay/words';
import type { NotebookState } from './state';

export type PinState = {
  /** As the sidecar names it. */
  lock: string;
  python: string;
  /** Of a notebook in JavaScript, which that Python has no part in. */
  javascript?: Pick<JavaScriptPin, 'kernel' | 'version' | 'engine' | 'tensorflow'>;
  /** Name and version of each. */
  packages: ReadonlyMap<string, string>;
  /** Whether its environment is on this machine; of a notebook in JavaScript, whether anything is installed. */
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
    const { lock: name, python, javascript } = pin;
    const named = { lock: name, python, ...(javascript === undefined ? {} : { javascript }) };
    try {
      const lock = lockOf(pin, path.dirname(notebook), findRoot(notebook));
      return {
        ...named,
        packages: this.packagesOf(lock, pin),
        isBuilt: javascript === undefined ? isBuilt(lock.text, python) : isInstalled(notebook, pin),
      };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { ...named, packages: new Map(), isBuilt: false, problem };
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
  const recorded = header.pin?.edits ?? [];
  // The fingerprint of a run in JavaScript is of the agent's Python; what differed from the pin was looked for at its start.
  if (pin.javascript !== undefined) return driftThatMatters(recorded);
  const { python, packages = {} } = header.environment;
  return driftThatMatters([...recorded, ...driftFromLock(pin.packages, pin, { python, packages })]);
}

/** "pylock.study.toml, Python 3.11.7, 23 packages, restored". */
export function pinWords({ lock, python, javascript, packages, isBuilt, problem }: PinState): string {
  if (problem !== undefined) return problem;
  const here = javascript === undefined ? 'restored' : 'installed';
  const built = isBuilt ? here : `not ${here} on this machine yet`;
  const on = javascript === undefined ? `Python ${python}` : kernelWords(javascript);
  return `${lock}, ${on}, ${plural(packages.size, 'package')}, ${built}`;
}
