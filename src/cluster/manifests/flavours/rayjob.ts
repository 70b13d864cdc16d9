/** RayJob of KubeRay (ray.io/v1): a cluster of the head alone, on which the runner is the job's driver. */
import { RESTRICTED } from '../container';
import { jobDeadline } from '../job';
import type { Container, Manifest, PodTemplate } from '../kubernetes';
import { podTemplate, runnerCommand } from '../podTemplate';
import { type JobRequest, metadataOf } from '../request';
import { goneOr, held, type Observed, type Status, statusFrom } from './status';

/** It hands the driver's output on: the events of a run are in its log, and not in the head's. */
export const SUBMITTER_CONTAINER = 'ray-job-submitter';

export function rayjob(request: JobRequest): Manifest {
  const { cpu, gpu } = request.target;
  const manifest = {
    apiVersion: 'ray.io/v1',
    kind: 'RayJob',
    metadata: metadataOf(request),
    spec: {
      entrypoint: runnerCommand(request).map(quoted).join(' '),
      entrypointNumCpus: cpu,
      ...(gpu.count === 0 ? {} : { entrypointNumGpus: gpu.count }),
      submissionMode: 'K8sJobMode',
      submitterConfig: { backoffLimit: 0 },
      submitterPodTemplate: submitterTemplate(request),
      backoffLimit: 0,
      ...jobDeadline(request),
      // The head holds the GPU; the RayJob itself, with how it ended, stays.
      shutdownAfterJobFinishes: true,
      ttlSecondsAfterFinished: 0,
      rayClusterSpec: {
        headGroupSpec: {
          rayStartParams: {
            'dashboard-host': '0.0.0.0',
            'num-cpus': String(cpu),
            ...(gpu.count === 0 ? {} : { 'num-gpus': String(gpu.count) }),
          },
          template: headTemplate(request),
        },
      },
    },
  };
  return manifest;
}

/** The head's command is KubeRay's, and it lives until the job has ended. */
function headTemplate(request: JobRequest): PodTemplate {
  const { metadata, spec } = podTemplate(request);
  const { activeDeadlineSeconds: _ours, ...rest } = spec;
  const containers = spec.containers.map(({ command: _command, ...container }) => container);
  return { metadata, spec: { ...rest, containers } };
}

/** Without a volume of the run and without a GPU, and as restricted. */
function submitterTemplate(request: JobRequest): PodTemplate {
  const { metadata, spec } = podTemplate(request);
  const { initContainers: _steps, nodeSelector: _node, affinity: _affinity, ...rest } = spec;
  const { activeDeadlineSeconds: _ours, ...kept } = rest;
  const amounts = { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '1Gi' };
  const container: Container = {
    name: SUBMITTER_CONTAINER,
    image: request.image,
    imagePullPolicy: 'IfNotPresent',
    env: [{ name: 'HOME', value: '/tmp' }],
    resources: { requests: amounts, limits: amounts },
    securityContext: RESTRICTED,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
  return { metadata, spec: { ...kept, containers: [container], volumes: [{ name: 'tmp', emptyDir: {} }] } };
}

/** Ray hands the entry point to a shell. */
function quoted(argument: string): string {
  return /^[\w./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** How far the cluster is, and how far Ray's own job: Ray's word counts where it has one. */
export function statusOfRayJob(object: Observed | undefined): Status {
  return goneOr(object, (job) => {
    const { jobDeploymentStatus = '', jobStatus = '', reason, message } = (job.status ?? {}) as RayStatus;
    const said = { reason: reason ?? (jobStatus || jobDeploymentStatus), message };
    if (jobStatus === 'SUCCEEDED') return statusFrom('succeeded', said);
    if (jobStatus === 'FAILED' || jobStatus === 'STOPPED') return statusFrom('failed', said);
    switch (jobDeploymentStatus) {
      case 'Complete':
        return statusFrom('succeeded', said);
      case 'Failed':
      case 'ValidationFailed':
        return statusFrom('failed', said);
      case 'Suspending':
      case 'Suspended':
        return held(job, said);
      default:
        if ((job.spec as { suspend?: boolean } | undefined)?.suspend === true) return held(job);
        return { phase: jobStatus === 'RUNNING' ? 'running' : 'pending' };
    }
  });
}

type RayStatus = { jobDeploymentStatus?: string; jobStatus?: string; reason?: string; message?: string };
