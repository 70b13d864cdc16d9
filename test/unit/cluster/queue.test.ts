/** A run's place in a queue, from objects as Kueue writes them. */
import { KubeConfig } from '@kubernetes/client-node';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Api } from '../../../src/cluster/api';
import { placeAmong, QueueReader, type Workload } from '../../../src/cluster/follow/queue';
import type { Condition } from '../../../src/cluster/manifests/flavours/status';
import { needCrds, refusals } from './crds';

const GPU_SHORT =
  "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 1 more needed";
const CONTAINER = { name: 'replay', image: 'registry.example/nb@sha256:00' };
const POD = { spec: { restartPolicy: 'Never', containers: [CONTAINER] } };

type Given = { priority?: number; at?: string; queueName?: string; active?: boolean };

/** @param condition its newest, under the one that says that no quota is reserved */
function workload(uid: string, given: Given = {}, condition?: Partial<Condition> & { type: string }) {
  const { at = '00', queueName = 'team-a', priority = 0, active = true } = given;
  const since = '2026-11-27T02:00:00Z';
  const conditions = [
    { type: 'QuotaReserved', status: 'False', reason: 'Pending', message: GPU_SHORT },
    ...(condition ? [{ status: 'True', reason: 'Test', message: '', ...condition }] : []),
  ];
  return {
    apiVersion: 'kueue.x-k8s.io/v1beta2',
    kind: 'Workload',
    metadata: {
      name: `job-${uid}-1a2b3`,
      uid,
      creationTimestamp: `2026-11-27T02:00:${at}Z`,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: uid, uid: `of-${uid}` }],
    },
    spec: { active, priority, queueName, podSets: [{ name: 'main', count: 1, template: POD }] },
    status: { conditions: conditions.map((each) => ({ ...each, lastTransitionTime: since })) },
  };
}

it('has objects as the schema of Kueue wants them', { timeout: 60_000 }, (context) => {
  needCrds(context);
  const { metadata, ...rest } = workload('a', {}, { type: 'Evicted', reason: 'Preempted' });
  const object = { ...rest, metadata: { name: metadata.name } };
  expect(refusals('kueue/kueue.x-k8s.io_workloads.yaml', object)).toEqual([]);
});

describe('its place', () => {
  const own = workload('own', { at: '30' });
  it.each<[string, ReturnType<typeof workload>[], number | undefined]>([
    ['alone', [], 0],
    ['behind an older one', [workload('a', { at: '10' })], 1],
    ['before a younger one', [workload('a', { at: '40' })], 0],
    ['behind a younger one of more weight', [workload('a', { at: '40', priority: 10 })], 1],
    ['before an older one of less weight', [workload('a', { at: '10', priority: -1 })], 0],
    ['not behind one of another queue', [workload('a', { at: '10', queueName: 'team-b' })], 0],
    ['not behind one that has its quota', [workload('a', { at: '10' }, { type: 'Admitted' })], 0],
    ['not behind one that has ended', [workload('a', { at: '10' }, { type: 'Finished' })], 0],
    ['not behind one that was put aside', [workload('a', { at: '10', active: false })], 0],
  ])('is counted: %s', (_, others, place) => {
    expect(placeAmong([...others, own], own)).toBe(place);
  });

  it('is none of one that does not wait', () => {
    const admitted = workload('own', {}, { type: 'Admitted' });
    expect(placeAmong([admitted], admitted)).toBeUndefined();
  });
});

/** What an API server answers below a path; 403 for null, 404 for what is not named. */
async function answered(answers: Record<string, object | null>, job: string) {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === null ? 403 : answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const config = new KubeConfig();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    config.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: true }, { name: 'u' });
    const labels = { 'kueue.x-k8s.io/queue-name': 'team-a' };
    return await new QueueReader(new Api(config, 'team')).read({ metadata: { uid: `of-${job}`, labels } });
  } finally {
    server.close();
  }
}

// Kueue's visibility API is a server of its own behind the API server, which runs with Kueue alone.
describe('what is asked of the cluster', () => {
  const served = (version: string) => ({ preferredVersion: { version } });
  const items: Workload[] = [
    workload('a', { at: '10' }),
    workload('b', { at: '20' }),
    workload('own', { at: '30' }),
  ];
  const listed = {
    '/apis/kueue.x-k8s.io': served('v1beta2'),
    '/apis/kueue.x-k8s.io/v1beta2/namespaces/team/workloads': { items },
  };
  const local = '/apis/kueue.x-k8s.io/v1beta2/namespaces/team/localqueues/team-a';
  const visible = '/apis/visibility.kueue.x-k8s.io';
  const pending = `${visible}/v1beta2/namespaces/team/localqueues/team-a/pendingworkloads`;
  const own = items[2];

  it('is Kueue’s own order, where it may be seen', async () => {
    const order = {
      metadata: { name: own?.metadata?.name },
      positionInLocalQueue: 4,
      positionInClusterQueue: 9,
    };
    const all = {
      ...listed,
      [local]: { status: { pendingWorkloads: 6 } },
      [visible]: served('v1beta2'),
      [pending]: { kind: 'PendingWorkloadsSummary', items: [order] },
    };
    expect(await answered(all, 'own')).toEqual({ workload: own, position: 4, waiting: 6 });
  });

  it.each([
    ['is not served', {}],
    ['may not be asked', { [visible]: served('v1beta2'), [pending]: null }],
  ])('is counted, where the visibility API %s', async (_, more) => {
    const got = await answered({ ...listed, ...more, [local]: null }, 'own');
    expect(got).toEqual({ workload: own, position: 2, isCounted: true });
  });

  it('is the version that an older Kueue serves', async () => {
    const old = {
      '/apis/kueue.x-k8s.io': served('v1beta1'),
      '/apis/kueue.x-k8s.io/v1beta1/namespaces/team/workloads': { items },
    };
    expect(await answered(old, 'a')).toMatchObject({ position: 0 });
  });

  it.each<[string, Record<string, object | null>, object]>([
    ['nothing, without Kueue', {}, { unseen: 'not-served' }],
    [
      'nothing, without the right',
      { ...listed, '/apis/kueue.x-k8s.io/v1beta2/namespaces/team/workloads': null },
      { unseen: 'forbidden' },
    ],
    ['nothing, before Kueue has seen the run', listed, {}],
  ])('is %s', async (_, answers, expected) => {
    expect(await answered(answers, 'another')).toEqual(expected);
  });
});
