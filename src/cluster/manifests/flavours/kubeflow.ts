/** PyTorchJob and TFJob of Kubeflow's training operator (kubeflow.org/v1), each of one pod. */
import { jobDeadline } from '../job';
import type { Manifest } from '../kubernetes';
import { podTemplate } from '../podTemplate';
import { type JobRequest, metadataOf } from '../request';
import { goneOr, held, type Observed, type Status, statusFrom, trueCondition } from './status';

/** The operator finds its container by this name alone. */
export const PYTORCH_CONTAINER = 'pytorch';
export const TENSORFLOW_CONTAINER = 'tensorflow';

export function pytorchjob(request: JobRequest): Manifest {
  const replica = { Master: replicaSpec(request, PYTORCH_CONTAINER) };
  return manifest(request, 'PyTorchJob', { pytorchReplicaSpecs: replica });
}

export function tfjob(request: JobRequest): Manifest {
  const replica = { Worker: replicaSpec(request, TENSORFLOW_CONTAINER) };
  return manifest(request, 'TFJob', { tfReplicaSpecs: replica });
}

function manifest(request: JobRequest, kind: string, replicas: object): Manifest {
  const spec = {
    runPolicy: {
      backoffLimit: 0,
      // Its log and its termination message go with the pod.
      cleanPodPolicy: 'None',
      ttlSecondsAfterFinished: request.target.ttlSeconds,
      ...jobDeadline(request),
    },
    ...replicas,
  };
  const written = { apiVersion: 'kubeflow.org/v1', kind, metadata: metadataOf(request), spec };
  return written;
}

function replicaSpec(request: JobRequest, container: string): object {
  return { replicas: 1, restartPolicy: 'Never', template: podTemplate(request, container) };
}

/** Conditions stay when they no longer hold, with status False. */
export function statusOfKubeflowJob(object: Observed | undefined): Status {
  return goneOr(object, (job) => {
    const succeeded = trueCondition(job, 'Succeeded');
    if (succeeded) return statusFrom('succeeded', succeeded);
    const failed = trueCondition(job, 'Failed');
    if (failed) return statusFrom('failed', failed);
    const suspended = trueCondition(job, 'Suspended');
    const { runPolicy } = (job.spec ?? {}) as { runPolicy?: { suspend?: boolean } };
    if (suspended || runPolicy?.suspend === true) return held(job, suspended);
    return { phase: trueCondition(job, 'Running') ? 'running' : 'pending' };
  });
}
