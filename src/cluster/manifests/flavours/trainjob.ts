/** TrainJob of Kubeflow Trainer v2 (trainer.kubeflow.org): the pod is the runtime's, patched. */
import { Failure } from '../../../notebook/failure';
import { jobDeadline } from '../job';
import type { Container, Manifest, PodTemplate } from '../kubernetes';
import { podTemplate } from '../podTemplate';
import { type JobRequest, labelsOf, metadataOf, PREFIX } from '../request';
import { goneOr, held, type Observed, type Status, statusFrom, trueCondition } from './status';

/** Runtimes name both the Job and its container so. */
export const TRAINER_CONTAINER = 'node';

/** The runtime that `deploy/` brings: one pod, started once, with what a TrainJob cannot say itself. */
const RUNTIME = { kind: 'TrainingRuntime', name: 'reprise' } as const;

/** @throws Failure `flavour` where something comes before the run: a TrainJob cannot add a container to its runtime */
export function trainjob(request: JobRequest): Manifest {
  const template = podTemplate(request, TRAINER_CONTAINER);
  if (template.spec.initContainers !== undefined) {
    throw new Failure(
      'usage',
      'flavour',
      request.bundleGit === undefined
        ? 'A TrainJob cannot install packages before the run. Nothing was sent. ' +
            'Take an image that has them (environment: image, in reprise.yaml), or another flavour.'
        : 'A TrainJob cannot fetch files from git before the run. Nothing was sent. ' +
            'Send them on another way (bundle: { pvc: … }, in reprise.yaml), or take another flavour.',
    );
  }
  const [{ image, command, env, resources, ...container }] = template.spec.containers as [Container];
  const { queue, trainingRuntime = RUNTIME } = request.target;
  const manifest = {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    kind: 'TrainJob',
    metadata: metadataOf(request),
    spec: {
      runtimeRef: { apiGroup: 'trainer.kubeflow.org', ...trainingRuntime },
      // Kueue takes up only what waits; without a queue nothing would ever start it.
      ...(queue === undefined ? {} : { suspend: true }),
      ...jobDeadline(request),
      trainer: { image, command, env, numNodes: 1, resourcesPerNode: resources },
      runtimePatches: [
        {
          manager: `${PREFIX}manager`,
          trainingRuntimeSpec: {
            template: { spec: { replicatedJobs: [jobPatch(request, template, container)] } },
          },
        },
      ],
    },
  };
  return manifest;
}

/** What of the pod a patch may say; the rest is the runtime's. */
function jobPatch(
  request: JobRequest,
  { metadata, spec }: PodTemplate,
  container: Partial<Container>,
): object {
  const { serviceAccountName, imagePullSecrets, nodeSelector, tolerations, affinity } = spec;
  const { securityContext, terminationGracePeriodSeconds, volumes } = spec;
  const { securityContext: ofContainer, volumeMounts } = container;
  return {
    name: TRAINER_CONTAINER,
    template: {
      metadata: { labels: labelsOf(request) },
      spec: {
        template: {
          metadata,
          spec: {
            ...given({ serviceAccountName, imagePullSecrets, nodeSelector, tolerations, affinity }),
            securityContext,
            terminationGracePeriodSeconds,
            volumes,
            containers: [{ name: TRAINER_CONTAINER, securityContext: ofContainer, volumeMounts }],
          },
        },
      },
    },
  };
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function statusOfTrainJob(object: Observed | undefined): Status {
  return goneOr(object, (job) => {
    const complete = trueCondition(job, 'Complete');
    if (complete) return statusFrom('succeeded', complete);
    const failed = trueCondition(job, 'Failed');
    if (failed) return statusFrom('failed', failed);
    const suspended = trueCondition(job, 'Suspended');
    if (suspended || (job.spec as { suspend?: boolean } | undefined)?.suspend === true)
      return held(job, suspended);
    const { jobsStatus = [] } = (job.status ?? {}) as { jobsStatus?: { ready?: number }[] };
    return { phase: jobsStatus.some(({ ready = 0 }) => ready > 0) ? 'running' : 'pending' };
  });
}
