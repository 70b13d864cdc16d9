/** A run is over, well or not: nothing of it stays in the cluster, and why it came to nothing is kept here. */
import { Failure } from '../../notebook/failure';
import type { Work } from '../../replay/execution/target';
import { explained } from '../errors';
import { collectionOf } from '../manifests/flavours';
import { dropBundle, readState, type Stage, writeState } from '../state';
import { remove } from '../submit';
import { takeRefAway } from '../supply/git';
import type { Place } from './place';

export async function cleanUp(
  { api, flavour, telling }: Place,
  { store, run }: Pick<Work, 'store' | 'run'>,
  stage: Stage = 'cleaned',
): Promise<void> {
  const state = readState(store, run);
  try {
    await remove(api, { path: collectionOf(flavour), ...state });
  } catch (error) {
    telling.onNotice(
      `${explained(error, 'take the run away').message} What is left there: reprise delete ${run}.`,
    );
    return;
  }
  const isThere = await takeRefAway(store, run);
  if (isThere !== undefined) telling.onNotice(isThere);
  dropBundle(store, run);
  writeState(store, { ...readState(store, run), stage });
}

/** Keeps why a run came to nothing, for who asks for it later. @returns the failure */
export async function failed(place: Place, work: Work, failure: Failure): Promise<Failure> {
  const { kind, reason, message } = failure;
  const state = writeState(work.store, {
    ...readState(work.store, work.run),
    failure: { kind, reason, message },
  });
  await cleanUp(place, work, state.cancelled ? 'cancelled' : 'cleaned');
  return failure;
}

/** The user stopped waiting; nothing is wrong. */
export function left(run: string, kept: string): Failure {
  return new Failure(
    'infrastructure',
    'left',
    `${kept} Come back to it: reprise attach ${run}. Take it away: reprise delete ${run}.`,
  );
}
