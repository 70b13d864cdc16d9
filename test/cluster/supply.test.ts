/** Files that are too large for ConfigMaps, brought to a pod that waits for them, over connections that are cut. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/replay/documents';
import { document } from '../documents';
import { FaultySite, recordedHere } from './support/faults';
import { Proxy } from './support/proxy';
import { Site } from './support/site';

const MIB = 1 << 20;
const BRINGING = 'Bringing the notebook and its files to the pod';
const DIGEST = 'import hashlib\nprint(hashlib.sha256(open("data.bin", "rb").read()).hexdigest())';

let faulty: FaultySite;
let site: Site;
let run: string;

beforeAll(async () => {
  faulty = await FaultySite.open();
  ({ site } = faulty);
  site.workplace.write('data.bin', randomBytes(40 * MIB));
  site.workplace.notebook('reads.ipynb', [DIGEST]);
  run = await recordedHere(site, 'reads.ipynb');
});
afterAll(() => faulty.close());

const replayed = (...args: string[]) => site.onCluster('replay', run, '--format', 'json', ...args);
const bundleOf = (of: string) => path.join(site.workplace.store.runFolder(of), 'bundle.tar.gz');

it('arrive though the connection is cut three times while they are brought', async () => {
  const { proxy, kubeconfig } = await Proxy.before(site.user.kubeconfig);
  try {
    const replay = site.start(replayed(), { env: { KUBECONFIG: kubeconfig } });
    await replay.says(BRINGING);
    for (let cut = 0; cut < 3; cut++) await proxy.cutAfterSent(3 * MIB);
    const { replays } = await faulty.expectSame(replay.ended);
    const { stderr } = await replay.ended;
    expect(stderr).toMatch(
      /The notebook and its files \(40\.\d MiB, and 10 MiB fit into ConfigMaps\) are brought/,
    );
    expect(existsSync(bundleOf(replays[0]!))).toBe(false);
  } finally {
    proxy.close();
  }
});

it('are brought on by who takes the run up after its client was killed', async () => {
  const { proxy, kubeconfig } = await Proxy.before(site.user.kubeconfig);
  try {
    const replay = site.start(replayed(), { env: { KUBECONFIG: kubeconfig }, group: true });
    await replay.says(BRINGING);
    await proxy.cutAfterSent(3 * MIB);
    process.kill(-replay.child.pid!, 'SIGKILL');
    const sent = Site.runOf(await replay.ended);
    expect(existsSync(bundleOf(sent))).toBe(true);
    const attached = await faulty.attach(sent);
    expect(attached.stderr).toContain(BRINGING);
    expect((await faulty.expectSame(attached)).replays).toEqual([sent]);
    expect(existsSync(bundleOf(sent))).toBe(false);
  } finally {
    proxy.close();
  }
});

it('are there when a command that does not wait for the run comes back', async () => {
  const detached = await site.reprise(...replayed('--detach'));
  const sent = document<{ run: string }>(detached).run;
  expect([detached.code, detached.stderr]).toEqual([0, expect.stringContaining(BRINGING) as string]);
  const attached = await faulty.attach(sent);
  expect((await faulty.expectSame(attached)).replays).toEqual([sent]);
});

it('say how to come back when they are left half way, and are given up in time', async () => {
  const { proxy, kubeconfig } = await Proxy.before(site.user.kubeconfig);
  try {
    const replay = site.start(replayed(), { env: { KUBECONFIG: kubeconfig }, group: true });
    await replay.says(BRINGING);
    await proxy.cutAfterSent(MIB);
    process.kill(-replay.child.pid!, 'SIGINT');
    const { code, stderr } = await replay.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/does not have all of its files yet, .*reprise attach/);
    expect((await site.reprise('delete', Site.runOf({ stdout: '', stderr }))).code).toBe(0);
    await site.expectNothingLeft();
  } finally {
    proxy.close();
  }
});

describe('--input', () => {
  const COUNT = 'import ctypes, glob\nprint(len(glob.glob("parts/*")))';

  it('sends files that no record names', async () => {
    for (let i = 0; i < 3; i++) site.workplace.write(`parts/${i}.bin`, randomBytes(4 * MIB));
    site.workplace.notebook('counts.ipynb', [COUNT]);
    const args = site.onCluster('run', 'counts.ipynb', '--input', 'parts/*.bin', '--format', 'json');
    const ended = await site.reprise(...args);
    expect([ended.code, document<Run>(ended, 'run-1').status], ended.stderr).toEqual([0, 'ok']);
    const { executed } = document<Run>(ended, 'run-1');
    expect(readFileSync(path.join(site.workplace.folder, executed), 'utf8')).toContain('"3\\n"');
    expect(ended.stderr).toContain(BRINGING);
    await site.expectNothingLeft();
  });

  it.each([
    ['../elsewhere.bin', 'it does not lie under the root'],
    ['.reprise/runs', 'what Reprise keeps there'],
    ['.', 'not the root as a whole'],
    ['absent*.bin', 'there is no such file'],
  ])('refuses %s', async (glob, why) => {
    const { code, stderr } = await site.reprise(...site.onCluster('run', 'reads.ipynb', '--input', glob));
    expect([code, stderr]).toEqual([2, expect.stringContaining(why) as string]);
    await site.expectNothingLeft();
  });
});

it('are in no export for a repository, as nobody would bring them', async () => {
  const { code, stderr } = await site.reprise(
    'export',
    run,
    '--to',
    'kustomize',
    ...site.onCluster('replay', run).slice(4),
  );
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/nobody would bring them.*Nothing was written/) as string,
  ]);
});
