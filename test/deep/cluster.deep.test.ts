/** The faults of clusters and networks that take long, and clients killed at many points. The seed is printed. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/replay/documents';
import { mulberry } from '../unit/lint/random';
import { admin } from '../cluster/support/cluster';
import { FaultySite, recordedHere } from '../cluster/support/faults';
import { restrictedNamespace } from '../cluster/support/namespace';
import { Proxy } from '../cluster/support/proxy';
import { type Site } from '../cluster/support/site';
import { createUser, RULES } from '../cluster/support/user';
import { document } from '../documents';

const KILLS = 24;
const MIB = 1 << 20;
const SEED = Number(process.env.REPRISE_TEST_SEED ?? 1);
const BRINGING = 'Bringing the notebook and its files to the pod';
const FIRST_CELL = '✓ cell 0';

let faulty: FaultySite;
let site: Site;

beforeAll(async () => {
  faulty = await FaultySite.open();
  ({ site } = faulty);
});
afterAll(() => faulty.close());

it(`comes to the same result when its client is killed at ${KILLS} points`, async () => {
  const random = mulberry(SEED);
  for (let kill = 0; kill < KILLS; kill++) {
    const ms = 300 + random() * 9_000;
    console.log(`seed ${SEED}, killed after ${Math.round(ms)} ms: ${await faulty.killAfter(ms)}`);
  }
});

it('fetches 1 GiB over a connection that is cut three times', async () => {
  site.workplace.notebook('large.ipynb', [
    'block = bytes(range(256)) * 4096',
    'with open("large.bin", "wb") as file:\n    for i in range(1024):\n        _ = file.write(bytes([i % 251]) + block[1:])',
  ]);
  const { proxy, kubeconfig } = await Proxy.before(site.user.kubeconfig);
  try {
    const args = site.onCluster('run', 'large.ipynb', '--memory', '2Gi', '--format', 'json');
    const running = site.start(args, { env: { KUBECONFIG: kubeconfig } });
    await running.says(FIRST_CELL);
    for (let cut = 0; cut < 3; cut++) await proxy.cutAfter(200 * MIB);
    const ended = await running.ended;
    expect([ended.code, document<Run>(ended, 'run-1').status]).toEqual([0, 'ok']);
  } finally {
    proxy.close();
  }
  await site.expectNothingLeft();
});

it('goes on after a network that was gone for longer than it waits for an answer', async () => {
  const { proxy, kubeconfig } = await Proxy.before(site.user.kubeconfig);
  try {
    const replay = faulty.replay({ env: { KUBECONFIG: kubeconfig } });
    await replay.says(FIRST_CELL);
    proxy.stall(true);
    await replay.says('The cluster does not answer');
    proxy.stall(false);
    await faulty.expectSame(replay.ended);
  } finally {
    proxy.close();
  }
});

it('keeps what ran when somebody deletes the pod, and says who ended it', async () => {
  const { namespace } = site;
  site.workplace.notebook('endless.ipynb', ['print(1)', 'import time\ntime.sleep(600)']);
  const run = site.start(site.onCluster('run', 'endless.ipynb'));
  await run.says(FIRST_CELL);
  const { items } = await admin.core.listNamespacedPod({ namespace });
  await admin.core.deleteNamespacedPod({ namespace, name: items[0]!.metadata!.name! });
  const { code, stderr } = await run.ended;
  expect([code, stderr]).toEqual([5, expect.stringContaining('told to stop') as string]);
  expect(site.workplace.record().cells[0]).toMatchObject({ index: 0, status: 'ok' });
  await site.expectNothingLeft();
});

it('ends when its namespace is deleted, with what to do', async () => {
  const other = await restrictedNamespace();
  const user = await createUser(other.name);
  site.workplace.notebook('endless.ipynb', ['print(1)', 'import time\ntime.sleep(600)']);
  const run = site.start(site.onCluster('run', 'endless.ipynb'), { env: { KUBECONFIG: user.kubeconfig } });
  await run.says(FIRST_CELL);
  await other.remove();
  const { code, stderr } = await run.ended;
  user.remove();
  const words = /deleted|told to stop|(log in again|your rights were taken).*reprise attach/;
  expect([code, stderr]).toEqual([5, expect.stringMatching(words) as string]);
});

it('stops waiting when its user is no longer known, and comes back when one is', async () => {
  const { namespace } = site;
  const user = await createUser(namespace, { name: 'passing' });
  site.workplace.notebook('long.ipynb', ['print(1)', 'import time\ntime.sleep(60)']);
  const run = site.start(site.onCluster('run', 'long.ipynb'), { env: { KUBECONFIG: user.kubeconfig } });
  await run.says(FIRST_CELL);
  await admin.core.deleteNamespacedServiceAccount({ namespace, name: 'passing' });
  const { code, stderr } = await run.ended;
  user.remove();
  expect([code, stderr]).toEqual([5, expect.stringMatching(/log in again.*reprise attach/) as string]);
  const attached = await faulty.attach(/reprise attach (\S+)/.exec(stderr)![1]!);
  expect([attached.code, document<Run>(attached, 'run-1').status]).toEqual([0, 'ok']);
  await site.expectNothingLeft();
});

describe('a right that is lacking is named before anything is sent', () => {
  const rights = RULES.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ group: apiGroups[0]!, resource, verb }))),
  ).filter(({ resource, verb }) => resource !== 'secrets' && !isSpare(resource, verb));

  it.each(rights)('$verb $resource', async ({ resource, verb }) => {
    const rules = RULES.flatMap(({ resources = [], verbs, ...rule }) =>
      resources.map((each) => ({
        ...rule,
        resources: [each],
        verbs: each === resource ? verbs.filter((other) => other !== verb) : verbs,
      })),
    ).filter(({ verbs }) => verbs.length > 0);
    const name = `no-${verb}-${resource.replace('/', '-')}`;
    const user = await createUser(site.namespace, { name, rules });
    const { code, stderr } = await faulty.replay({ env: { KUBECONFIG: user.kubeconfig } }).ended;
    user.remove();
    expect([code, stderr]).toEqual([5, expect.stringContaining(`you may not ${verb} ${resource}`) as string]);
    await site.expectNothingLeft();
  });
});

/** Granted for other tools that look at a run; a run does without. */
function isSpare(resource: string, verb: string): boolean {
  return (resource === 'jobs' && verb === 'watch') || (resource === 'pods' && verb === 'get');
}

