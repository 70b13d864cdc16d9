/** What a pod waits for, from the run's folder to there: said, tried for as long as it waits, and explained where it fails. */
import { digestFile, type Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import { wasSubmitted } from '../../replay/execution/target';
import type { Api } from '../api';
import { PATIENCE_MS } from '../patience';
import { hasEnded, type Pod } from '../pods';
import { bundlePath, type ClusterRun, readState } from '../state';
import { bring, receiver } from './bring';

export type Destination = { api: Api; pod: Pod; signal: AbortSignal };

export type Telling = {
  onNotice: (notice: string) => void;
  /** Told how much of the bundle the pod has, in bytes. */
  onBrought?: (bytes: number, of: number) => void;
};

/**
 * Ends too where the pod does: how it ended says its log, or the cluster; and where another one begins, that one wants all of it.
 * @throws Failure `bundle-gone`, after which no try has any use; `not-brought`
 */
export async function supply(
  { api, pod, signal }: Destination,
  store: Store,
  { run, bundle, settings }: ClusterRun,
  { onNotice, onBrought }: Telling,
): Promise<void> {
  const file = { path: bundlePath(store, run), size: bundle.size };
  if (!isThere(file.path, bundle.sha256)) throw bundleGone(run);
  onNotice(`Bringing the notebook and its files to the pod (${Math.ceil(bundle.size / (1 << 20))} MiB).`);
  const ended = new AbortController();
  const onMissed = async (): Promise<void> => {
    if (await hasEnded(api, pod)) ended.abort();
  };
  const until = AbortSignal.any([signal, ended.signal]);
  const receive = receiver(api, pod, { python: settings.python, size: bundle.size }, until);
  const onBytes = (bytes: number): void => onBrought?.(bytes, bundle.size);
  try {
    const failed = await bring(file, receive, { signal: until, onMissed }, onBytes);
    if (failed !== undefined) throw notBrought(run, failed, bundle.size);
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  }
}

/**
 * What was begun to be sent is the bundle of then: its parts may be there already.
 * @throws Failure `inputs-changed`
 */
export function requireSame(store: Store, run: string, { sha256 }: ClusterRun['bundle']): void {
  if (!wasSubmitted(store.runFolder(run)) || readState(store, run).bundle.sha256 === sha256) return;
  throw new Failure(
    'infrastructure',
    'inputs-changed',
    `The notebook's files are not those that were begun to be sent. Take away what is there (reprise delete ${run}) and send the run again.`,
  );
}

function isThere(file: string, sha256: string): boolean {
  try {
    return digestFile(file) === sha256;
  } catch {
    return false;
  }
}

function bundleGone(run: string): Failure {
  return new Failure(
    'infrastructure',
    'bundle-gone',
    `The files that the pod waits for are no longer kept with run ${run}, or were changed. It was taken away: send it again.`,
  );
}

function notBrought(run: string, { why, have }: { why: string; have: number }, size: number): Failure {
  return new Failure(
    'infrastructure',
    'not-brought',
    `The notebook's files cannot be brought to the pod: for ${PATIENCE_MS / 1000} s nothing more arrived, and it has ${have} of ${size} bytes (${why}). ` +
      `What it has it keeps while it waits. Try again: reprise attach ${run}`,
  );
}
