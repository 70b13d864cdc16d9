/** One try of a run: its pod, how far that came, and what it said of itself. */
import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import type { Ended, RunnerEvent } from '../../replay/execution/local';
import type { Holding } from './events';

export class Attempt {
  isStarted = false;
  isReleased = false;
  isSupplying = false;
  isSupplied = false;
  read: Promise<unknown> = Promise.resolve();
  gpus: string[] = [];
  ended: Ended | undefined;
  failed: Extract<RunnerEvent, { event: 'failed' }> | undefined;
  holding: Holding | undefined;

  constructor(
    readonly uid: string,
    public pod: V1Pod,
  ) {}
}

export function stateOf(pod: V1Pod, container: string): V1ContainerState | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === container)?.state;
}

export function terminatedOf(
  pod: V1Pod,
  container: string,
): { exit: number; reason: string; message?: string } | undefined {
  const ended = stateOf(pod, container)?.terminated;
  if (ended) return { exit: ended.exitCode, reason: ended.reason ?? '', message: ended.message };
  // Evicted before its container had a state of its own.
  if (pod.status?.phase === 'Failed') return { exit: -1, reason: pod.status.reason ?? 'Failed' };
  return undefined;
}

/** The cluster ends it, for reasons of its own. */
export function isDisrupted(pod: V1Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, status }) => type === 'DisruptionTarget' && status === 'True') ??
    false
  );
}
