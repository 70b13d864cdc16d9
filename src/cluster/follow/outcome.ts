/** What a followed run came to: an end with results, or why there are none. */
import { Failure, type FailureKind } from '../../notebook/failure';
import type { Ended } from '../../replay/execution/local';
import type { Work } from '../../replay/execution/target';
import type { ClusterRun } from '../state';
import { failureWords } from '../words/failure';
import type { ObservedJob } from '../words/observed';
import type { EndMessage } from './end';
import type { Followed } from './follow';

/** What the run was given, for the sentences that say that it was too little. */
export type Had = { container: string; memory: string; ephemeralStorage: string };

export type Outcome = { end: ClusterRun['end'] } & ({ ended: Ended } | { failure: Failure });

export function howItEnded(followed: Followed, { run }: Pick<Work, 'run'>, had: Had): Outcome {
  const { ended, failed, terminated } = followed;
  const { message } = terminated ?? {};
  const { status = ended?.status, root = ended?.root, results = ended?.results } = message ?? {};
  const { cells, manifest } = message ?? {};
  const end = { exit: terminated?.exit, status, root, results, cells, manifest };
  if (ended) return { ended, end };
  const byMessage = message && endedBy(message);
  if (byMessage) return { ended: byMessage, end };
  const failure = (kind: FailureKind, reason: string, sentence: string): Outcome => ({
    end,
    failure: new Failure(kind, reason, `${sentence} Nothing of run ${run} is left in the cluster.`),
  });
  if (followed.isCancelled)
    return failure('infrastructure', 'cancelled', `Run ${run} was cancelled, and it kept no results.`);
  const reason = failed?.reason ?? message?.reason;
  const said = failed?.message ?? message?.message;
  if (reason !== undefined && said !== undefined) {
    return failure(reason === 'environment' ? 'drift' : 'infrastructure', reason, said);
  }
  const words = failureWords({
    ...had,
    pod: followed.seen.pod,
    job: followed.seen.owner as ObservedJob | undefined,
  });
  if (words !== undefined) return failure('infrastructure', words.reason, words.sentence);
  return failure(
    'infrastructure',
    'not-run',
    `The run did not start: ${followed.lost ?? 'its pod is gone'}.`,
  );
}

/** As the event would have said it, from what was left instead; undefined where nothing ran. */
export function endedBy({ status, results = '', root = '' }: EndMessage): Ended | undefined {
  return status && { n: 0, event: 'end', status, results, root, durationMs: 0 };
}

/** The pod is lost, and nobody heard how its run ended: it may have kept that elsewhere. */
export function isUnheard({ ended, failed, terminated, pod, hasStarted }: Followed): boolean {
  const isSaid = ended !== undefined || failed !== undefined || terminated?.message !== undefined;
  return !isSaid && (pod === undefined || hasStarted === true);
}
