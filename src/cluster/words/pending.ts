/** Why a run has not started yet, for people. Pure: what the cluster says in, sentences out. */
import { FETCH } from '../manifests/fetch';
import { QUEUE_LABEL } from '../manifests/request';
import { imageWords, isImageReason } from './image';
import {
  conditionOf,
  containersOf,
  type ObservedEvent,
  type ObservedJob,
  type ObservedPod,
  type ObservedQueue,
  plain,
} from './observed';
import { refusedWords } from './refused';
import { schedulingWords } from './scheduling';

export type Waiting = {
  job?: ObservedJob;
  pod?: ObservedPod;
  /** Oldest first. */
  events?: ObservedEvent[];
  queue?: ObservedQueue;
};

/** The sentences that say what a run waits for, the one that holds it up first; none where nothing is known to. */
export function pendingWords({ job, pod, events = [], queue }: Waiting): string[] {
  if (pod === undefined) return [...queueWords(job, queue), ...refusals(events)];
  const words = [...placement(pod), ...containers(pod), ...mounts(events)];
  return words.length > 0 ? words : progress(pod, events);
}

function queueWords(job: ObservedJob | undefined, observed: ObservedQueue | undefined): string[] {
  const queue = job?.metadata?.labels?.[QUEUE_LABEL];
  if (queue === undefined) {
    return job?.spec?.suspend === true
      ? ['The job is suspended: nothing of it runs until it is resumed, and what it had is gone.']
      : [];
  }
  // It was not asked yet.
  if (observed === undefined) return [];
  const { workload, unseen } = observed;
  if (unseen === 'forbidden') {
    return [
      `The run is in the queue ${plain(queue)}. At which place, and what it waits for, you may not see: that takes the right to list workloads (kueue.x-k8s.io), which deploy/components/kueue grants.`,
    ];
  }
  if (workload === undefined) {
    if (job?.spec?.suspend !== true) return [];
    const why = unseen === 'not-served' ? 'This cluster has no Kueue.' : 'Is Kueue running in this cluster?';
    return [`The queue ${plain(queue)} has not taken the run up. ${why}`];
  }
  const evicted = conditionOf(workload, 'Evicted');
  const reserved = conditionOf(workload, 'QuotaReserved');
  const admitted = conditionOf(workload, 'Admitted');
  if (admitted?.status === 'True') return [];
  const before =
    evicted?.status === 'True'
      ? [
          `The queue took the run back: ${plain(evicted.message || 'it does not say why').replace(/\.$/, '')}.`,
        ]
      : [];
  if (workload.spec?.active === false)
    return [
      ...before,
      `The queue ${plain(queue)} has put the run aside (its workload is not active): it waits for somebody to activate it.`,
    ];
  if (reserved?.status === 'True')
    return [
      ...before,
      `The queue ${plain(queue)} has room for the run, and waits for its checks: ${plain(admitted?.message ?? 'none has answered')}.`,
    ];
  const counted = observed.isCounted
    ? ['Its place is counted among the runs of this namespace; those of others may come before it.']
    : [];
  return [...before, `${placeWords(queue, observed)}${reasonWords(queue, reserved?.message)}`, ...counted];
}

function placeWords(queue: string, { position, waiting }: ObservedQueue): string {
  const name = `the queue ${plain(queue)}`;
  if (position === undefined) return `The run waits in ${name}`;
  // Kueue counts now and then, and may not have counted this one.
  const of = waiting !== undefined && waiting > position ? ` of ${waiting}` : '';
  return position === 0 ? `The run is next in ${name}` : `The run is number ${position + 1}${of} in ${name}`;
}

function reasonWords(queue: string, message: string | undefined): string {
  if (message === undefined || message === '') return '.';
  if (/LocalQueue .*(doesn't exist|not found)/.test(message))
    return `, which is not there: make it in this namespace, or name another with --queue (${plain(queue)} was asked for).`;
  const short = /insufficient unused quota for (\S+) in flavor (\S+?), (\S+) more needed/.exec(message);
  if (short) return `: ${short[3]} more ${short[1]} must become free in ${short[2]}.`;
  if (/maximum capacity|ExceedsMaxQuota|insufficient quota/.test(message))
    return `, and asks for more than it ever has: ask for less, or another queue (${plain(message)}).`;
  return `: ${plain(message)}.`;
}

function refusals(events: ObservedEvent[]): string[] {
  const last = events.findLast(({ reason }) => reason === 'FailedCreate');
  return last?.message === undefined ? [] : [refusedWords(last.message)];
}

function placement(pod: ObservedPod): string[] {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False') return [];
  if (scheduled.reason === 'SchedulingGated')
    return [`The cluster holds the pod back (${plain(scheduled.message ?? 'a scheduling gate')}).`];
  return [schedulingWords(scheduled.message ?? '')];
}

function containers(pod: ObservedPod): string[] {
  return containersOf(pod).flatMap(({ name, state }) => {
    const waiting = state?.waiting;
    if (waiting === undefined) return [];
    const { reason, message = '' } = waiting;
    const image = pod.spec?.containers?.find((container) => container.name === name)?.image ?? 'of the run';
    if (isImageReason(reason)) return [imageWords(image, message)];
    if (reason === 'CreateContainerConfigError') return [configWords(message)];
    if (reason === 'CreateContainerError' || reason === 'RunContainerError')
      return [`The node cannot start the container: ${plain(message)}`];
    return [];
  });
}

function configWords(message: string): string {
  const absent = /(secret|configmap) "([^"]+)" not found/.exec(message);
  if (absent)
    return `The ${kindOf(absent[1])} ${absent[2]} is not in this namespace: make it, or change what names it in reprise.yaml.`;
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/.exec(message);
  if (key)
    return `The ${key[2]} ${plain(key[3] as string)} has no key ${plain(key[1] as string)}: add it, or change env in reprise.yaml.`;
  if (/runAsNonRoot/.test(message))
    return 'The image runs as root, and Reprise runs nothing as root: set runAsUser in reprise.yaml.';
  return `The container cannot be made: ${plain(message)}`;
}

function mounts(events: ObservedEvent[]): string[] {
  const last = events.findLast(({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume');
  if (last?.message === undefined) return [];
  const absent = /(secret|configmap) "([^"]+)" not found/.exec(last.message);
  return absent
    ? [`A volume waits for the ${kindOf(absent[1])} ${absent[2]}, which is not there.`]
    : [`A volume cannot be mounted: ${plain(last.message)}`];
}

function kindOf(name: string | undefined): string {
  return name === 'secret' ? 'Secret' : 'ConfigMap';
}

/** Nothing is wrong; what the node is doing. */
function progress(pod: ObservedPod, events: ObservedEvent[]): string[] {
  const running = containersOf(pod).find(({ state }) => state?.running !== undefined);
  const node = pod.spec?.nodeName;
  if (running?.name === FETCH) return [`${node ?? 'The node'} is fetching the notebook's files from git.`];
  if (running?.name === 'environment' || running?.name === 'install')
    return [`The locked packages are being installed on ${node ?? 'the node'}.`];
  if (running !== undefined || node === undefined) return [];
  const last = events.findLast(({ reason }) =>
    ['Scheduled', 'Pulling', 'Pulled', 'Created'].includes(reason ?? ''),
  );
  return [
    last?.reason === 'Pulling' ? `${node} is pulling the image.` : `${node} has the run, and is starting it.`,
  ];
}
