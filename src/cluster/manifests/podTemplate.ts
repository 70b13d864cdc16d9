import type { Gpu } from '../profile/profile';
import { envVars, resources, RESTRICTED } from './container';
import { dataVolumes } from './dataVolumes';
import { fetchSteps } from './fetch';
import { installSteps, type InstallSteps } from './install';
import type { Container, EnvVar, PodSpec, PodTemplate, Strings, Volume, VolumeMount } from './kubernetes';
import { CONTAINER, type JobRequest, labelsOf } from './request';

/** From the kubelet's start of the pod to the runner's: image pull and, where there is one, the installation. */
const START_SECONDS = 900;
/** What the runner may need beyond its own deadline to close the record and say how it ended. */
const CLOSE_SECONDS = 120;
/** For what comes to the pod once it runs: at 1.2 Mbit/s, but never less than an hour. */
const SUPPLY_SECONDS = 3600;
const SUPPLY_BYTES_PER_SECOND = 150_000;

/** The pod of every flavour: one container that runs the notebook, as the restricted Pod Security Standard asks. */
export function podTemplate(request: JobRequest, container: string = CONTAINER): PodTemplate {
  const { target } = request;
  const install = installSteps(request);
  const initContainers = [...fetchSteps(request).containers, ...(install?.containers ?? [])];
  return {
    metadata: {
      labels: labelsOf(request),
      ...(target.annotations === undefined ? {} : { annotations: target.annotations }),
    },
    spec: {
      restartPolicy: 'Never',
      ...podDeadline(request),
      terminationGracePeriodSeconds: 30,
      // Notebooks are other people's code: no API token, no list of services.
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...access(request),
      ...placement(request),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: target.runAsUser,
        runAsGroup: target.runAsUser,
        fsGroup: target.runAsUser,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(initContainers.length === 0 ? {} : { initContainers }),
      containers: [runnerContainer(request, container, install)],
      volumes: volumes(request, install),
    },
  };
}

function runnerContainer(request: JobRequest, name: string, install: InstallSteps | undefined): Container {
  return {
    name,
    image: request.image,
    imagePullPolicy: 'IfNotPresent',
    command: runnerCommand(request, install),
    env: environment(request),
    resources: resources(request.target, request.target.gpu),
    securityContext: RESTRICTED,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: mounts(request, install),
  };
}

/** @returns the program and its arguments; no shell reads it. */
export function runnerCommand(request: JobRequest, install = installSteps(request)): string[] {
  return [install?.python ?? request.target.python, '-I', '/in/agent.pyz', 'pod', '/in', '/work'];
}

/** The profile's variables under the policy's, and over both what says where the run is. */
function environment({ target, variables, bundleUrl, resultsUrl }: JobRequest): EnvVar[] {
  const addresses = [bundleUrl, resultsUrl].flatMap((url) =>
    url === undefined ? [] : [[url.variable, { secretKeyRef: url.secretKeyRef }] as const],
  );
  return [
    ...envVars({ ...target.env, ...variables, ...Object.fromEntries(addresses), HOME: '/work/home' }),
    fromPod('REPRISE_POD', 'metadata.name'),
    fromPod('REPRISE_POD_UID', 'metadata.uid'),
    fromPod('REPRISE_NODE', 'spec.nodeName'),
  ];
}

function fromPod(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

function mounts({ target, bundleClaim }: JobRequest, install: InstallSteps | undefined): VolumeMount[] {
  return [
    { name: 'in', mountPath: '/in', readOnly: true },
    { name: 'work', mountPath: '/work' },
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'shm', mountPath: '/dev/shm' },
    ...(bundleClaim === undefined ? [] : [{ name: 'bundle', mountPath: '/bundle' }]),
    ...(target.results === undefined ? [] : [{ name: 'sink', mountPath: '/sink' }]),
    ...(install?.mounts ?? []),
    ...dataVolumes(target).mounts,
  ];
}

function volumes(request: JobRequest, install: InstallSteps | undefined): Volume[] {
  const { inputs, target, bundleClaim } = request;
  return [
    { name: 'in', projected: { sources: inputs.map((name) => ({ configMap: { name } })) } },
    { name: 'work', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
    // PyTorch's data loaders hand tensors over in shared memory, and a container has 64 MiB of it by default.
    { name: 'shm', emptyDir: { medium: 'Memory' } },
    ...claimed('bundle', bundleClaim),
    ...claimed('sink', target.results?.pvc),
    ...fetchSteps(request).volumes,
    ...(install?.volumes ?? []),
    ...dataVolumes(target).volumes,
  ];
}

function claimed(name: string, claimName: string | undefined): Volume[] {
  return claimName === undefined ? [] : [{ name, persistentVolumeClaim: { claimName } }];
}

function access({ target }: JobRequest): Partial<PodSpec> {
  const { serviceAccount, imagePullSecrets, priorityClass, runtimeClass } = target;
  return {
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    ...(imagePullSecrets === undefined
      ? {}
      : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
    ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
  };
}

/** A node with the same GPU, whole; the same driver where there is a choice. */
function placement({ target, driver }: JobRequest): Partial<PodSpec> {
  const { gpu } = target;
  const nodeSelector = { ...target.nodeSelector, ...(gpu.count > 0 ? gpuSelector(gpu) : {}) };
  const tolerations = [
    ...(target.tolerations ?? []),
    ...(gpu.count > 0 ? [{ key: gpu.resource, operator: 'Exists', effect: 'NoSchedule' } as const] : []),
  ];
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    ...(gpu.count === 0 || driver === undefined ? {} : { affinity: preferDriver(driver) }),
  };
}

/** Labels of NVIDIA's GPU feature discovery; nodes without a product label need not have them. */
function gpuSelector({ product, resource }: Gpu): Strings {
  if (product === undefined) return {};
  const selector: Strings = { 'nvidia.com/gpu.product': product };
  if (resource === 'nvidia.com/gpu') selector['nvidia.com/gpu.sharing-strategy'] = 'none';
  return selector;
}

function preferDriver(driver: string): PodSpec['affinity'] {
  const sameDriver = { key: 'nvidia.com/cuda.driver-version.full', operator: 'In', values: [driver] };
  return {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, preference: { matchExpressions: [sameDriver] } },
      ],
    },
  };
}

/**
 * A limit for the whole pod, later than the runner's own: unlike a Job's it begins when the pod is placed, and an ended pod
 * keeps its log and its termination message.
 */
function podDeadline(request: JobRequest): Partial<PodSpec> {
  const seconds = podSeconds(request);
  return seconds === undefined ? {} : { activeDeadlineSeconds: seconds };
}

/** How long a pod can take from its placement to its end; undefined where the run has no deadline. */
export function podSeconds({ target, suppliedBytes }: JobRequest): number | undefined {
  if (target.deadlineSeconds === undefined) return undefined;
  const supply =
    suppliedBytes === undefined
      ? 0
      : Math.max(SUPPLY_SECONDS, Math.ceil(suppliedBytes / SUPPLY_BYTES_PER_SECOND));
  return START_SECONDS + supply + target.deadlineSeconds + CLOSE_SECONDS + target.holdSeconds;
}
