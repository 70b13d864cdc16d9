/** Plain Jobs of Python that the Pod Security Standard `restricted` lets run, and what becomes of them. */
import { type V1Job, type V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { type Connection, image as usualImage } from './cluster';

const LABEL = 'reprise.dev/run';
const WAIT_MS = 60_000;

export const selectorOf = (name: string) => `${LABEL}=${name}`;

export interface PythonJob {
  name: string;
  /** What Python runs. */
  code: string;
  image?: string;
  gpus?: number;
}

export function pythonJob({ name, code, image = usualImage, gpus = 0 }: PythonJob): V1Job {
  const labels = { [LABEL]: name };
  const resources = {
    cpu: '250m',
    memory: '256Mi',
    ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 1,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'replay',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['python3', '-I', '-c', code],
              resources: { requests: resources, limits: resources },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  };
}

/** Waits for a pod of the Job of which `test` holds. */
export async function podOf(
  { core }: Connection,
  namespace: string,
  name: string,
  test: (pod: V1Pod) => boolean,
): Promise<V1Pod> {
  let found: V1Pod | undefined;
  const look = async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: selectorOf(name) });
    found = items.find(test);
    return found ? 'found' : items.map(({ status }) => status?.phase);
  };
  await expect.poll(look, { timeout: WAIT_MS, interval: 100, message: `pod of ${name}` }).toBe('found');
  return found!;
}

export const isRunning = (pod: V1Pod) => pod.status?.containerStatuses?.[0]?.state?.running !== undefined;

/** @returns what the Job printed, when it is complete. @throws when it failed, with what it printed. */
export async function outputOf(connection: Connection, namespace: string, name: string): Promise<string> {
  const ended = ({ status }: V1Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const pod = await podOf(connection, namespace, name, ended);
  const log = await connection.core.readNamespacedPodLog({ namespace, name: pod.metadata?.name ?? '' });
  if (pod.status?.phase === 'Failed') throw new Error(`${name} failed:\n${log}`);
  const isComplete = async () => {
    const { status } = await connection.batch.readNamespacedJob({ namespace, name });
    return status?.conditions?.some((each) => each.type === 'Complete' && each.status === 'True');
  };
  await expect.poll(isComplete, { timeout: WAIT_MS, message: `${name} completes` }).toBe(true);
  return log;
}
