/** Requests to the cluster's API server as its administrator. Plain Node, no client. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { Failure } from '../lib/steps.mjs';
import { certificateOf, keyOf, NODE, PORTS } from './layout.mjs';

const TIMEOUT_MS = 5_000;

/** What GPU Feature Discovery says of a node with an H100. */
const GPU_LABELS = {
  'nvidia.com/gpu.present': 'true',
  'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3',
  'nvidia.com/gpu.memory': '81559',
  'nvidia.com/gpu.family': 'hopper',
  'nvidia.com/gpu.compute.major': '9',
  'nvidia.com/gpu.compute.minor': '0',
  'nvidia.com/gpu.sharing-strategy': 'none',
  'nvidia.com/cuda.driver-version.full': '570.133.20',
  'nvidia.com/cuda.runtime-version.full': '12.8',
  'nvidia.com/mig.capable': 'true',
};

export const apiIsReady = () => isOk(() => api('/readyz'));
export const defaultAccountIsThere = () =>
  isOk(() => api('/api/v1/namespaces/default/serviceaccounts/default'));
export const etcdIsHealthy = () => isOk(() => send(http, `http://127.0.0.1:${PORTS.etcd}/health`, {}));

export async function nodeIsReady() {
  const { status, body } = await api(`/api/v1/nodes/${NODE}`).catch(() => ({ status: 0 }));
  if (status !== 200) return false;
  const conditions = JSON.parse(body).status.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Lets the node have so many GPUs, which it does not; only when kubelet has registered it, which forgets them. */
export async function setGpus(count) {
  const value = String(count);
  const paths = ['/status/capacity/nvidia.com~1gpu', '/status/allocatable/nvidia.com~1gpu'];
  const operations = paths.map((path) => ({ op: 'add', path, value }));
  await patch(`/api/v1/nodes/${NODE}/status`, 'application/json-patch+json', operations);
  const labels = { ...GPU_LABELS, 'nvidia.com/gpu.count': value };
  await patch(`/api/v1/nodes/${NODE}`, 'application/merge-patch+json', { metadata: { labels } });
}

async function patch(path, type, body) {
  const options = { method: 'PATCH', headers: { 'content-type': type }, body: JSON.stringify(body) };
  const answer = await api(path, options);
  if (answer.status !== 200) throw new Failure(`PATCH ${path} failed (${answer.status}): ${answer.body}`);
}

function api(path, options = {}) {
  return send(https, `https://127.0.0.1:${PORTS.api}${path}`, {
    ca: readFileSync(certificateOf('ca')),
    cert: readFileSync(certificateOf('admin')),
    key: readFileSync(keyOf('admin')),
    ...options,
  });
}

function send(protocol, url, { body, ...options }) {
  return new Promise((resolve, reject) => {
    const request = protocol.request(url, { agent: false, timeout: TIMEOUT_MS, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: text }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', reject);
    request.end(body);
  });
}

async function isOk(ask) {
  try {
    return (await ask()).status === 200;
  } catch {
    return false;
  }
}
