import type { Profile } from '../../../src/cluster/profile/profile';

/** A profile that says all that one can say. */
export const EVERYTHING: Profile = {
  queue: 'team-a',
  priorityClass: 'batch',
  runtimeClass: 'nvidia',
  serviceAccount: 'notebooks',
  imagePullSecrets: ['registry'],
  nodeSelector: { zone: 'a' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'ml', effect: 'NoSchedule' }],
  volumes: [
    {
      name: 'a',
      mountPath: '/data/a',
      readOnly: true,
      persistentVolumeClaim: { claimName: 'a', readOnly: true },
    },
    { name: 'b', mountPath: '/data/b', subPath: 'x', csi: { driver: 'csi.example', readOnly: true } },
    {
      name: 'c',
      mountPath: '/data/c',
      ephemeral: {
        volumeClaimTemplate: {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      },
    },
  ],
  bundle: { pvc: 'files', path: 'team-a' },
  results: { pvc: 'results', path: 'team-a/runs' },
  env: { MODE: 'offline', TOKEN: { secretKeyRef: { name: 'hub', key: 'token' } } },
  deadlineSeconds: 3600,
  labels: { team: 'a' },
  annotations: { note: 'anything at all' },
};
