/** What a run becomes in the cluster: the object, its place in the API, and how its status is read. */
import type { JobRequest } from './manifests/request';
import { CONTAINER } from './manifests/request';
import { job } from './manifests/job';
import type { Flavour } from './profile/profile';
import type { Owner } from './follow/watched';
import type { Manifest } from './submit';

export type FlavourOf = {
  /** Group of the API, and path of the collection. */
  group: string;
  path: string;
  container: string;
  manifest: (request: JobRequest) => Manifest;
  /** The patch that ends its pods and keeps it. */
  suspend: object;
  /** Why the object has come to its end; undefined while it has not. */
  endOf: (owner: Owner) => string | undefined;
};

const JOB: FlavourOf = {
  group: 'batch',
  path: 'batch/v1/jobs',
  container: CONTAINER,
  manifest: job,
  endOf: endOfJob,
  suspend: { spec: { suspend: true } },
};

export const FLAVOURS: { [flavour in Flavour]: FlavourOf } = {
  job: JOB,
  jobset: JOB,
  trainjob: JOB,
  pytorchjob: JOB,
  tfjob: JOB,
  rayjob: JOB,
};

type Condition = { type?: string; status?: string; reason?: string; message?: string };

function endOfJob({ status }: Owner): string | undefined {
  const conditions = (status?.['conditions'] ?? []) as Condition[];
  const ended = conditions.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return (
    ended &&
    `${ended.type}${ended.reason ? ` (${ended.reason})` : ''}${ended.message ? `: ${ended.message}` : ''}`
  );
}
