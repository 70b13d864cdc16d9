import { mergeTarget } from '../../../src/cluster/profile/merge';
import type { Profile } from '../../../src/cluster/profile/profile';
import type { PodTemplate } from '../../../src/cluster/manifests/kubernetes';
import type { JobRequest } from '../../../src/cluster/manifests/request';

export const IMAGE = `registry.example/team/notebook@sha256:${'a'.repeat(64)}`;

/** A replay on one H100, as the submit code asks for it. */
export function replayRequest(profile: Profile = {}, more: Partial<JobRequest> = {}): JobRequest {
  const gpu = { count: 1, product: 'NVIDIA-H100-80GB-HBM3' };
  return {
    run: '20261126-101500-k3v9qa',
    purpose: 'replay',
    attempt: 1,
    record: 'b'.repeat(64),
    notebook: 'c'.repeat(64),
    image: IMAGE,
    target: mergeTarget({ namespace: 'notebooks', gpu, cpu: 4, memory: '16Gi', ...profile }),
    variables: { PYTHONHASHSEED: '7', OMP_NUM_THREADS: '4', TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    inputs: ['reprise-20261126-101500-k3v9qa-agent', 'reprise-20261126-101500-k3v9qa-bundle'],
    ...more,
  };
}

/** Every pod template in a manifest. */
export function templatesIn(value: unknown): PodTemplate[] {
  if (value === null || typeof value !== 'object') return [];
  const own = 'spec' in value && hasContainers(value.spec) ? [value as PodTemplate] : [];
  return [...own, ...Object.values(value).flatMap(templatesIn)];
}

function hasContainers(spec: unknown): boolean {
  return spec !== null && typeof spec === 'object' && 'containers' in spec;
}
