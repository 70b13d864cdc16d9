/**
 * A run in a queue of Kueue's, whose own objects say how it stands there. Kueue itself does not run here: the test writes what
 * its webhook and its controllers write, through the real API server and the real definitions.
 */
import { CustomObjectsApi, type V1Job } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Run } from '../../src/replay/documents';
import { document } from '../documents';
import { needCrds } from '../unit/cluster/crds';
import { admin, send } from './support/cluster';
import { applyCrds } from './support/crds';
import { Site } from './support/site';
import { createUser, QUEUE_RULES, RULES, type User } from './support/user';

const QUEUE = 'team-a';
const KUEUE = { group: 'kueue.x-k8s.io', version: 'v1beta2' };
const GPU_SHORT =
  "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 1 more needed";

let site: Site;
let seeing: User;
const objects = admin.config.makeApiClient(CustomObjectsApi);

beforeAll(async () => {
  site = await Site.open();
  seeing = await createUser(site.namespace, { name: 'seeing', rules: [...RULES, ...QUEUE_RULES] });
  site.workplace.notebook('draw.ipynb', ['print(40 + 2)']);
});
afterAll(async () => {
  seeing.remove();
  await site.close();
});

it('has the definitions of Kueue', { timeout: 120_000 }, async (context) => {
  const wanted = /kueue\.x-k8s\.io_(workloads|localqueues)/;
  expect(await applyCrds(needCrds(context), (file) => wanted.test(file))).toHaveLength(2);
  await create('localqueues', {
    kind: 'LocalQueue',
    metadata: { name: QUEUE },
    spec: { clusterQueue: 'gpus' },
  });
  await status('localqueues', QUEUE, { pendingWorkloads: 3, reservingWorkloads: 0, admittedWorkloads: 0 });
});

/** No pod is made before the queue lets it: its webhook would have suspended the Job as it was created. */
async function closed(): Promise<{ open: () => Promise<unknown> }> {
  const { namespace } = site;
  const body = { metadata: { name: 'closed' }, spec: { hard: { pods: '0' } } };
  await admin.core.createNamespacedResourceQuota({ namespace, body });
  return { open: () => admin.core.deleteNamespacedResourceQuota({ name: 'closed', namespace }) };
}

async function create(
  plural: string,
  object: { kind: string; metadata: object; spec: object },
): Promise<void> {
  const body = { apiVersion: `${KUEUE.group}/${KUEUE.version}`, ...object };
  await objects.createNamespacedCustomObject({ ...KUEUE, namespace: site.namespace, plural, body });
}

async function status(plural: string, name: string, of: object): Promise<void> {
  const where = `/apis/${KUEUE.group}/${KUEUE.version}/namespaces/${site.namespace}/${plural}/${name}/status`;
  const text = JSON.stringify({ status: of });
  const answer = await send(admin, 'PATCH', where, { type: 'application/merge-patch+json', text });
  expect(answer.status, answer.body).toBe(200);
}

const condition = (type: string, is: 'True' | 'False', reason: string, message: string) => ({
  type,
  status: is,
  reason,
  message,
  lastTransitionTime: new Date().toISOString(),
});
const WAITING = { conditions: [condition('QuotaReserved', 'False', 'Pending', GPU_SHORT)] };

/** As Kueue makes it of a Job. */
async function workload(name: string, job?: V1Job, priority = 0): Promise<void> {
  const container = { name: 'replay', image: 'registry.example/nb' };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  const { uid = '', name: of = '' } = job?.metadata ?? {};
  const by = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: of,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  await create('workloads', {
    kind: 'Workload',
    metadata: { name, ...(job ? { ownerReferences: [by] } : {}) },
    spec: { active: true, priority, queueName: QUEUE, podSets: [{ name: 'main', count: 1, template }] },
  });
  await status('workloads', name, WAITING);
}

/** What Kueue's webhook does to a Job that has a queue: it waits. */
async function suspended(run: string, suspend: boolean): Promise<V1Job> {
  const where = `/apis/batch/v1/namespaces/${site.namespace}/jobs/reprise-${run}`;
  const text = JSON.stringify({ spec: { suspend } });
  const { status: code, body } = await send(admin, 'PATCH', where, {
    type: 'application/merge-patch+json',
    text,
  });
  expect(code, body).toBe(200);
  return JSON.parse(body) as V1Job;
}

