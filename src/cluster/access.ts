/** The rights that a run on a cluster needs, which deploy/ grants as a Role. */
import type { Api } from './api';

export type Right = { group: string; resource: string; verb: string };

const of = (group: string, resource: string, ...verbs: string[]): Right[] =>
  verbs.map((verb) => ({ group, resource, verb }));

/** @param secrets where an address is kept in one */
export function rightsFor(owner: { group: string; resource: string }, secrets = false): Right[] {
  return [
    ...of(owner.group, owner.resource, 'create', 'get', 'list', 'delete', 'patch'),
    ...of('', 'configmaps', 'create', 'delete', 'patch'),
    ...(secrets ? of('', 'secrets', 'create', 'delete', 'patch') : []),
    ...of('', 'pods', 'list', 'watch'),
    ...of('', 'pods/log', 'get'),
    // The one before 1.35 and where it is opened by GET, the other since.
    ...of('', 'pods/exec', 'get', 'create'),
    ...of('', 'events', 'list', 'watch'),
  ];
}

/** Besides, for `cancel` of a run in a queue of Kueue's, which starts again what is only suspended. */
export const QUEUE_RIGHTS = of('kueue.x-k8s.io', 'workloads', 'list', 'patch');

type Review = { status?: { allowed?: boolean } };

/** Asks for each; everybody may ask. @returns those that are lacking */
export async function lacking(api: Api, rights: readonly Right[], signal?: AbortSignal): Promise<Right[]> {
  const allowed = await Promise.all(rights.map((right) => isAllowed(api, right, signal)));
  return rights.filter((_, i) => !allowed[i]);
}

async function isAllowed(api: Api, { group, resource, verb }: Right, signal?: AbortSignal): Promise<boolean> {
  const [name, subresource] = resource.split('/');
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        namespace: api.namespace,
        verb,
        group,
        resource: name,
        ...(subresource ? { subresource } : {}),
      },
    },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const { status } = (await api.ask<Review>(path, { method: 'POST', body, signal })).body;
  return status?.allowed === true;
}

/** "create pods/exec, get pods/exec": as a Role writes them. */
export function rightWords(rights: readonly Right[]): string {
  return rights
    .map(({ group, resource, verb }) => `${verb} ${resource}${group ? ` (${group})` : ''}`)
    .join(', ');
}
