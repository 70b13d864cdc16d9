/** The runs that are in a cluster, or went there from here. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../lineage/store';
import { TARGET_FILE } from '../replay/execution/target';
import type { Api } from './api';
import { collectionOf, FLAVOURS } from './manifests/flavours';
import type { Owner } from './follow/watched';
import { MANAGED_BY, RUN_LABEL } from './manifests/request';
import { type ClusterRun, dropBundle, isUnended, readState, writeState } from './state';
import { explained } from './errors';
import { remove } from './submit';
import { takeRefAway } from './supply/git';

export type Listed = Pick<
  ClusterRun,
  | 'run'
  | 'notebook'
  | 'stage'
  | 'cancelled'
  | 'namespace'
  | 'name'
  | 'replayOf'
  | 'context'
  | 'submittedAt'
  | 'failure'
>;

/** Those that went to a cluster from this root, newest first. */
export function listed(store: Store): Listed[] {
  return listedStates(store);
}

export function listedStates(store: Store): ClusterRun[] {
  return store
    .runIds()
    .filter((run) => existsSync(join(store.runFolder(run), TARGET_FILE)))
    .map((run) => readState(store, run));
}

/** Those of which something may still be in a cluster or at a git remote: only what is kept here leads there. */
export function unended(store: Store): Set<string> {
  const mayBeThere = (run: string): boolean => {
    try {
      const state = readState(store, run);
      return isUnended(state) || state.pushedTo !== undefined;
    } catch {
      // It is damaged, and says nothing.
      return true;
    }
  };
  const sent = store.runIds().filter((run) => existsSync(join(store.runFolder(run), TARGET_FILE)));
  return new Set(sent.filter(mayBeThere));
}

/** Runs of anybody's that the cluster has, by label. */
export async function running(api: Api): Promise<{ run: string; name: string; owner: Owner }[]> {
  const labelSelector = Object.entries(MANAGED_BY)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const { body } = await api.ask<{ items: Owner[] }>(api.path(collectionOf(FLAVOURS.job)), {
    query: { labelSelector },
  });
  return body.items.map((owner) => ({
    run: owner.metadata?.labels?.[RUN_LABEL] ?? '',
    name: owner.metadata?.name ?? '',
    owner,
  }));
}

/** Takes away all that the cluster has of a run, and a git remote. @returns what of it is still there, in words */
export async function takeAway(api: Api, store: Store, state: ClusterRun): Promise<string | undefined> {
  const path = collectionOf(FLAVOURS[state.settings.flavour]);
  try {
    await remove(api, { ...state, path });
  } catch (error) {
    throw explained(error, 'take the run away');
  }
  const isThere = await takeRefAway(store, state.run);
  dropBundle(store, state.run);
  const isLost = isUnended(state) || state.stage === 'cancelled';
  const failure = isLost ? { failure: state.failure ?? deleted(state) } : {};
  writeState(store, {
    ...readState(store, state.run),
    stage: isLost ? 'cancelled' : 'cleaned',
    ...failure,
  });
  return isThere;
}

function deleted({ run }: ClusterRun): NonNullable<ClusterRun['failure']> {
  const message = `Run ${run} was deleted from the cluster before it ended. Send it again.`;
  return { kind: 'usage', reason: 'cancelled', message };
}
