import type { Target } from '../profile/merge';
import type { SecretKey } from '../profile/profile';
import type { Container, EnvVar, Resources } from './kubernetes';

/** What makes a container fit a restricted namespace, and write nowhere but in its volumes. */
export const RESTRICTED: Container['securityContext'] = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/**
 * Requests equal to limits, so that the pod is Guaranteed; and whole processors, because thread pools take their size from
 * the limit and sums depend on it.
 */
export function resources(target: Target, gpu?: Target['gpu']): Resources {
  const amounts = {
    cpu: String(target.cpu),
    memory: target.memory,
    'ephemeral-storage': target.ephemeralStorage,
    ...(gpu === undefined || gpu.count === 0 ? {} : { [gpu.resource]: String(gpu.count) }),
  };
  return { requests: amounts, limits: amounts };
}

/** In the order of their names, so that a manifest made twice is the same. */
export function envVars(variables: { [name: string]: string | SecretKey }): EnvVar[] {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (typeof value === 'string' ? { name, value } : { name, valueFrom: value }));
}
