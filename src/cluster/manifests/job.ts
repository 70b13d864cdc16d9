import type { Job } from './kubernetes';
import { podSeconds, podTemplate } from './podTemplate';
import { type JobRequest, metadataOf } from './request';

/** A plain Job that starts its pod once; only a pod that the cluster itself ended is started again. */
export function job(request: JobRequest): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(request),
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          // First, because a drained pod exits 143 and would match the rule after it.
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          // A failed replay is a result: it is never tried again.
          { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
        ],
      },
      ...jobDeadline(request),
      ttlSecondsAfterFinished: request.target.ttlSeconds,
      template: podTemplate(request),
    },
  };
}

/**
 * The last resort: the controller deletes the pod, its log and its termination message with it. It counts from when the Job
 * may start, so the time in which no node has room is added; and twice the pod's, for one that a drain ended.
 */
export function jobDeadline(request: JobRequest): { activeDeadlineSeconds?: number } {
  const pod = podSeconds(request);
  return pod === undefined ? {} : { activeDeadlineSeconds: request.target.pendingSeconds + 2 * pod };
}
