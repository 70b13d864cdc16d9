/** Why a run ended without its results, for people. Pure: what the cluster says in, a sentence out. */
import { FETCH } from '../manifests/fetch';
import { imageWords, isImageReason } from './image';
import {
  conditionOf,
  type ContainerStatus,
  containersOf,
  type ObservedJob,
  type ObservedPod,
  plain,
} from './observed';

export type Ended = {
  job?: ObservedJob;
  pod?: ObservedPod;
  /** The name of the container that runs the notebook. */
  container: string;
  /** Memory and disk that the run had, as its manifest says them. */
  memory?: string;
  ephemeralStorage?: string;
};

export type FailureReason =
  | 'cell-error'
  | 'environment'
  | 'input'
  | 'kernel-died'
  | 'deadline'
  | 'cancelled'
  | 'out-of-memory'
  | 'out-of-disk'
  | 'drained'
  | 'preempted'
  | 'evicted'
  | 'killed'
  | 'image'
  | 'install'
  | 'fetch'
  | 'start'
  | 'gone'
  | 'unknown';

export type FailureWords = { reason: FailureReason; sentence: string };

/** Undefined where nothing says that the run failed. */
export function failureWords(ended: Ended): FailureWords | undefined {
  const { pod } = ended;
  const main = containersOf(pod).find(({ name }) => name === ended.container);
  return (
    takenAway(ended) ??
    ofImage(pod) ??
    ofFirstSteps(pod) ??
    (main?.state?.terminated === undefined ? undefined : ofExit(main, ended)) ??
    ofJob(ended)
  );
}

/** Of a run that was ended before its last cell, and whose results are here all the same; undefined where it was not. */
export function endedEarly(reason: string | undefined): FailureWords | undefined {
  if (reason === 'deadline') return DEADLINE;
  return reason === 'terminated' ? BY_EXIT[143] : undefined;
}

/** The cluster ended the pod, whatever it was doing. */
function takenAway({ pod, ephemeralStorage }: Ended): FailureWords | undefined {
  const { reason, message = '' } = pod?.status ?? {};
  if (reason === 'DeadlineExceeded') return DEADLINE;
  const disk = /ephemeral|emptydir/i.test(message);
  if (reason === 'Evicted' && disk) {
    const had = ephemeralStorage === undefined ? '' : `, and ${ephemeralStorage} were asked for`;
    const sentence = `The run filled its disk (${plain(message)}${had}). Ask for more: ephemeralStorage, in reprise.yaml.`;
    return { reason: 'out-of-disk', sentence };
  }
  if (reason === 'Evicted') {
    const sentence = `The node put the run out to save itself (${plain(message)}). Nothing of the notebook is wrong; send it again.`;
    return { reason: 'evicted', sentence };
  }
  const disruption = conditionOf(pod, 'DisruptionTarget');
  if (disruption?.status !== 'True') return undefined;
  if (disruption.reason === 'PreemptionByScheduler') {
    const sentence =
      'A run of higher priority took the place. A plain Job starts again by itself when there is room.';
    return { reason: 'preempted', sentence };
  }
  const sentence = `The node was taken out of service (${plain(disruption.message ?? disruption.reason ?? 'drained')}). A plain Job starts again by itself on another.`;
  return { reason: 'drained', sentence };
}

function ofImage(pod: ObservedPod | undefined): FailureWords | undefined {
  const waiting = containersOf(pod).find(({ state }) => isImageReason(state?.waiting?.reason));
  if (waiting === undefined) return undefined;
  const image = pod?.spec?.containers?.find(({ name }) => name === waiting.name)?.image ?? 'of the run';
  return { reason: 'image', sentence: imageWords(image, waiting.state?.waiting?.message ?? '') };
}

function ofFirstSteps(pod: ObservedPod | undefined): FailureWords | undefined {
  const failed = pod?.status?.initContainerStatuses?.find(
    ({ state }) => (state?.terminated?.exitCode ?? 0) !== 0,
  );
  if (failed?.state?.terminated === undefined) return undefined;
  const { message = '', exitCode } = failed.state.terminated;
  if (failed.name === FETCH) {
    const sentence =
      saidByRunner(message) ?? `The notebook's files could not be fetched from git (exit code ${exitCode}).`;
    return { reason: 'fetch', sentence };
  }
  const said = message === '' ? `exit code ${exitCode}` : plain(lastError(message));
  const sentence = `The locked packages could not be installed, so no cell ran: ${said}. Check install in reprise.yaml, or take an image that has them.`;
  return { reason: 'install', sentence };
}

