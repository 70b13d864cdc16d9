/** Namespaces of single tests, and what is left in one. */
import { randomBytes } from 'node:crypto';
import { admin } from './cluster';

export interface TestNamespace {
  name: string;
  /** Returns at once; the cluster goes on removing it with all that is in it. */
  remove(): Promise<void>;
}

/** One in which the Pod Security Standard `restricted` is enforced. */
export async function restrictedNamespace(): Promise<TestNamespace> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await admin.core.createNamespace({ body: { metadata: { name, labels } } });
  return {
    name,
    remove: async () => {
      await admin.core.deleteNamespace({ name });
    },
  };
}

/**
 * What there is of the kinds that a run makes, also of what is being deleted.
 * @param selector of labels, such as `reprise.dev/run=…`
 * @returns for each object its kind and name, `Job/replay-…`
 */
export async function objectsLeft(namespace: string, selector: string): Promise<string[]> {
  const where = { namespace, labelSelector: selector };
  const kinds = {
    Job: await admin.batch.listNamespacedJob(where),
    Pod: await admin.core.listNamespacedPod(where),
    ConfigMap: await admin.core.listNamespacedConfigMap(where),
    Secret: await admin.core.listNamespacedSecret(where),
  };
  return Object.entries(kinds).flatMap(([kind, { items }]) =>
    items.map(({ metadata }) => `${kind}/${metadata?.name}`),
  );
}