describe('a bundle', () => {
  it.each([
    ['just below one ConfigMap', 1 * MIB - 16_384, 'one ConfigMap'],
    ['just above one ConfigMap', 1 * MIB + 1, '2 ConfigMaps'],
    ['of several ConfigMaps', 5 * MIB, '6 ConfigMaps'],
    ['just below what fits into them', 10 * MIB - 65_536, '10 ConfigMaps'],
    ['just above what fits into them', 10 * MIB + 1, BRINGING],
    ['just below the limit', 512 * MIB - 2 * MIB, BRINGING],
  ])('%s arrives', async (_, bytes, words) => {
    site.workplace.write('data.bin', randomBytes(bytes));
    site.workplace.notebook('reads.ipynb', [
      'import hashlib\nprint(hashlib.sha256(open("data.bin", "rb").read()).hexdigest())',
    ]);
    const run = await recordedHere(site, 'reads.ipynb');
    const replay = site.start(site.onCluster('replay', run, '--memory', '2Gi', '--format', 'json'));
    await faulty.expectSame(replay.ended);
    expect((await replay.ended).stderr).toContain(words);
  });

  it('just above the limit is refused', async () => {
    site.workplace.write('data.bin', randomBytes(512 * MIB + 1));
    site.workplace.notebook('reads.ipynb', ['print(len(open("data.bin", "rb").read()))']);
    const run = await recordedHere(site, 'reads.ipynb');
    const { code, stderr } = await site.reprise(...site.onCluster('replay', run));
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/more than 512 MiB packed.*volume claim/) as string,
    ]);
    await site.expectNothingLeft();
  });

  it('of 200 MiB is brought over a connection that is cut five times', async () => {
    site.workplace.write('data.bin', randomBytes(200 * MIB));
    site.workplace.notebook('reads.ipynb', [
      'import hashlib\nprint(hashlib.sha256(open("data.bin", "rb").read()).hexdigest())',
    ]);
    const run = await recordedHere(site, 'reads.ipynb');
    const { proxy, kubeconfig } = await Proxy.before(site.user.kubeconfig);
    try {
      const args = site.onCluster('replay', run, '--memory', '2Gi', '--format', 'json');
      const replay = site.start(args, { env: { KUBECONFIG: kubeconfig } });
      await replay.says(BRINGING);
      for (let cut = 0; cut < 5; cut++) await proxy.cutAfterSent(3 * MIB);
      await faulty.expectSame(replay.ended);
    } finally {
      proxy.close();
    }
  });
});

it('refuses a profile that asks for what a restricted namespace admits to nobody', async () => {
  site.workplace.write(
    'reprise.yaml',
    'profiles: { host: { volumes: [{ name: root, mountPath: /host, hostPath: { path: / } }] } }\n',
  );
  const { code, stderr } = await faulty.replay().ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining('hostPath') as string]);
});
