/** Results that were kept on a volume, read by a short pod of their own: the run's is gone. */
import type { V1Pod } from '@kubernetes/client-node';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../notebook/failure';
import type { Api } from '../api';
import { exec } from '../exec';
import { type EndMessage, readEndMessage } from '../follow/end';
import { READER, READER_LABEL, readerJob } from '../manifests/reader';
import type { Pod } from '../pods';
import type { ClusterRun } from '../state';
import { again, create, remove } from '../submit';
import { pendingWords } from '../words/pending';
import { readSmall, type Source } from './fetch';

const READER_MS = 180_000;
const LOOK_MS = 500;
const END_BYTES = 4096;

/** What a pod of the run left there: where, and how it said that it ended. */
export type Kept = { folder: string; end: EndMessage & { manifest: string; size: number } };

/**
 * @param uid of the pod whose results are wanted; undefined for those that were kept last
 * @param use is given where they are; undefined where there are none
 * @throws Failure `results-lost` where the reader does not start; ApiError; what `use` throws
 */
export async function fromClaim<T>(
  api: Api,
  state: ClusterRun,
  { uid, signal }: { uid?: string; signal?: AbortSignal },
  use: (source: Source, kept: Kept | undefined) => Promise<T>,
): Promise<T> {
  const job = readerJob(state, randomBytes(2).toString('hex'));
  const { name } = job.metadata;
  await create(api, 'batch/v1/jobs', job, signal);
  try {
    const pod = { pod: await readerPod(api, state.run, name, signal), container: READER };
    return await use({ api, pod, signal }, await keptBy(api, pod, state, uid, signal));
  } finally {
    await remove(api, { path: 'batch/v1/jobs', name, inputs: [] });
  }
}

async function readerPod(api: Api, run: string, name: string, signal?: AbortSignal): Promise<string> {
  const query = { labelSelector: `${READER_LABEL}=${name}` };
  let words: string[] = [];
  for (const end = Date.now() + READER_MS; Date.now() < end;) {
    const { body } = await again(() => api.ask<{ items: V1Pod[] }>(api.path('v1/pods'), { query, signal }));
    const pod = body.items.find(({ metadata }) => metadata?.deletionTimestamp === undefined);
    if (pod?.status?.containerStatuses?.[0]?.state?.running) return pod.metadata!.name!;
    words = pendingWords({ pod });
    await sleep(LOOK_MS, undefined, { signal });
  }
  throw new Failure(
    'infrastructure',
    'results-lost',
    `The results are kept on the volume, and the pod that is to read them does not start. ${words.join(' ')} Try again: reprise attach ${run}.`,
  );
}

/** A name of a folder there may be anybody's; a uid is not. */
const UID = /^[0-9a-f-]{1,64}$/;

async function keptBy(
  api: Api,
  pod: Pod,
  { run, settings }: ClusterRun,
  uid: string | undefined,
  signal?: AbortSignal,
): Promise<Kept | undefined> {
  const place = ['/sink', ...(settings.results?.path ? [settings.results.path] : []), run].join('/');
  const wanted = uid ?? (await newest(api, pod, place, signal));
  if (wanted === undefined || !UID.test(wanted)) return undefined;
  const folder = `${place}/${wanted}`;
  const said = (await readSmall(api, pod, `${folder}/end.json`, END_BYTES, signal)).toString('utf8');
  const end = readEndMessage(said);
  if (end?.run !== run || !end.manifest || end.size === undefined) return undefined;
  return { folder, end: { ...end, manifest: end.manifest, size: end.size } };
}

/** Of several pods of one run, the one that ended last. */
async function newest(api: Api, pod: Pod, place: string, signal?: AbortSignal): Promise<string | undefined> {
  const script = 'cd "$1" 2>/dev/null && ls -t -- */end.json 2>/dev/null | head -n 1';
  let said = '';
  await exec(api, { ...pod, command: ['sh', '-c', script, 'sh', place], signal }, (chunk) => {
    said = (said + chunk.toString('utf8')).slice(0, 1000);
  });
  return /^([^/\n]+)\/end\.json\n/.exec(said)?.[1];
}
