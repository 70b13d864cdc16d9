/** Ends a run in the cluster, and keeps the object that ran: whoever follows it learns from that why it has ended. */
import type { Store } from '../lineage/store';
import type { Api } from './api';
import { ApiError, explained } from './errors';
import { QueueReader, workloadPath } from './follow/queue';
import type { Owner } from './follow/watched';
import { cancellation, collectionOf, FLAVOURS } from './manifests/flavours';
import { type ClusterRun, isUnended, readState, writeState } from './state';
import { again } from './submit';

/**
 * `suspended`: it was in no queue. `left-queue`: its queue will not start it again. `starts-again`: its queue will, when its
 * turn comes, as it could not be told (`lacks`: the rights for that, or nothing where Kueue has not taken the run up yet).
 */
export type CancelEnd = { ended: 'suspended' | 'left-queue' | 'starts-again'; lacks?: 'list' | 'patch' };

/** Ends the pod. @throws Failure */
export async function cancel(api: Api, store: Store, state: ClusterRun): Promise<CancelEnd> {
  const flavour = FLAVOURS[state.settings.flavour];
  const path = api.path(`${collectionOf(flavour)}/${state.name}`);
  try {
    const { body: owner } = await again(() => api.ask<Owner>(path));
    // First: the queue of a run that is only suspended starts it again at once.
    const end = await leaveQueue(api, owner);
    const isOver = end.ended !== 'starts-again';
    await again(() => api.ask(path, { method: 'PATCH', body: cancellation(flavour, isOver) }));
    // Who follows it may have seen that meanwhile, and kept how it ended.
    const now = readState(store, state.run);
    if (isOver && isUnended(now)) writeState(store, { ...now, stage: 'cancelled', cancelled: true });
    return end;
  } catch (error) {
    throw explained(error, 'cancel the run');
  }
}

/** Kueue un-suspends what it has admitted; of a workload that is not active it takes its hands off. */
async function leaveQueue(api: Api, owner: Owner): Promise<CancelEnd> {
  const found = await new QueueReader(api).find(owner);
  if (found === undefined || found === 'not-served') return { ended: 'suspended' };
  if (found === 'forbidden') return { ended: 'starts-again', lacks: 'list' };
  const name = found.own?.metadata?.name;
  if (name === undefined) return { ended: 'starts-again' };
  const path = api.path(`${workloadPath(found.version)}/${name}`);
  try {
    await again(() => api.ask(path, { method: 'PATCH', body: { spec: { active: false } } }));
    return { ended: 'left-queue' };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return { ended: 'starts-again', lacks: 'patch' };
  }
}
