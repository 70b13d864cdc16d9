/** Files that are too large for ConfigMaps, and that pods have from a store or from a volume instead of from us. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import type { Ended } from '../cli/support';
import { document } from '../documents';
import { admin, controls, nodeAddress } from './support/cluster';
import { recordedHere } from './support/faults';
import { Site } from './support/site';
import { Volume } from './support/volume';

const MIB = 1 << 20;
const DIGEST = 'import hashlib\nprint(hashlib.sha256(open("data.bin", "rb").read()).hexdigest())';
const BRINGING = 'Bringing the notebook and its files to the pod';

let site: Site;
let run: string;

beforeAll(async () => {
  site = await Site.open();
  site.workplace.write('data.bin', randomBytes(12 * MIB));
  site.workplace.notebook('reads.ipynb', [DIGEST]);
  run = await recordedHere(site, 'reads.ipynb');
});
afterAll(() => site.close());

function replay(env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<Ended> {
  const command = site.onCluster('replay', run, '--format', 'json', ...args);
  return site.start(command, { env: { KUBECONFIG: site.user.kubeconfig, ...env } }).ended;
}

function expectSame({ code, stdout, stderr }: Ended): void {
  expect([document<Judgement>({ stdout, stderr }).verdict, code], stderr).toEqual(['identical', 0]);
}

describe('an address of a store', () => {
  let files: Buffer | undefined;
  /** Each request, with the range that it asked for. */
  const asked: string[] = [];
  let cuts = 0;
  const server = createServer((request, response) => {
    const { method, headers, url = '' } = request;
    asked.push(`${method} ${url.split('?')[0]} ${headers.range ?? 'all'}`);
    if (method === 'PUT') {
      return void buffer(request).then((body) => {
        if (url.startsWith('/files')) files = body;
        response.end();
      });
    }
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const body = files!.subarray(start);
    const range = { 'content-range': `bytes ${start}-${files!.length - 1}/${files!.length}` };
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length, ...(start > 0 ? range : {}) });
    if (cuts-- > 0) return void response.write(body.subarray(0, 5 * MIB), () => response.destroy());
    return void response.end(body);
  });
  afterAll(() => server.close());

  async function address(context: TestContext, what: string): Promise<string> {
    const host = nodeAddress(context);
    if (!server.listening) await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return `http://${host}:${(server.address() as AddressInfo).port}/${what}?signature=s3cr3t`;
  }

  it('gives a pod the files that were put there, over a connection that was cut, and is told to nobody', async (context) => {
    cuts = 1;
    const env = {
      REPRISE_BUNDLE_PUT_URL: await address(context, 'files'),
      REPRISE_BUNDLE_GET_URL: await address(context, 'files'),
      REPRISE_RESULTS_PUT_URL: await address(context, 'results'),
    };
    const begun = await replay(env, '--detach');
    expect(begun.stderr).toMatch(/files \(12\.\d MiB\) are put to the address that was given/);
    const sent = document<{ run: string }>(begun).run;
    const second = await replay({ REPRISE_RESULTS_PUT_URL: env.REPRISE_RESULTS_PUT_URL }, '--detach');
    expect([second.code, second.stderr]).toEqual([
      2,
      expect.stringMatching(
        new RegExp(`results of run ${sent} are put to the same address.*{run}`),
      ) as string,
    ]);
    const attached = await site.reprise('attach', sent, '--format', 'json');
    expectSame(attached);
    const { namespace } = site;
    const { items: events } = await admin.core.listNamespacedEvent({ namespace });
    const kept = readdirSync(site.workplace.path(`.reprise/runs/${sent}`), {
      recursive: true,
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
    expect(JSON.stringify([begun, second, attached, events, kept])).not.toContain('s3cr3t');
    expect(asked.slice(0, 2)).toEqual(['PUT /files all', 'GET /files all']);
    expect(asked[2]).toMatch(/^GET \/files bytes=[1-9]\d*-$/);
    expect(asked.slice(3)).toEqual(['PUT /results all']);
    await site.expectNothingLeft();
  });

  it('is refused where something else is there', async (context) => {
    files = randomBytes(MIB);
    const ended = await replay({ REPRISE_BUNDLE_GET_URL: await address(context, 'files') });
    expect([ended.code, ended.stderr]).toEqual([
      5,
      expect.stringContaining(
        "What is at the address is not the notebook's files (1048576 bytes came",
      ) as string,
    ]);
    expect(ended.stderr + ended.stdout).not.toContain('s3cr3t');
    await site.expectNothingLeft();
  });
});

describe('a volume claim', () => {
  let volume: Volume;

  beforeAll(async () => {
    volume = await Volume.claimed(site.namespace, 'files');
    const profiles = { team: { bundle: { pvc: 'files', path: 'team-a' } } };
    site.workplace.write('reprise.yaml', JSON.stringify({ profiles }));
  });
  afterAll(async () => {
    rmSync(site.workplace.path('reprise.yaml'));
    await volume.remove();
  });

  it('keeps the files that were brought to a pod, and the next one finds them by their digest', async (context) => {
    controls(context);
    const first = await replay();
    expect(first.stderr).toContain('are read from the volume claim files, in team-a');
    expect(first.stderr).toContain(BRINGING);
    expectSame(first);
    const [name = '', ...more] = readdirSync(path.join(volume.folder, 'team-a'));
    const kept = readFileSync(path.join(volume.folder, 'team-a', name));
    expect([more, name]).toEqual([[], `${createHash('sha256').update(kept).digest('hex')}.tar.gz`]);
    const second = await replay();
    expect(second.stderr).toContain("The notebook's files were on the volume already.");
    expect(second.stderr).not.toContain(BRINGING);
    expectSame(second);
    const out = await replay({}, '--bundle-out', 'out.tar.gz');
    expect(document(out)).toMatchObject({ file: 'out.tar.gz', sha256: name.split('.')[0] });
    expect(readFileSync(site.workplace.path('out.tar.gz')).equals(kept)).toBe(true);
    await site.expectNothingLeft();
  });
});
