/** The results of a run that has ended come here; then its pod need not hold them any longer. */
import { Failure } from '../../notebook/failure';
import { ResultsLost } from '../../replay/lastwords';
import type { Work } from '../../replay/execution/target';
import { addressOf } from '../addresses';
import { gather, type Gathering, ResultsGone } from '../collect/gather';
import { explained } from '../errors';
import { exec } from '../exec';
import type { Holding } from '../follow/events';
import { type ClusterRun, readState, writeState } from '../state';
import { endedEarly } from '../words/failure';
import { failed, left } from './ending';
import type { Place } from './place';

/** @param holding what the pod said that it holds; undefined where it is gone. @throws Failure */
export async function collectResults(
  place: Place,
  work: Work,
  holding: Holding | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const state = readState(work.store, work.run);
  if (state.stage === 'collected' || state.stage === 'cleaned') return;
  let reason: string | undefined;
  try {
    reason = await gather(gatheringOf(place, work, signal), holding);
  } catch (error) {
    if (signal?.aborted) throw left(work.run, 'What came is kept, and the pod holds the rest for a while.');
    // What is not what it was said to be is not so the next time either, and what is gone does not come back.
    const isFinal = error instanceof ResultsGone || (error as Failure).reason === 'results-changed';
    if (isFinal && error instanceof Failure)
      throw await failed(place, work, error instanceof ResultsGone ? lostResults(state) : error);
    throw explained(error, 'fetch the results');
  }
  writeState(work.store, { ...state, stage: 'collected' });
  if (holding && state.got) await release(place, state.got.name);
  await tellEarlyEnd(place, work, state, reason);
}

export function gatheringOf(
  { api, making, flavour, telling }: Place,
  work: Pick<Work, 'store' | 'run'>,
  signal?: AbortSignal,
): Gathering {
  const { onNotice, onFetched } = telling;
  const { container } = flavour;
  const { get } = making.sink ?? {};
  const address = get && addressOf(get, work.run);
  const state = readState(work.store, work.run);
  return { api, work, state, container, address, onNotice, onFetched, signal };
}

/** Its container ends at once, and its GPU is free; where it cannot be told, after its time. */
async function release({ api, flavour: { container } }: Place, pod: string): Promise<void> {
  const command = ['sh', '-c', ': > /work/ack'];
  await exec(api, { pod, container, command }, () => undefined).catch(() => undefined);
}

/** @throws Failure for a run that ended before its last cell */
async function tellEarlyEnd(
  place: Place,
  work: Work,
  { settings }: ClusterRun,
  reason: string | undefined,
): Promise<void> {
  const { onNotice } = place.telling;
  if (reason === 'kernel-died')
    onNotice(`The run had ${settings.memory} of memory. More of it: --memory, or memory in reprise.yaml.`);
  const early = endedEarly(reason);
  if (early === undefined) return;
  // Of a replay there is a verdict on what ran, of a run nothing more than that it is not whole.
  if (work.original !== undefined) return onNotice(early.sentence);
  const sentence = `${early.sentence} It is kept as ${work.run}.`;
  throw await failed(place, work, new Failure('infrastructure', early.reason, sentence));
}

function lostResults({ run, end }: ClusterRun): Failure {
  const said = 'The pod ended before its results could be fetched.';
  if (end?.cells !== undefined) {
    const words = { run, root: end.root ?? '', cells: end.cells };
    return new ResultsLost(words, `${said} What is left are the digests of its outputs.`);
  }
  return new Failure(
    'infrastructure',
    'results-lost',
    `${said} Nothing is known of what it made: send it again.`,
  );
}
