/** A user who may do in one namespace what a run on a cluster needs, and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type V1PolicyRule, type V1Role } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { admin } from './cluster';

/** Of a Role below `deploy/`, as it is handed out. */
function rulesOf(file: string): V1PolicyRule[] {
  const text = readFileSync(path.resolve(__dirname, '../../../deploy', file), 'utf8');
  return (parseAllDocuments(text)[0]!.toJS() as V1Role).rules!;
}

/** What the documentation asks for. */
export const RULES = rulesOf('base/rbac.yaml');
/** Besides, to see how a queued run stands. */
export const QUEUE_RULES = rulesOf('components/kueue/rbac.yaml');

export interface User {
  /** Path of a file of its own. */
  kubeconfig: string;
  remove(): void;
}

export async function createUser(
  namespace: string,
  { name = 'notebook', rules = RULES }: { name?: string; rules?: V1PolicyRule[] } = {},
): Promise<User> {
  const metadata = { name };
  await admin.core.createNamespacedServiceAccount({ namespace, body: { metadata } });
  await admin.rbac.createNamespacedRole({ namespace, body: { metadata, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  await admin.rbac.createNamespacedRoleBinding({ namespace, body: { metadata, roleRef, subjects } });
  const request = { spec: { audiences: [], expirationSeconds: 24 * 3600 } };
  const { status } = await admin.core.createNamespacedServiceAccountToken({ name, namespace, body: request });

  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-user-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(namespace, name, status?.token ?? ''), { mode: 0o600 });
  return { kubeconfig, remove: () => rmSync(folder, { recursive: true }) };
}

/** JSON, which is YAML. */
function kubeconfigOf(namespace: string, user: string, token: string): string {
  const cluster = admin.config.getCurrentCluster();
  if (!cluster) throw new Error('the kubeconfig of the cluster has no current context');
  const authority = cluster.caData
    ? { 'certificate-authority-data': cluster.caData }
    : { 'certificate-authority': cluster.caFile };
  const name = 'reprise-test';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: cluster.server, ...authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user, namespace } }],
    'current-context': name,
  });
}
