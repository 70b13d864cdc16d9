/** Why nothing runs yet. */
import type { ObservedJob } from '../words/observed';
import { pendingWords } from '../words/pending';
import type { Watched } from './watched';

export function pendingOf({
  pod,
  owner,
  events,
  queue,
}: Watched): { words: string; isFinal: boolean } | undefined {
  const words = pendingWords({ job: owner as ObservedJob | undefined, pod, events, queue });
  const waiting = pod?.status?.containerStatuses?.[0]?.state?.waiting;
  if (words.length > 0) return { words: words.join(' '), isFinal: waiting?.reason === 'InvalidImageName' };
  if (pod !== undefined) return { words: 'The pod is being started.', isFinal: false };
  return owner === undefined ? undefined : { words: 'Waiting for the pod.', isFinal: false };
}
