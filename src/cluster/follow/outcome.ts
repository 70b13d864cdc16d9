/** What a followed run came to: an end with results, or why there are none. */
import { Failure, type FailureKind } from '../../notebook/failure';
import type { Ended } from '../../replay/local';
import type { Work } from '../../replay/target';
import type { ClusterRun } from '../state';
import type { Followed } from './follow';

export type Outcome = { end: ClusterRun['end'] } & ({ ended: Ended } | { failure: Failure });

export function howItEnded(
  { ended, failed, holding, terminated, lost, pod }: Followed,
  { run }: Pick<Work, 'run'>,
): Outcome {
  const { message } = terminated ?? {};
  const { status = ended?.status, root = ended?.root, results = ended?.results, cells } = message ?? {};
  const end = { exit: terminated?.exit, status, root, results, cells };
  if (ended) return { ended, end };
  if (message?.status !== undefined) {
    return {
      ended: {
        n: 0,
        event: 'end',
        status: message.status,
        results: results ?? '',
        root: root ?? '',
        durationMs: 0,
      },
      end,
    };
  }
  const failure = (kind: FailureKind, reason: string, sentence: string): Outcome => ({
    end,
    failure: new Failure(kind, reason, `${sentence} Nothing of run ${run} is left in the cluster.`),
  });
  const reason = failed?.reason ?? message?.reason;
  const said = failed?.message ?? message?.message;
  if (reason === 'environment')
    return failure('drift', 'environment', said ?? 'The image is not the pinned environment.');
  if (reason !== undefined) return failure('infrastructure', reason, said ?? `Nothing ran (${reason}).`);
  if (holding) return failure('infrastructure', 'runner-died', 'The runner ended before the run did.');
  if (terminated)
    return failure(
      'infrastructure',
      'pod-ended',
      `The pod ${pod?.name ?? ''} ended early: ${endWords(terminated)}.`,
    );
  return failure('infrastructure', 'not-run', `The run did not start: ${lost ?? 'its pod is gone'}.`);
}

function endWords({ exit, reason }: { exit: number; reason: string }): string {
  if (reason === 'OOMKilled')
    return 'it ran out of memory; ask for more (memory in reprise.yaml, or --memory)';
  if (exit === 143) return 'the cluster ended it (exit 143)';
  if (exit === 137) return 'it was killed (exit 137)';
  return `${reason || 'exit'}${exit >= 0 ? ` ${exit}` : ''}`;
}
