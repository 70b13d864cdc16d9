/** What is kept beside a run that went to a cluster: from it every stage can be taken up again. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../lineage/store';
import { Failure, type FailureKind } from '../notebook/failure';
import { replaceFile } from '../notebook/replaceFile';
import type { Forecast } from '../replay/forecast';
import { TARGET_FILE } from '../replay/execution/target';
import { BUNDLE } from './manifests/inputs';
import type { Target as Settings } from './profile/merge';

/**
 * `followed`: how it ended is known; `collected`: its results are here; `cleaned`: nothing of it is left there; `cancelled`: it
 * was ended there, and nothing of it is here, or not yet.
 */
export type Stage = 'submitting' | 'submitted' | 'followed' | 'collected' | 'cleaned' | 'cancelled';

export type ClusterRun = {
  schema: 'reprise/target/0';
  target: 'kubernetes';
  stage: Stage;
  /** Somebody ended it before its time. */
  cancelled?: true;
  run: string;
  notebook: string;
  replayOf?: string;
  purpose: 'run' | 'verify' | 'replay';
  /** As the kubeconfig names it; what the user's machine calls a cluster is nobody else's business. */
  context?: string;
  namespace: string;
  /** The object that runs. */
  name: string;
  /** Names of the ConfigMaps that were made for it. */
  inputs: string[];
  /** Names of the Secrets; what is in them is kept nowhere here. */
  secrets?: string[];
  image: string;
  settings: Settings;
  /**
   * Without `by` it is in ConfigMaps. Else of the files that come once the pod runs: brought from the run's folder (`exec`;
   * `claim`: where the volume does not have them), or fetched from an address or from git.
   */
  bundle: { sha256: string; size: number; by?: 'exec' | 'claim' | 'address' | 'git' };
  /** The git remote at which they are, or may be, under the run's ref. */
  pushedTo?: string;
  /** What tells the addresses that were given from those of other runs, and does not say where they are. */
  places?: { bundle?: string; results?: string };
  /** Files that were asked for besides those that the notebook is known to read, as globs beneath the root. */
  asked?: readonly string[];
  /** Of a replay: what was foretold of it, to be held against what came. */
  forecast?: Pick<Forecast, 'best' | 'because'>;
  submittedAt: string;
  /** Where it ran. */
  got?: { name: string; uid: string; node: string; gpus: string[] };
  /** How it ended there, as its termination message or its log said. */
  end?: {
    exit?: number;
    status?: string;
    root?: string;
    results?: string;
    cells?: string;
    manifest?: string;
  };
  /** Why it came to nothing; then nothing of it is here either. */
  failure?: { kind: FailureKind; reason: string; message: string };
  /** What the cluster said meanwhile; its own events are gone after an hour. */
  events: string[];
};

/** @throws Failure `no-run` where the run did not go to a cluster */
export function readState(store: Store, run: string): ClusterRun {
  try {
    return JSON.parse(readFileSync(join(store.runFolder(run), TARGET_FILE), 'utf8')) as ClusterRun;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Failure(
      'usage',
      'no-run',
      `Run ${run} did not go to a cluster; it is kept here. See: reprise replays`,
    );
  }
}

/** Whether its pod may wait for what only we have. */
export function isBrought({ bundle: { by } }: ClusterRun): boolean {
  return by === 'exec' || by === 'claim';
}

/** Of a bundle that is brought: as long as the run is in the cluster, a pod may want it. */
export function bundlePath(store: Store, run: string): string {
  return join(store.runFolder(run), BUNDLE);
}

/** Of a bundle that is sent by git: where its commit is made. */
export function bundleRepository(store: Store, run: string): string {
  return join(store.runFolder(run), 'bundle.git');
}

export function dropBundle(store: Store, run: string): void {
  rmSync(bundleRepository(store, run), { recursive: true, force: true });
  rmSync(bundlePath(store, run), { force: true });
}

/** As far as is known here, it may still come to something. */
export function isUnended({ stage }: Pick<ClusterRun, 'stage'>): boolean {
  return stage === 'submitting' || stage === 'submitted' || stage === 'followed';
}

/** @throws Failure that ended the run, where one did */
export function requireUnfailed({ failure }: ClusterRun): void {
  if (failure !== undefined) throw new Failure(failure.kind, failure.reason, failure.message);
}

export function writeState(store: Store, state: ClusterRun): ClusterRun {
  replaceFile(
    join(store.runFolder(state.run), TARGET_FILE),
    Buffer.from(JSON.stringify(state, null, 1) + '\n'),
  );
  return state;
}
