/** Results that are kept elsewhere than in the pod that made them, which is gone when they are wanted. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUN_LABEL } from '../../src/cluster/manifests/request';
import { document } from '../documents';
import { admin, controls, nodeAddress } from './support/cluster';
import { FaultySite, recordedHere } from './support/faults';
import type { Site } from './support/site';
import { Volume } from './support/volume';

const CELLS = [
  'import random\nprint(random.random())',
  'with open("drawn.txt", "w") as file:\n    _ = file.write("x" * 3_000_000)',
];
const WAIT_MS = 60_000;

let faulty: FaultySite;
let site: Site;
let run: string;

beforeAll(async () => {
  faulty = await FaultySite.open();
  ({ site } = faulty);
  site.workplace.notebook('kept.ipynb', CELLS);
  run = await recordedHere(site, 'kept.ipynb');
});
afterAll(() => faulty.close());

async function detached(): Promise<string> {
  const ended = await site.reprise(...site.onCluster('replay', run, '--detach', '--format', 'json'));
  expect(ended.stderr).toContain('kept on the volume claim results, in team-a too');
  return document<{ run: string }>(ended).run;
}

describe('an address of a store', () => {
  let put: Buffer | undefined;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === 'GET') return response.end(put);
    return void buffer(request).then((body) => {
      put = body;
      response.end();
    });
  });
  afterAll(() => server.close());

  it('has them when the pod has ended, and is told to nobody', async (context) => {
    const host = nodeAddress(context);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = (what: string) =>
      `http://${host}:${(server.address() as AddressInfo).port}/${what}?signature=s3cr3t`;
    site.workplace.write('reprise.yaml', JSON.stringify({ profiles: { team: { holdSeconds: 0 } } }));
    const args = site.onCluster('replay', run, '--detach', '--format', 'json');
    const env = { KUBECONFIG: site.user.kubeconfig, REPRISE_RESULTS_PUT_URL: address('put') };
    const begun = await site.start(args, { env }).ended;
    const sent = document<{ run: string }>(begun).run;
    await expect.poll(() => put?.length ?? 0, { timeout: WAIT_MS }).toBeGreaterThan(3_000_000);
    const { items } = await admin.core.listNamespacedConfigMap({ namespace: site.namespace });
    const { items: jobs } = await admin.batch.listNamespacedJob({ namespace: site.namespace });
    const { items: pods } = await admin.core.listNamespacedPod({ namespace: site.namespace });
    const log = await admin.core.readNamespacedPodLog({
      namespace: site.namespace,
      name: pods[0]?.metadata?.name ?? '',
    });
    const kept = site.workplace.read(`.reprise/runs/${sent}/target.json`);
    expect(JSON.stringify([items, jobs, pods, log, kept, begun])).not.toContain('s3cr3t');
    const attached = await faulty.attach(sent, { env: { REPRISE_RESULTS_GET_URL: address('get') } });
    expect(attached.stderr).toContain('reading what it sent to the address');
    const { replays, covered } = await faulty.expectSame(attached);
    expect([replays, covered.files]).toEqual([[sent], 1]);
    expect(asked.map((each) => each.split('?')[0])).toEqual(['PUT /put', 'GET /get']);
    expect(site.workplace.read(`.reprise/runs/${sent}/record.jsonl`)).not.toContain('s3cr3t');
  });
});

describe('a volume claim', () => {
  let volume: Volume;

  beforeAll(async () => {
    volume = await Volume.claimed(site.namespace, 'results');
    const profiles = { team: { holdSeconds: 0, results: { pvc: 'results', path: 'team-a' } } };
    site.workplace.write('reprise.yaml', JSON.stringify({ profiles }));
  });
  afterAll(async () => {
    rmSync(site.workplace.path('reprise.yaml'));
    await volume.remove();
  });

  /** Where the pod of a run has put all that there is. */
  async function keptOf(sent: string): Promise<string> {
    const place = path.join(volume.folder, 'team-a', sent);
    const found = () =>
      existsSync(place)
        ? readdirSync(place).filter((uid) => existsSync(path.join(place, uid, 'end.json')))
        : [];
    await expect.poll(found, { timeout: WAIT_MS, message: 'results on the volume' }).toHaveLength(1);
    return path.join(place, found()[0]!);
  }

  const deletePods = (sent: string) =>
    admin.core.deleteCollectionNamespacedPod({
      namespace: site.namespace,
      labelSelector: `${RUN_LABEL}=${sent}`,
    });

  it('has them when the pod has ended, and its last words are all that is left of it', async (context) => {
    controls(context);
    const sent = await detached();
    const kept = await keptOf(sent);
    const manifest = readFileSync(path.join(kept, 'manifest.json'));
    const end = JSON.parse(readFileSync(path.join(kept, 'end.json'), 'utf8')) as { manifest: string };
    expect(end.manifest).toBe(createHash('sha256').update(manifest).digest('hex'));
    const attached = await faulty.attach(sent);
    expect(attached.stderr).toContain('reading what it kept on the volume claim results');
    const { replays, covered } = await faulty.expectSame(attached);
    expect([replays, covered.files]).toEqual([[sent], 1]);
  });

  it('has them when the pod was deleted before anybody asked for it', async (context) => {
    controls(context);
    const sent = await detached();
    await keptOf(sent);
    await deletePods(sent);
    const { replays, covered } = await faulty.expectSame(await faulty.attach(sent));
    expect([replays, covered.files]).toEqual([[sent], 1]);
  });

  it('has nothing that is taken for a result when it was changed there', async (context) => {
    controls(context);
    const sent = await detached();
    const kept = await keptOf(sent);
    writeFileSync(path.join(kept, 'files', 'drawn.txt'), 'y'.repeat(3_000_000));
    const { code, stderr, stdout } = await faulty.attach(sent);
    expect([code, stdout + stderr]).toEqual([
      5,
      expect.stringContaining('drawn.txt that came from the pod is not what the pod said') as string,
    ]);
    await site.expectNothingLeft();
  });
});