function queued(user: User) {
  const args = site.onCluster('run', 'draw.ipynb', '--queue', QUEUE, '--format', 'json');
  return site.start(args, { env: { KUBECONFIG: user.kubeconfig } });
}

it(
  'says its place, what it waits for, and when it moves; then it runs',
  { timeout: 180_000 },
  async (context) => {
    needCrds(context);
    const { open } = await closed();
    const run = queued(seeing);
    await run.says('Submitted as');
    const id = site.workplace.store.runIds()[0]!;
    const job = await suspended(id, true);
    await workload('before-by-weight', undefined, 10);
    await workload('before-by-age');
    // The API server tells ages in whole seconds.
    await sleep(1_100);
    await workload('own', job);
    await run.says(
      `The run is number 3 of 3 in the queue ${QUEUE}: 1 more nvidia.com/gpu must become free in h100.`,
    );
    await run.says('counted among the runs of this namespace');

    await objects.deleteNamespacedCustomObject({
      ...KUEUE,
      namespace: site.namespace,
      plural: 'workloads',
      name: 'before-by-weight',
    });
    await run.says('The run is number 2 of 3 in the queue');

    const evicted = condition('Evicted', 'True', 'Preempted', 'Preempted to accommodate a workload');
    await status('workloads', 'own', { conditions: [...WAITING.conditions, evicted] });
    await run.says('The queue took the run back: Preempted to accommodate a workload.');

    const podSetAssignments = [
      { name: 'main', count: 1, flavors: { cpu: 'default' }, resourceUsage: { cpu: '1' } },
    ];
    await status('workloads', 'own', {
      admission: { clusterQueue: 'gpus', podSetAssignments },
      conditions: [
        condition('QuotaReserved', 'True', 'QuotaReserved', 'Quota reserved in ClusterQueue gpus'),
        condition('Admitted', 'True', 'Admitted', 'The workload is admitted'),
      ],
    });
    await open();
    await suspended(id, false);
    const ended = await run.ended;
    expect([ended.code, document<Run>(ended, 'run-1').status], ended.stderr).toEqual([0, 'ok']);
    await site.expectNothingLeft();
  },
);

it('says which right is lacking, and runs all the same, for who may not see the queue', async (context) => {
  needCrds(context);
  const { open } = await closed();
  const run = queued(site.user);
  await run.says('Submitted as');
  const id = site.workplace.store.runIds()[0]!;
  await suspended(id, true);
  await run.says('right to list workloads (kueue.x-k8s.io), which deploy/components/kueue grants');
  await open();
  await suspended(id, false);
  const ended = await run.ended;
  expect([ended.code, document<Run>(ended, 'run-1').status], ended.stderr).toEqual([0, 'ok']);
});

it('is taken out of its queue when it is cancelled, by who has the right', async (context) => {
  needCrds(context);
  const { open } = await closed();
  const as = (user: User, ...args: string[]) =>
    site.start(args, { env: { KUBECONFIG: user.kubeconfig } }).ended;
  const sent = await as(seeing, ...site.onCluster('run', 'draw.ipynb', '--queue', QUEUE, '--detach'));
  const id = Site.runOf(sent);
  await workload('mine', await suspended(id, true));
  const lacking = await as(site.user, 'cancel', id);
  expect([lacking.code, lacking.stdout]).toEqual([
    0,
    expect.stringContaining(
      'its queue will start it again. To take it out of the queue you need the right to list',
    ) as string,
  ]);
  const cancelled = await as(seeing, 'cancel', id, '--format', 'json');
  expect(JSON.parse(cancelled.stdout)).toMatchObject({ run: id, ended: 'left-queue' });
  const where = { ...KUEUE, namespace: site.namespace, plural: 'workloads', name: 'mine' };
  const left = (await objects.getNamespacedCustomObject(where)) as { spec: { active: boolean } };
  expect(left.spec.active).toBe(false);
  const attached = await as(seeing, 'attach', id);
  expect([attached.code, attached.stderr]).toEqual([5, expect.stringContaining('was cancelled') as string]);
  await open();
  await site.expectNothingLeft();
});
