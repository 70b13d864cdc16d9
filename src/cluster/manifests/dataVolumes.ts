import type { Profile } from '../profile/profile';
import type { Volume, VolumeMount } from './kubernetes';

/** The profile's volumes as a pod lists them; their names are kept apart from ours. */
export function dataVolumes({ volumes = [] }: Pick<Profile, 'volumes'>): {
  volumes: Volume[];
  mounts: VolumeMount[];
} {
  return {
    volumes: volumes.map(({ name, mountPath: _path, subPath: _sub, readOnly: _only, ...source }) => ({
      name: `data-${name}`,
      ...source,
    })),
    mounts: volumes.map(({ name, mountPath, subPath, readOnly }) => ({
      name: `data-${name}`,
      mountPath,
      ...(subPath === undefined ? {} : { subPath }),
      ...(readOnly === undefined ? {} : { readOnly }),
    })),
  };
}
