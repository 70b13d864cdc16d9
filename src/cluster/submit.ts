/** Puts a run into the cluster: its inputs first, then what runs it, then the tie that takes the first away with the second. */
import type { Api } from './api';
import { ApiError } from './errors';
import type { ConfigMap, Secret } from './manifests/kubernetes';
import type { ClusterRun } from './state';

export type Manifest = { apiVersion: string; kind: string; metadata: { name: string; uid?: string } };

export type Submission = {
  /** Path of its collection, as `batch/v1/jobs`. */
  path: string;
  owner: Manifest;
  inputs: readonly (ConfigMap | Secret)[];
};

/** Objects that are there already are those of an earlier try: a run's names are its own, and its inputs do not change. */
export async function submit(
  api: Api,
  { path, owner, inputs }: Submission,
  signal?: AbortSignal,
): Promise<void> {
  for (const object of inputs) await create(api, collectionOf(object), object, signal);
  const made =
    (await create(api, path, owner, signal)) ??
    (await api.find<Manifest>(api.path(`${path}/${owner.metadata.name}`), { signal }));
  const uid = made?.metadata.uid;
  if (uid === undefined) return;
  const { apiVersion, kind } = owner;
  const ownerReferences = [{ apiVersion, kind, name: owner.metadata.name, uid }];
  for (const object of inputs) {
    const body = { metadata: { ownerReferences } };
    const at = `${collectionOf(object)}/${object.metadata.name}`;
    await again(() => api.ask(api.path(at), { method: 'PATCH', body, signal }));
  }
}

function collectionOf({ kind }: ConfigMap | Secret): string {
  return kind === 'Secret' ? 'v1/secrets' : 'v1/configmaps';
}

/** What the server would say of it: schema, admission, and warnings of what no pod would be let in with. */
export async function dryRun(
  api: Api,
  path: string,
  object: object,
  signal?: AbortSignal,
): Promise<string[]> {
  const query = { dryRun: 'All', fieldValidation: 'Strict' };
  return (await api.ask(api.path(path), { method: 'POST', query, body: object, signal })).warnings;
}

/** Takes away all of a run that is there; what is not is no error. */
export async function remove(
  api: Api,
  { path, name, inputs, secrets = [] }: { path: string } & Pick<ClusterRun, 'name' | 'inputs' | 'secrets'>,
): Promise<void> {
  // Without it a Job leaves its pods behind: the API's own default.
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
  const gone = (of: string) => again(() => api.find(api.path(of), { method: 'DELETE', body }));
  await gone(`${path}/${name}`);
  for (const input of inputs) await gone(`v1/configmaps/${input}`);
  for (const secret of secrets) await gone(`v1/secrets/${secret}`);
}

export async function create(
  api: Api,
  path: string,
  body: object,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  try {
    return (await again(() => api.ask<Manifest>(api.path(path), { method: 'POST', body, signal }))).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists')
      return undefined;
    throw error;
  }
}

const TRIES = 5;

/** A server that starts again, or is asked too much, answers in a moment. */
export async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isPassing || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** tries));
    }
  }
}
