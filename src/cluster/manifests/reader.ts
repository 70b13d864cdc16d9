import type { ClusterRun } from '../state';
import { RESTRICTED } from './container';
import type { Manifest, PodSpec } from './kubernetes';
import { MANAGED_BY, PREFIX } from './request';

/** Not the run's own label: who follows the run does not take this pod for it. */
export const READER_LABEL = `${PREFIX}reader`;
export const READER = 'reader';
/** Whoever started it takes it away; this is for one who was killed meanwhile. */
const SECONDS = 3600;

/** A Job whose pod holds the volume with a run's results, for as long as they are read. */
export function readerJob(
  { name, namespace, image, settings }: Wanted,
  attempt: string,
): Manifest & { spec: object } {
  const { runAsUser, nodeSelector, tolerations, imagePullSecrets, results } = settings;
  const amounts = { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '64Mi' };
  // Each its own: one that is being deleted may still be there.
  const own = `${name}-reader-${attempt}`;
  const labels = { ...MANAGED_BY, [READER_LABEL]: own };
  const pod: PodSpec = {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(imagePullSecrets === undefined
      ? {}
      : { imagePullSecrets: imagePullSecrets.map((of) => ({ name: of })) }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser,
      runAsGroup: runAsUser,
      fsGroup: runAsUser,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: READER,
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', `trap 'exit 0' TERM; sleep ${SECONDS} & wait`],
        env: [],
        resources: { requests: amounts, limits: amounts },
        securityContext: RESTRICTED,
        volumeMounts: [{ name: 'sink', mountPath: '/sink', readOnly: true }],
      },
    ],
    volumes: [{ name: 'sink', persistentVolumeClaim: { claimName: results?.pvc, readOnly: true } }],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: own, namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: SECONDS,
      ttlSecondsAfterFinished: 0,
      template: { metadata: { labels }, spec: pod },
    },
  };
}

type Wanted = Pick<ClusterRun, 'name' | 'namespace' | 'image' | 'settings'>;
