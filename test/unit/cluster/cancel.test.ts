/** A run that is ended in the cluster, and what its queue does then: asked of a server that answers as the API does. */
import { KubeConfig } from '@kubernetes/client-node';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QUEUE_RIGHTS, rightsFor } from '../../../src/cluster/access';
import { Api } from '../../../src/cluster/api';
import { cancel } from '../../../src/cluster/cancel';
import { listed, takeAway, unended } from '../../../src/cluster/listing';
import { preflight, requireGood } from '../../../src/cluster/preflight';
import { mergeTarget } from '../../../src/cluster/profile/merge';
import { type ClusterRun, readState, requireUnfailed, writeState } from '../../../src/cluster/state';
import { KubernetesTarget } from '../../../src/cluster/target';
import { planGc } from '../../../src/lineage/gc';
import { Store } from '../../../src/lineage/store';

const RUN = '20261126-101500-3fa2c1';
const NAME = `reprise-${RUN}`;
const JOB = `/apis/batch/v1/namespaces/team/jobs/${NAME}`;
const KUEUE = '/apis/kueue.x-k8s.io';
const WORKLOADS = `${KUEUE}/v1beta2/namespaces/team/workloads`;
const WORKLOAD = `${WORKLOADS}/job-${NAME}-1a2b3`;
const SETTINGS = mergeTarget({ image: `registry.example/nb@sha256:${'0'.repeat(64)}` }, {});

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'reprise-cancel-'));
  store = new Store(folder);
  mkdirSync(store.runFolder(RUN), { recursive: true });
  writeState(store, {
    schema: 'reprise/target/0',
    target: 'kubernetes',
    stage: 'submitted',
    run: RUN,
    notebook: 'long.ipynb',
    purpose: 'run',
    namespace: 'team',
    name: NAME,
    inputs: [],
    image: SETTINGS.image ?? '',
    settings: SETTINGS,
    bundle: { sha256: '0'.repeat(64), size: 1 },
    submittedAt: '2026-11-26T10:15:00Z',
    events: [],
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

type Answer = object | number;
type Answers = Record<string, Answer | ((body: unknown) => Answer)>;
type Asked = { what: string; body: unknown };

/** @param answers by method and path, or path: an object, a status, or what gives one of them for a body */
async function serving<T>(answers: Answers, use: (api: Api, asked: Asked[]) => Promise<T>): Promise<T> {
  const asked: Asked[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request: IncomingMessage, response) => {
    void text(request).then((said) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      const { method = 'GET' } = request;
      const body: unknown = said && JSON.parse(said);
      if (method !== 'GET') asked.push({ what: `${method} ${pathname}`, body });
      const given = answers[`${method} ${pathname}`] ?? answers[pathname] ?? 404;
      const answer = typeof given === 'function' ? (given as (body: unknown) => Answer)(body) : given;
      response.statusCode = typeof answer === 'number' ? answer : 200;
      response.setHeader('content-type', 'application/json');
      // Nothing is new.
      if (searchParams.get('watch') === 'true') return void open.add(response.writeHead(200));
      response.end(JSON.stringify(typeof answer === 'number' ? { message: 'no' } : answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = new KubeConfig();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  config.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: true }, { name: 'u' });
  try {
    return await use(new Api(config, 'team'), asked);
  } finally {
    for (const each of open) each.end();
    server.closeAllConnections();
    server.close();
  }
}

const job = (labels: object = {}, more: object = {}) => ({
  metadata: { name: NAME, uid: 'u', labels, ...more },
});
const QUEUED = job({ 'kueue.x-k8s.io/queue-name': 'team-a' });
const SERVED = { [KUEUE]: { preferredVersion: { version: 'v1beta2' } } };
const OWN = { metadata: { name: `job-${NAME}-1a2b3`, uid: 'w', ownerReferences: [{ uid: 'u' }] } };
const OTHER = { metadata: { name: 'job-other-1a2b3', uid: 'o', ownerReferences: [{ uid: 'another' }] } };
const LISTED = { ...SERVED, [WORKLOADS]: { items: [OTHER, OWN] } };

const SUSPENDED = { spec: { suspend: true } };
const FOR_GOOD = { metadata: { annotations: { 'reprise.dev/cancelled': 'true' } }, ...SUSPENDED };
const INACTIVE = { what: `PATCH ${WORKLOAD}`, body: { spec: { active: false } } };

describe('a run that is cancelled', () => {
  it.each<[string, Answers, object, Asked[]]>([
    ['is suspended', { [JOB]: job() }, { ended: 'suspended' }, []],
    ['is suspended where nothing serves its queue', { [JOB]: QUEUED }, { ended: 'suspended' }, []],
    [
      'is taken out of its queue before it is suspended',
      { [JOB]: QUEUED, ...LISTED, [WORKLOAD]: OWN },
      { ended: 'left-queue' },
      [INACTIVE],
    ],
  ])('%s, and is over', async (_, answers, expected, before) => {
    await serving(answers, async (api, asked) => {
      expect(await cancel(api, store, readState(store, RUN))).toEqual(expected);
      expect(asked).toEqual([...before, { what: `PATCH ${JOB}`, body: FOR_GOOD }]);
    });
    expect(readState(store, RUN)).toMatchObject({ stage: 'cancelled', cancelled: true });
    expect(listed(store)[0]).toMatchObject({ run: RUN, stage: 'cancelled' });
  });

  it.each<[string, Answers, object]>([
    [
      'whose workloads may not be seen',
      { ...SERVED, [WORKLOADS]: 403 },
      { ended: 'starts-again', lacks: 'list' },
    ],
    [
      'whose workload may not be changed',
      { ...LISTED, [WORKLOAD]: 403 },
      { ended: 'starts-again', lacks: 'patch' },
    ],
    [
      'that Kueue has not taken up',
      { ...SERVED, [WORKLOADS]: { items: [OTHER] } },
      { ended: 'starts-again' },
    ],
  ])('is not over in a queue %s', async (_, answers, expected) => {
    await serving({ [JOB]: QUEUED, ...answers }, async (api, asked) => {
      expect(await cancel(api, store, readState(store, RUN))).toEqual(expected);
      expect(asked.at(-1)).toEqual({ what: `PATCH ${JOB}`, body: SUSPENDED });
    });
    expect(readState(store, RUN).stage).toBe('submitted');
  });

  it('stays what it was where its results are here already', async () => {
    writeState(store, { ...readState(store, RUN), stage: 'collected' });
    await serving({ [JOB]: job() }, (api) => cancel(api, store, readState(store, RUN)));
    expect(readState(store, RUN).stage).toBe('collected');
  });

  it('keeps what its follower wrote of its end meanwhile', async () => {
    const failure = { kind: 'usage' as const, reason: 'cancelled', message: 'It was cancelled.' };
    const seen = () => {
      const stage = 'cleaned' as const;
      writeState(store, { ...readState(store, RUN), stage, failure, events: ['Suspended'] });
      return job();
    };
    const before = { ...readState(store, RUN), pushedTo: 'origin' };
    await serving({ [JOB]: job(), [`PATCH ${JOB}`]: seen }, (api) => cancel(api, store, before));
    const state = readState(store, RUN);
    expect(state).toMatchObject({ stage: 'cleaned', failure, events: ['Suspended'] });
    expect(state).not.toHaveProperty('pushedTo');
  });

  it('that is not there is said to be gone', async () => {
    const cancelled = serving({}, (api) => cancel(api, store, readState(store, RUN)));
    await expect(cancelled).rejects.toThrow(/cancel the run/);
    expect(readState(store, RUN).stage).toBe('submitted');
  });
});

describe('who follows a run that somebody cancelled', () => {
  const NOTHING = {
    '/api/v1/namespaces/team/pods': { kind: 'PodList', metadata: { resourceVersion: '1' }, items: [] },
    '/api/v1/namespaces/team/events': { kind: 'EventList', metadata: { resourceVersion: '1' }, items: [] },
  };
  const follow = (answers: Answers): Promise<unknown> =>
    serving({ ...NOTHING, ...answers }, async (api) => {
      const making = {
        settings: SETTINGS,
        purpose: 'run' as const,
        agent: '',
        locked: () => Promise.resolve(undefined),
      };
      const target = new KubernetesTarget(api, making, { onNotice: () => undefined });
      const work = { store, run: RUN, notebook: 'long.ipynb', sidecar: null };
      return target
        .follow(work, () => undefined, { leave: AbortSignal.timeout(15_000) })
        .catch((error: unknown) => error);
    });
  const suspended = { spec: { suspend: true } };

  it.each<[string, object]>([
    ['in no queue', {}],
    ['in a queue', { 'kueue.x-k8s.io/queue-name': 'team-a' }],
  ])('is told that it was, %s, and waits no longer', async (_, labels) => {
    const annotations = { 'reprise.dev/cancelled': 'true' };
    const failure = await follow({ [JOB]: { ...job(labels, { annotations }), ...suspended } });
    expect(failure).toMatchObject({ reason: 'cancelled' });
    expect(String(failure)).toContain(`Run ${RUN} was cancelled`);
    expect(readState(store, RUN)).toMatchObject({ stage: 'cancelled', failure: { reason: 'cancelled' } });
    expect(() => requireUnfailed(readState(store, RUN))).toThrow('was cancelled');
  });

  it('is told so where it was cancelled and deleted while it was followed', async () => {
    const gone = () => {
      writeState(store, { ...readState(store, RUN), stage: 'cancelled', cancelled: true });
      return 404;
    };
    expect(await follow({ [`GET ${JOB}`]: gone })).toMatchObject({ reason: 'cancelled' });
    expect(readState(store, RUN)).toMatchObject({ stage: 'cancelled', cancelled: true });
  });

  it('is told so too where it was cancelled from here and deleted elsewhere', async () => {
    writeState(store, { ...readState(store, RUN), stage: 'cancelled', cancelled: true });
    expect(await follow({})).toMatchObject({ reason: 'cancelled' });
    expect(readState(store, RUN).stage).toBe('cancelled');
  });
});

it('is told before it is sent that its queue would start it again, and that stops nothing', async () => {
  type Review = { spec: { resourceAttributes: { group: string; verb: string } } };
  const allowing = (lacks: string) => (body: unknown) => {
    const { group, verb } = (body as Review).spec.resourceAttributes;
    return { status: { allowed: `${verb} ${group}` !== lacks } };
  };
  const checked = (lacks: string) =>
    serving(
      {
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews': allowing(lacks),
        '/apis/batch/v1/namespaces/team/jobs': job(),
      },
      (api) => {
        const rights = rightsFor({ group: 'batch', resource: 'jobs' });
        return preflight(api, { path: 'batch/v1/jobs', owner: job(), rights, wanted: QUEUE_RIGHTS });
      },
    );
  const checks = await checked('patch kueue.x-k8s.io');
  expect(checks.map(({ what, state }) => `${what} ${state}`)).toEqual([
    'cluster good',
    'rights good',
    'rights note',
    'admission good',
  ]);
  expect(checks[2]?.words).toBe(
    'Cancelled, the run would be started again by its queue: you may not patch workloads (kueue.x-k8s.io)',
  );
  expect(() => requireGood(checks)).not.toThrow();
  expect((await checked('')).map(({ state }) => state)).toEqual(['good', 'good', 'good']);
});

it('says of a run that was deleted before it ended that it was', async () => {
  await serving({}, (api) => takeAway(api, store, readState(store, RUN)));
  const state: ClusterRun = readState(store, RUN);
  expect(state.stage).toBe('cancelled');
  expect(() => requireUnfailed(state)).toThrow('was deleted from the cluster before it ended');
});

it('is kept by gc as long as only what is kept of it leads to what is there', () => {
  const planned = () =>
    planGc(store, { keep: 0, olderThanDays: 0, now: new Date('2027-01-01'), protect: unended(store) });
  expect(planned()).toMatchObject({ runs: [], kept: [{ run: RUN, because: 'protected' }] });
  writeState(store, { ...readState(store, RUN), stage: 'cleaned', pushedTo: 'origin' });
  expect(planned().kept).toEqual([{ run: RUN, because: 'protected' }]);
  const { pushedTo: _, ...over } = readState(store, RUN);
  writeState(store, over);
  expect(planned().runs).toMatchObject([{ run: RUN }]);
  writeFileSync(path.join(store.runFolder(RUN), 'target.json'), '{"stage": "subm');
  expect(planned().kept).toEqual([{ run: RUN, because: 'protected' }]);
});
