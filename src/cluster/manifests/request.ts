import type { Target } from '../profile/merge';
import type { SecretKey } from '../profile/profile';
import type { Metadata, Strings } from './kubernetes';

/** Everything that the manifests of one attempt to run are made from. */
export type JobRequest = {
  /** The run id. */
  run: string;
  purpose: 'run' | 'verify' | 'replay';
  /** 1 for the first try; a retried submit gets its own names. */
  attempt: number;
  /** sha256 of the record that is replayed. */
  record?: string;
  /** sha256 of what identifies the notebook: labels are read by everyone in the namespace, so never its path. */
  notebook: string;
  /** By digest. */
  image: string;
  target: Target;
  /** Policy variables, TZ and locale among them; they win over the profile's. */
  variables: Strings;
  /** The ConfigMaps with agent, `pod.json` and bundle, as `inputs` made them: all of them are seen at `/in`. */
  inputs: readonly string[];
  /** A variable that holds the address that the notebook's files are fetched from. */
  bundleUrl?: { variable: string } & SecretKey;
  /** A claim that the notebook's files are found on, and kept. */
  bundleClaim?: string;
  /** The notebook's files are fetched from git before the run, with what is in the Secret. */
  bundleGit?: { secret?: string };
  /** A variable that holds the address that results are sent to. */
  resultsUrl?: { variable: string } & SecretKey;
  /** How many bytes come to the pod once it runs. */
  suppliedBytes?: number;
  /** The ConfigMap with `requirements.txt`, where the environment is installed. */
  lock?: string;
  /** GPU driver of the recorded run: a node with the same one is preferred. */
  driver?: string;
};

export const PREFIX = 'reprise.dev/';
export const RUN_LABEL = `${PREFIX}run`;
export const RECORD_LABEL = `${PREFIX}record`;
export const NOTEBOOK_LABEL = `${PREFIX}notebook`;
export const PURPOSE_LABEL = `${PREFIX}purpose`;
export const ATTEMPT_LABEL = `${PREFIX}attempt`;
/** Annotation of what somebody ended. */
export const CANCELLED = `${PREFIX}cancelled`;
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'reprise' } as const;
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

/** The container that runs the notebook; two operators want a name of their own. */
export const CONTAINER = 'replay';

/** The name of everything that one attempt makes begins with this. */
export function nameOf({ run, attempt }: Pick<JobRequest, 'run' | 'attempt'>): string {
  return attempt === 1 ? `reprise-${run}` : `reprise-${run}-${attempt}`;
}

/** What is known of a request before its inputs are made. */
export type JobIdentity = Omit<JobRequest, 'inputs' | 'lock'>;

/** By these a run is found again, from any machine. */
export function labelsOf(request: JobIdentity): Strings {
  return {
    ...request.target.labels,
    ...MANAGED_BY,
    [RUN_LABEL]: request.run,
    [PURPOSE_LABEL]: request.purpose,
    [ATTEMPT_LABEL]: String(request.attempt),
    [NOTEBOOK_LABEL]: labelDigest(request.notebook),
    ...(request.record === undefined ? {} : { [RECORD_LABEL]: labelDigest(request.record) }),
  };
}

/** A label holds 63 characters, one fewer than a sha256. */
export function labelDigest(sha256: string): string {
  return sha256.slice(0, 63);
}

/** Metadata of the object that runs; the queue label is all that Kueue needs. */
export function metadataOf(request: JobRequest): Metadata {
  const { namespace, queue, annotations } = request.target;
  return {
    name: nameOf(request),
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...labelsOf(request), ...(queue === undefined ? {} : { [QUEUE_LABEL]: queue }) },
    ...(annotations === undefined ? {} : { annotations }),
  };
}