/** pip and uv begin what went wrong with "ERROR:" and "error:", and explain it below. */
function lastError(log: string): string {
  const lines = log.split('\n');
  const at = lines.findLastIndex((line) => /^\s*error:/i.test(line));
  return lines.slice(at === -1 ? -3 : at).join(' ');
}

const DEADLINE: FailureWords = {
  reason: 'deadline',
  sentence:
    'The run took longer than its deadline and was ended. Give it more: deadlineSeconds, in reprise.yaml.',
};

const BY_EXIT: Readonly<Record<number, FailureWords>> = {
  20: {
    reason: 'cell-error',
    sentence: 'A cell raised an error, and the cells after it did not run. What ran is recorded.',
  },
  30: {
    reason: 'environment',
    sentence:
      'The packages in the image are not those of the lock, so no cell ran. Take an image that has them, or install them: environment: install, in reprise.yaml.',
  },
  40: {
    reason: 'input',
    sentence: 'What arrived in the pod is not what was sent, so no cell ran. Send it again.',
  },
  50: { reason: 'kernel-died', sentence: 'The kernel died. What was recorded before is kept.' },
  60: DEADLINE,
  143: {
    reason: 'cancelled',
    sentence: 'The run was told to stop (SIGTERM). What was recorded before is kept.',
  },
};

function ofExit({ state }: ContainerStatus, { memory }: Ended): FailureWords | undefined {
  const { exitCode, reason, message = '' } = state?.terminated ?? { exitCode: 0 };
  // A process beside the kernel may have been out of memory, and the run have ended well.
  if (exitCode === 0) return undefined;
  if (reason === 'OOMKilled') {
    const who = exitCode === 137 ? 'The run' : 'The kernel';
    const had = memory === undefined ? '' : ` (it had ${memory})`;
    return {
      reason: 'out-of-memory',
      sentence: `${who} ran out of memory${had}. Ask for more: memory, in reprise.yaml.`,
    };
  }
  const known = BY_EXIT[exitCode];
  const said = saidByRunner(message);
  if (known !== undefined)
    return { ...known, sentence: `${known.sentence}${said === undefined ? '' : ` It said: ${said}`}` };
  if (reason === 'StartError' || reason === 'ContainerCannotRun')
    return { reason: 'start', sentence: startWords(message) };
  if (exitCode > 128) {
    const sentence = `The run was killed by signal ${exitCode - 128}${exitCode === 137 ? ' (SIGKILL)' : ''}: somebody or something on the node ended it. Send it again.`;
    return { reason: 'killed', sentence };
  }
  return {
    reason: 'unknown',
    sentence: `The run ended with exit code ${exitCode}${message === '' ? '' : `: ${plain(message)}`}.`,
  };
}

function startWords(message: string): string {
  const absent = /exec: "([^"]+)": (?:executable file not found|stat [^:]+: no such file)/.exec(message);
  return absent
    ? `The image has no ${plain(absent[1] as string)}, so nothing ran. Name its Python in reprise.yaml (python), or take another image.`
    : `The container could not start: ${plain(message)}`;
}

/** The runner's own sentence, where the termination message has one; it comes out of the pod, so as plain text. */
function saidByRunner(message: string): string | undefined {
  try {
    const end = JSON.parse(message) as { schema?: unknown; message?: unknown } | null;
    return end?.schema === 'reprise/end/1' && typeof end.message === 'string'
      ? plain(end.message)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Without a pod, or with one that says nothing: what the Job says. */
function ofJob({ job, pod }: Ended): FailureWords | undefined {
  const failed = conditionOf(job, 'Failed');
  if (failed?.status === 'True') {
    if (failed.reason === 'DeadlineExceeded') {
      const sentence = `${DEADLINE.sentence} The time that it waited for a node counts, too: pendingSeconds.`;
      return { reason: 'deadline', sentence };
    }
    return {
      reason: 'unknown',
      sentence: `The job failed: ${plain(failed.message ?? failed.reason ?? 'without a reason')}.`,
    };
  }
  if (job !== undefined || pod !== undefined) return undefined;
  const sentence =
    'The job is no longer in the cluster: somebody deleted it, or its time there was over (ttlSeconds).';
  return { reason: 'gone', sentence };
}
