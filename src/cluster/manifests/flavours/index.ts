/** What a run becomes in the cluster; each from the same request, and the same pod. */
import type { Flavour } from '../../profile/profile';
import { job } from '../job';
import type { Manifest } from '../kubernetes';
import { CANCELLED, CONTAINER, type JobRequest } from '../request';
import { statusOfJob } from './job';
import { jobset, statusOfJobSet } from './jobset';
import { PYTORCH_CONTAINER, pytorchjob, statusOfKubeflowJob, TENSORFLOW_CONTAINER, tfjob } from './kubeflow';
import { rayjob, statusOfRayJob, SUBMITTER_CONTAINER } from './rayjob';
import type { Observed, Status } from './status';
import { statusOfTrainJob, trainjob, TRAINER_CONTAINER } from './trainjob';

export type FlavourKind = {
  apiVersion: string;
  kind: string;
  /** The resource in the API's addresses. */
  plural: string;
  /** The container with the run's folder, for exec. */
  container: string;
  /** The container in whose log the run's events are. */
  logs: string;
  manifest: (request: JobRequest) => Manifest;
  statusOf: (object: Observed | undefined) => Status;
};

export const FLAVOURS: Readonly<Record<Flavour, FlavourKind>> = {
  job: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    plural: 'jobs',
    ...inOneContainer(CONTAINER),
    manifest: job,
    statusOf: statusOfJob,
  },
  jobset: {
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    plural: 'jobsets',
    ...inOneContainer(CONTAINER),
    manifest: jobset,
    statusOf: statusOfJobSet,
  },
  trainjob: {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    kind: 'TrainJob',
    plural: 'trainjobs',
    ...inOneContainer(TRAINER_CONTAINER),
    manifest: trainjob,
    statusOf: statusOfTrainJob,
  },
  pytorchjob: {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    plural: 'pytorchjobs',
    ...inOneContainer(PYTORCH_CONTAINER),
    manifest: pytorchjob,
    statusOf: statusOfKubeflowJob,
  },
  tfjob: {
    apiVersion: 'kubeflow.org/v1',
    kind: 'TFJob',
    plural: 'tfjobs',
    ...inOneContainer(TENSORFLOW_CONTAINER),
    manifest: tfjob,
    statusOf: statusOfKubeflowJob,
  },
  rayjob: {
    apiVersion: 'ray.io/v1',
    kind: 'RayJob',
    plural: 'rayjobs',
    container: CONTAINER,
    logs: SUBMITTER_CONTAINER,
    manifest: rayjob,
    statusOf: statusOfRayJob,
  },
};

function inOneContainer(container: string): { container: string; logs: string } {
  return { container, logs: container };
}

/** Where objects of it are, as `batch/v1/jobs`. */
export function collectionOf({ apiVersion, plural }: FlavourKind): string {
  return `${apiVersion}/${plural}`;
}

/** The patch that ends its pods, and keeps it. `isOver`: for who follows it, that nothing is to start it again. */
export function cancellation({ apiVersion }: FlavourKind, isOver: boolean): object {
  const suspend = { suspend: true };
  return {
    ...(isOver ? { metadata: { annotations: { [CANCELLED]: 'true' } } } : {}),
    spec: apiVersion === 'kubeflow.org/v1' ? { runPolicy: suspend } : suspend,
  };
}
