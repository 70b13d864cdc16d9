/** What the folders of runs say of those that went to a cluster. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Stage } from '../../cluster/state';
import { readEnds } from '../../lineage/read';
import type { RunStatus } from '../../lineage/record';
import { relativePath } from '../../notebook/root';
import { Store } from '../../lineage/store';
import { isFollowed, TARGET_FILE, wasSubmitted } from '../../replay/execution/target';
import { parseLine, readVerdict, type ReplayVerdict, summaryIn } from '../follow/lines';
import type { RunRef } from './followers';

/** A run that went to a cluster. */
export type ClusterRunState = RunRef & {
  notebook: string;
  stage: Stage;
  replayOf?: string;
  /** Milliseconds since 1970. */
  submittedAt: number;
  /** What the record says of its end; absent where there is no whole record. */
  status?: RunStatus;
  verdict?: ReplayVerdict;
  /** Another process on this machine waits for its end. */
  isFollowedElsewhere: boolean;
};

/** The tree reads these files at each change: what is longer is left out, and the editor does not stand still. */
const MOST_BYTES = 20_000_000;

const STAGES: readonly Stage[] = ['submitting', 'submitted', 'followed', 'collected', 'cleaned', 'cancelled'];

/** Those of a root, newest first; what cannot be read is left out. */
export function clusterRunsIn(root: string): ClusterRunState[] {
  const store = new Store(root);
  return store.runIds().flatMap((run) => {
    const state = wasSubmitted(store.runFolder(run)) ? stateOf(store, run) : undefined;
    return state === undefined ? [] : [state];
  });
}

const GOING: readonly Stage[] = ['submitting', 'submitted', 'followed'];

/** Its end can be waited for, or it came here and was not judged. */
export function isOpen({ stage, status, replayOf, verdict }: ClusterRunState): boolean {
  if (GOING.includes(stage)) return true;
  return stage !== 'cancelled' && status !== undefined && replayOf !== undefined && verdict === undefined;
}

/** `target.json` as it is on the disk; undefined where it cannot be read. */
export function targetOf({ root, run }: RunRef): Record<string, unknown> | undefined {
  return parseLine(readText(path.join(new Store(root).runFolder(run), TARGET_FILE)));
}

function stateOf(store: Store, run: string): ClusterRunState | undefined {
  const { root } = store;
  const target = targetOf({ root, run }) ?? {};
  const { notebook, stage, replayOf, submittedAt } = target;
  if (typeof notebook !== 'string' || relativePath(root, path.join(root, notebook)) !== notebook)
    return undefined;
  if (!STAGES.includes(stage as Stage)) return undefined;
  const verdict = readVerdict(readText(path.join(store.runFolder(run), 'verdict.json')));
  const status = endOf(store, run);
  return {
    root,
    run,
    notebook,
    stage: stage as Stage,
    ...(typeof replayOf === 'string' ? { replayOf } : {}),
    submittedAt: typeof submittedAt === 'string' ? Date.parse(submittedAt) : NaN,
    ...(status === undefined ? {} : { status }),
    ...(verdict === undefined ? {} : { verdict }),
    isFollowedElsewhere: isFollowed(store.runFolder(run)),
  };
}

function endOf(store: Store, run: string): RunStatus | undefined {
  try {
    const { header, summary } = readEnds(store.recordPath(run));
    if (header === null) return undefined;
    return (summary && summaryIn({ ...summary })?.status) ?? 'died';
  } catch {
    return undefined;
  }
}

/** Empty where there is no such file, or none that Reprise wrote. */
function readText(file: string): string {
  try {
    const { size } = statSync(file);
    return size > MOST_BYTES ? '' : readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
