import { envVars, resources, RESTRICTED } from './container';
import type { Container, Volume } from './kubernetes';
import type { JobRequest } from './request';

/** The init container that fetches the notebook's files; what went wrong in it is told otherwise than of an installation. */
export const FETCH = 'fetch';
const SECRET = '/git';

/** Only this container has the Secret: it has ended when the notebook, which is other people's code, begins. */
export function fetchSteps(request: JobRequest): { containers: Container[]; volumes: Volume[] } {
  const { bundleGit, image, target } = request;
  if (bundleGit === undefined) return { containers: [], volumes: [] };
  const { secret } = bundleGit;
  const proxies = Object.entries(target.env ?? {}).filter(([name]) => /^(https?|all|no)_proxy$/i.test(name));
  const container: Container = {
    name: FETCH,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [
      ...[target.python, '-I', '/in/agent.pyz', 'fetch', '/in', '/work'],
      ...(secret === undefined ? [] : [SECRET]),
    ],
    env: envVars({ ...Object.fromEntries(proxies), HOME: '/tmp' }),
    resources: resources(target),
    securityContext: RESTRICTED,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      { name: 'in', mountPath: '/in', readOnly: true },
      { name: 'work', mountPath: '/work' },
      { name: 'tmp', mountPath: '/tmp' },
      ...(secret === undefined ? [] : [{ name: 'git', mountPath: SECRET, readOnly: true }]),
    ],
  };
  const volumes =
    secret === undefined ? [] : [{ name: 'git', secret: { secretName: secret, defaultMode: 0o400 } }];
  return { containers: [container], volumes };
}
