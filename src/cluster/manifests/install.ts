import { envVars, resources, RESTRICTED } from './container';
import type { Container, Volume, VolumeMount } from './kubernetes';
import type { JobRequest } from './request';

/** What a pod needs to have the lock's packages before the runner starts. */
export type InstallSteps = {
  containers: Container[];
  volumes: Volume[];
  /** Of the container that runs the notebook. */
  mounts: VolumeMount[];
  /** The interpreter of the environment. */
  python: string;
};

const FOLDER = '/env';
const LOCK = '/lock/requirements.txt';

/**
 * Two init containers: a virtual environment of the image's Python, then the lock's wheels in it, each checked by its hash
 * and none built from source. Undefined where the image brings the environment.
 */
export function installSteps(request: JobRequest): InstallSteps | undefined {
  const { python, install } = request.target;
  if (request.lock === undefined) return undefined;
  const cache = install?.cacheClaim;
  return {
    containers: [
      step(request, 'environment', [python, '-m', 'venv', '--without-pip', FOLDER]),
      step(request, 'install', installCommand(request)),
    ],
    volumes: [
      { name: 'env', emptyDir: {} },
      { name: 'lock', configMap: { name: request.lock } },
      cache === undefined
        ? { name: 'cache', emptyDir: {} }
        : { name: 'cache', persistentVolumeClaim: { claimName: cache } },
    ],
    mounts: [{ name: 'env', mountPath: FOLDER, readOnly: true }],
    python: `${FOLDER}/bin/python`,
  };
}

function installCommand({ target: { python, install } }: JobRequest): string[] {
  const exactly = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '--requirement', LOCK];
  const index = install?.indexUrl === undefined ? [] : ['--index-url', install.indexUrl];
  if (install?.with === 'uv') {
    return ['uv', 'pip', 'install', '--python', `${FOLDER}/bin/python`, ...exactly, ...index];
  }
  const quiet = ['--no-input', '--disable-pip-version-check'];
  return [python, '-m', 'pip', '--python', FOLDER, 'install', ...quiet, ...exactly, ...index];
}

function step(request: JobRequest, name: string, command: string[]): Container {
  return {
    name,
    image: request.image,
    imagePullPolicy: 'IfNotPresent',
    command,
    // Credentials of the index come from a Secret, by the profile's variables; the policy's are of no use here.
    env: envVars({
      ...request.target.env,
      HOME: '/tmp',
      PIP_CACHE_DIR: '/cache/pip',
      UV_CACHE_DIR: '/cache/uv',
    }),
    resources: resources(request.target),
    securityContext: RESTRICTED,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      { name: 'env', mountPath: FOLDER },
      { name: 'lock', mountPath: '/lock', readOnly: true },
      { name: 'cache', mountPath: '/cache' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}
