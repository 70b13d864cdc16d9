/** A run in the cluster until it has ended: what its pod wants is brought, and how it ended is kept. */
import { Failure } from '../../notebook/failure';
import type { Ended, RunnerEvent } from '../../replay/execution/local';
import type { Signals, Work } from '../../replay/execution/target';
import { endKept } from '../collect/gather';
import { follow, type Followed } from '../follow/follow';
import { endedBy, howItEnded, isUnheard } from '../follow/outcome';
import { pendingOf } from '../follow/pending';
import { collectionOf } from '../manifests/flavours';
import { RUN_LABEL } from '../manifests/request';
import type { Pod } from '../pods';
import { isBrought, readState, writeState } from '../state';
import { supply } from '../supply/supply';
import { gatheringOf } from './collecting';
import { failed } from './ending';
import type { Place } from './place';

export type Watching = Signals & {
  onEvent: (event: RunnerEvent) => void;
  /** Told the name of the pod whose events come. */
  onPod: (pod: string) => void;
  /** Told when a pod has all that it wanted. */
  onSupplied?: () => void;
};

/** @returns how the run ended, and what its pod holds. @throws Failure */
export async function followToEnd(
  place: Place,
  work: Work,
  { onEvent, onPod, onSupplied, stop, leave }: Watching,
): Promise<{ ended: Ended; holding: Followed['holding'] }> {
  const { api, flavour, telling } = place;
  const state = readState(work.store, work.run);
  const bring = (pod: Pod, signal: AbortSignal) => bringTo(place, work, pod, signal);
  const { container, logs, statusOf } = flavour;
  const followed = await follow(api, {
    run: work.run,
    path: `${collectionOf(flavour)}/${state.name}`,
    name: state.name,
    selector: `${RUN_LABEL}=${work.run}`,
    container,
    logs,
    onEvent,
    onPod,
    onNotice: telling.onNotice,
    pending: pendingOf,
    statusOf: ({ owner, isGone }) => statusOf(isGone ? undefined : (owner ?? {})),
    ...(isBrought(state) ? { supply: bring, onSupplied } : {}),
    stop,
    leave,
  });
  const { memory, ephemeralStorage } = state.settings;
  // Another process may have cancelled it meanwhile, or taken away what it names.
  const now = readState(work.store, work.run);
  const isCancelled = followed.isCancelled === true || now.stage === 'cancelled';
  const outcome = howItEnded({ ...followed, isCancelled }, work, { container, memory, ephemeralStorage });
  writeState(work.store, {
    ...now,
    stage: 'followed',
    ...(isCancelled ? { cancelled: true } : {}),
    ...(followed.pod ? { got: followed.pod } : {}),
    ...(outcome.end ? { end: outcome.end } : {}),
    events: followed.events,
  });
  const { holding } = followed;
  if ('ended' in outcome) return { ended: outcome.ended, holding };
  const ended = isUnheard(followed) ? await endOnVolume(place, work, followed.pod?.uid, leave) : undefined;
  if (ended !== undefined) return { ended, holding };
  throw await failed(place, work, outcome.failure);
}

/** How a pod ended of which nothing was heard, where it wrote that down. */
async function endOnVolume(
  place: Place,
  work: Work,
  uid: string | undefined,
  signal?: AbortSignal,
): Promise<Ended | undefined> {
  const kept = await endKept(gatheringOf(place, work, signal), uid);
  const ended = kept && endedBy(kept);
  if (ended === undefined) return undefined;
  const { exit, status, root, results, cells, manifest } = kept!;
  writeState(work.store, {
    ...readState(work.store, work.run),
    end: { exit, status, root, results, cells, manifest },
  });
  return ended;
}

async function bringTo(place: Place, work: Work, pod: Pod, signal: AbortSignal): Promise<void> {
  const { api, telling } = place;
  try {
    await supply({ api, pod, signal }, work.store, readState(work.store, work.run), telling);
  } catch (error) {
    if (error instanceof Failure && error.reason === 'bundle-gone') throw await failed(place, work, error);
    throw error;
  }
}
