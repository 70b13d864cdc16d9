/** Why nothing runs yet. */
import type { Watched } from './watched';

export function pendingOf({ pod, owner, events }: Watched): { words: string; isFinal: boolean } | undefined {
  const waiting = pod?.status?.containerStatuses?.[0]?.state?.waiting;
  const scheduled = pod?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (waiting?.reason && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
    return {
      words: `${waiting.reason}: ${waiting.message ?? ''}`,
      isFinal: waiting.reason === 'InvalidImageName',
    };
  }
  if (scheduled?.status === 'False')
    return { words: `Waiting for a node: ${scheduled.message ?? ''}`, isFinal: false };
  if (pod !== undefined) return { words: 'The pod is being started.', isFinal: false };
  const refused = events.findLast(({ reason }) => reason === 'FailedCreate');
  if (refused) return { words: `The pod is not let in: ${refused.message ?? ''}`, isFinal: false };
  return owner === undefined ? undefined : { words: 'Waiting for the pod.', isFinal: false };
}
