/** What happens to clusters and networks, done to real ones while a replay runs: it ends as it would have, or says why not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mulberry } from '../unit/lint/random';
import { document } from '../documents';
import { admin, controls } from './support/cluster';
import { FaultySite } from './support/faults';
import { Proxy } from './support/proxy';
import { Site } from './support/site';
import { createUser, RULES } from './support/user';

const SEED = Number(process.env.REPRISE_TEST_SEED ?? 1);
const FIRST_CELL = '✓ cell 0';

let faulty: FaultySite;
let site: Site;

beforeAll(async () => {
  faulty = await FaultySite.open();
  ({ site } = faulty);
});
afterAll(() => faulty.close());

it('goes on when the API server is killed and comes back', async (context) => {
  const { killApiServer, startApiServer } = controls(context);
  const replay = faulty.replay();
  try {
    await replay.says(FIRST_CELL);
  } finally {
    await killApiServer();
    await startApiServer();
  }
  await faulty.expectSame(replay.ended);
});

it('goes on when the kubelet is restarted', async (context) => {
  const { restart } = controls(context);
  const replay = faulty.replay();
  await replay.says(FIRST_CELL);
  await restart('kubelet');
  await faulty.expectSame(replay.ended);
});

it('is tried once more when its pod is evicted, and judged once', async () => {
  const replay = faulty.replay();
  await replay.says(FIRST_CELL);
  const { items } = await admin.core.listNamespacedPod({ namespace: site.namespace });
  const { name = '' } = items[0]!.metadata!;
  const body = { metadata: { name, namespace: site.namespace } };
  await admin.core.createNamespacedPodEviction({ name, namespace: site.namespace, body });
  const { replays } = await faulty.expectSame(replay.ended);
  expect(replays).toHaveLength(1);
  expect((await replay.ended).stderr).toContain('The cluster ended the pod; it starts another one.');
});

it('says that the kernel ran out of memory, and what to do', async () => {
  site.workplace.notebook('big.ipynb', ['print(1)', 'block = b"x" * (1 << 30)\nprint(len(block))']);
  const { code, stdout, stderr } = await site.reprise(
    ...site.onCluster('run', 'big.ipynb', '--memory', '256Mi'),
  );
  expect([code, stdout + stderr]).toEqual([5, expect.stringMatching(/The kernel died in cell 1/) as string]);
  expect(stdout + stderr).toContain('The run had 256Mi of memory. More of it: --memory');
  await site.expectNothingLeft();
});

it('ends a run at its deadline and keeps what ran before', async () => {
  site.workplace.write('reprise.yaml', 'profiles: { short: { deadlineSeconds: 4 } }\n');
  site.workplace.notebook('endless.ipynb', ['print(1)', 'import time\ntime.sleep(600)']);
  const { code, stdout, stderr } = await site.reprise(...site.onCluster('run', 'endless.ipynb'));
  site.workplace.write('reprise.yaml', 'profiles: { usual: {} }\n');
  expect([code, stdout + stderr]).toEqual([5, expect.stringContaining('deadlineSeconds') as string]);
  expect(site.workplace.record().cells.map(({ index, status }) => [index, status])).toContainEqual([0, 'ok']);
  await site.expectNothingLeft();
});

it('says of an image that is not there what to do, and leaves it to the user', async () => {
  const absent = `localhost/absent@sha256:${'0'.repeat(64)}`;
  const replay = faulty.replay({ args: ['--image', absent], group: true });
  await replay.says('cannot be pulled');
  process.kill(-replay.child.pid!, 'SIGINT');
  const { code, stderr } = await replay.ended;
  const run = Site.runOf({ stdout: '', stderr });
  expect([code, stderr]).toEqual([130, expect.stringContaining(`reprise attach ${run}`) as string]);
  expect((await site.reprise('delete', run)).code).toBe(0);
  await site.expectNothingLeft();
  expect(await site.reprise('attach', run)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('deleted') as string,
  });
});

it('starts when the quota of the namespace has room', async () => {
  const { namespace } = site;
  const body = { metadata: { name: 'small' }, spec: { hard: { 'requests.cpu': '500m' } } };
  await admin.core.createNamespacedResourceQuota({ namespace, body });
  const replay = faulty.replay();
  await replay.says('The quota small of the namespace is used up');
  await admin.core.deleteNamespacedResourceQuota({ namespace, name: 'small' });
  await faulty.expectSame(replay.ended);
});

it('starts when there are GPUs enough', async (context) => {
  const { setGpus } = controls(context);
  const replay = faulty.replay({ args: ['--gpu', '12'] });
  try {
    await replay.says('No node has a free GPU');
    await setGpus(16);
    await faulty.expectSame(replay.ended);
  } finally {
    await setGpus(1);
  }
});

it('fetches 64 MiB over a connection that is cut twice, and a log that is cut and stalls', async () => {
  site.workplace.notebook('large.ipynb', [
    'import hashlib\nblock = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(1 << 15))',
    'with open("large.bin", "wb") as file:\n    for i in range(64):\n        _ = file.write(bytes([i]) + block[1:])',
  ]);
  const { proxy, kubeconfig } = await Proxy.before(site.user.kubeconfig);
  try {
    const args = site.onCluster('run', 'large.ipynb', '--format', 'json');
    const running = site.start(args, { env: { KUBECONFIG: kubeconfig } });
    await running.says(FIRST_CELL);
    proxy.cut();
    await proxy.cutAfter(20 << 20);
    await proxy.cutAfter(20 << 20);
    const ended = await running.ended;
    expect([ended.code, document<{ status: string }>(ended).status]).toEqual([0, 'ok']);
  } finally {
    proxy.close();
  }
  await site.expectNothingLeft();
});

it('keeps two replays of one run apart', async () => {
  const [one, other] = await Promise.all([faulty.replay().ended, faulty.replay().ended]);
  const runs = [await faulty.expectSame(one), await faulty.expectSame(other)].map(
    ({ replays }) => replays[0],
  );
  expect(new Set(runs).size).toBe(2);
});

describe('before anything is sent', () => {
  const refused = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const { code, stderr } = await site.start(site.onCluster('replay', ...(args as [string])), { env }).ended;
    await site.expectNothingLeft();
    return { code, stderr };
  };

  it('names a right that is lacking, and where the Role is', async () => {
    const rules = RULES.filter(({ resources }) => !resources?.includes('pods/exec'));
    const user = await createUser(site.namespace, { name: 'without-exec', rules });
    const { code, stderr } = await refused([faulty.run], { KUBECONFIG: user.kubeconfig });
    user.remove();
    expect(code).toBe(5);
    expect(stderr).toContain('you may not get pods/exec, create pods/exec');
    expect(stderr).toMatch(/deploy\/\S*rbac\.yaml|deploy\/README/);
  });

  it('says who is not known any more what to do', async () => {
    const user = await createUser(site.namespace, { name: 'gone' });
    await admin.core.deleteNamespacedServiceAccount({ namespace: site.namespace, name: 'gone' });
    const known = async () => (await refused([faulty.run], { KUBECONFIG: user.kubeconfig })).stderr;
    await expect.poll(known, { timeout: 30_000 }).toContain('Log in again');
    user.remove();
  });
});

it('comes to the same result when its client is killed at any point', async () => {
  const random = mulberry(SEED);
  console.log(`REPRISE_TEST_SEED=${SEED}`);
  for (const [from, to] of [
    [600, 2_500],
    [2_500, 6_000],
    [6_000, 10_000],
  ] as const) {
    const ms = from + random() * (to - from);
    console.log(`killed after ${Math.round(ms)} ms: ${await faulty.killAfter(ms)}`);
  }
});
