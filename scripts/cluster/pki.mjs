/** Certificates of the cluster, from an authority of its own, and the kubeconfig files that use them. */
import { writeFileSync } from 'node:fs';
import { mustExecute } from '../lib/steps.mjs';
import { at, certificateOf, KUBERNETES_IP, keyOf, kubeconfigOf, NODE, NODE_IP, PORTS } from './layout.mjs';

const DAYS = '30';

const API_SERVER_NAMES = [
  ...['127.0.0.1', NODE_IP, KUBERNETES_IP].map((ip) => `IP:${ip}`),
  ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((name) => `DNS:${name}`),
];

/** Kubernetes takes the common name as the user and the organisation as the group. */
const IDENTITIES = {
  apiserver: { user: 'kube-apiserver', names: API_SERVER_NAMES },
  'apiserver-kubelet-client': { user: 'kube-apiserver-kubelet-client', group: 'system:masters' },
  admin: { user: 'admin', group: 'system:masters' },
  'controller-manager': { user: 'system:kube-controller-manager' },
  scheduler: { user: 'system:kube-scheduler' },
  kubelet: {
    user: `system:node:${NODE}`,
    group: 'system:nodes',
    names: [`IP:${NODE_IP}`, 'IP:127.0.0.1', `DNS:${NODE}`],
  },
};

export async function makeCertificates() {
  await makeKey('ca');
  await openssl(
    ...['req', '-x509', '-new', '-key', keyOf('ca'), '-subj', '/CN=reprise-test', '-days', DAYS],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-out', certificateOf('ca')],
  );
  await makeKey('sa');
  await openssl('ec', '-in', keyOf('sa'), '-pubout', '-out', at('pki', 'sa.pub'));
  for (const [name, identity] of Object.entries(IDENTITIES)) await makeCertificate(name, identity);
  for (const user of ['admin', 'controller-manager', 'scheduler', 'kubelet']) writeKubeconfig(user);
}

async function makeCertificate(name, { user, group, names = [] }) {
  const request = at('pki', `${name}.csr`);
  const extensions = at('pki', `${name}.ext`);
  const lines = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth,serverAuth'];
  if (names.length > 0) lines.push(`subjectAltName=${names.join(',')}`);
  writeFileSync(extensions, `${lines.join('\n')}\n`);
  const subject = `${group === undefined ? '' : `/O=${group}`}/CN=${user}`;
  await makeKey(name);
  await openssl('req', '-new', '-key', keyOf(name), '-subj', subject, '-out', request);
  await openssl(
    ...['x509', '-req', '-in', request, '-CA', certificateOf('ca'), '-CAkey', keyOf('ca'), '-CAcreateserial'],
    ...['-days', DAYS, '-extfile', extensions, '-out', certificateOf(name)],
  );
}

/** On an elliptic curve: these take milliseconds. */
function makeKey(name) {
  return openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', keyOf(name));
}

function openssl(...args) {
  return mustExecute(`openssl ${args[0]}`, 'openssl', args);
}

/** JSON, which is YAML. */
function writeKubeconfig(user) {
  const cluster = {
    server: `https://127.0.0.1:${PORTS.api}`,
    'certificate-authority': certificateOf('ca'),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'reprise-test', cluster }],
    users: [{ name: user, user: { 'client-certificate': certificateOf(user), 'client-key': keyOf(user) } }],
    contexts: [{ name: 'reprise-test', context: { cluster: 'reprise-test', user } }],
    'current-context': 'reprise-test',
  };
  writeFileSync(kubeconfigOf(user), JSON.stringify(config, null, 2), { mode: 0o600 });
}
