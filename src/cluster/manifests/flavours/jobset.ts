import { job } from '../job';
import type { Manifest } from '../kubernetes';
import { type JobRequest, labelsOf, metadataOf } from '../request';
import { goneOr, held, type Observed, type Status, statusFrom, trueCondition } from './status';

export const REPLICATED_JOB = 'replay';

/** A JobSet (jobset.x-k8s.io) of one Job, which it never makes again. */
export function jobset(request: JobRequest): Manifest {
  const { ttlSecondsAfterFinished, ...spec } = job(request).spec;
  const manifest = {
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: metadataOf(request),
    spec: {
      // The set's, and not its Job's: a Job that vanishes is made again.
      ttlSecondsAfterFinished,
      failurePolicy: { maxRestarts: 0 },
      network: { enableDNSHostnames: false },
      replicatedJobs: [
        { name: REPLICATED_JOB, replicas: 1, template: { metadata: { labels: labelsOf(request) }, spec } },
      ],
    },
  };
  return manifest;
}

export function statusOfJobSet(object: Observed | undefined): Status {
  return goneOr(object, (set) => {
    const completed = trueCondition(set, 'Completed');
    if (completed) return statusFrom('succeeded', completed);
    const failed = trueCondition(set, 'Failed');
    if (failed) return statusFrom('failed', failed);
    const suspended = trueCondition(set, 'Suspended');
    if (suspended || (set.spec as { suspend?: boolean } | undefined)?.suspend === true)
      return held(set, suspended);
    const { replicatedJobsStatus = [] } = (set.status ?? {}) as {
      replicatedJobsStatus?: { ready?: number }[];
    };
    return { phase: replicatedJobsStatus.some(({ ready = 0 }) => ready > 0) ? 'running' : 'pending' };
  });
}
