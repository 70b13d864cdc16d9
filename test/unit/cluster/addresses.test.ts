/** Files that go to a pod by an address of a store or by a claim: chosen, sent to a real server of this machine, and told to nobody. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressOf, headersFor, placeOf } from '../../../src/cluster/addresses';
import { addressesOf } from '../../../src/cli/cluster/options';
import { job } from '../../../src/cluster/manifests/job';
import { type Making, packInputs } from '../../../src/cluster/prepare';
import type { Profile } from '../../../src/cluster/profile/profile';
import { requireAddresses } from '../../../src/cluster/stages/sending';
import { sharing } from '../../../src/cluster/sharing';
import { type ClusterRun, type Stage, writeState } from '../../../src/cluster/state';
import { upload } from '../../../src/cluster/supply/upload';
import { Store } from '../../../src/lineage/store';
import { preparedIn } from './prepared';

const MIB = 1 << 20;
const RUN = '20261126-101500-k3v9qa';
const ADDRESS = 'https://store.example/team/{run}.tar.gz?signature=s3cr3t';
const sha256 = (of: Buffer) => createHash('sha256').update(of).digest('hex');

let store: Store;
beforeEach(() => {
  store = new Store(mkdtempSync(path.join(tmpdir(), 'reprise-addresses-')));
  mkdirSync(store.runFolder(RUN), { recursive: true });
});
afterEach(() => rmSync(store.root, { recursive: true }));

const preparedWith = (bytes: number, profile: Profile, more: Partial<Making> = {}) =>
  preparedIn(store, RUN, bytes, profile, more);

describe('files that are too large for ConfigMaps', () => {
  it('are fetched from an address, which is in a Secret and in nothing else', async () => {
    const depot = { put: ADDRESS.replace('?', '?put&'), get: ADDRESS };
    const { prepared, asked, file } = await preparedWith(MIB, {}, { depot });
    const { bundle, secrets, putTo, way, request } = prepared;
    const bytes = readFileSync(file);
    expect(bundle).toEqual({ sha256: sha256(bytes), size: bytes.length, by: 'address' });
    expect(asked).toMatchObject({ url: 'REPRISE_BUNDLE_URL', bundle: { sha256: bundle.sha256 } });
    expect(asked['inputs']).toEqual([expect.objectContaining({ path: 'data.bin', size: MIB })]);
    expect(asked).toHaveProperty('sources.sha256');
    expect(secrets).toEqual([expect.objectContaining({ stringData: { get: addressOf(ADDRESS, RUN) } })]);
    expect(putTo).toBe(`https://store.example/team/${RUN}.tar.gz?put&signature=s3cr3t`);
    expect(way.sentence).toMatch(/^The notebook's files \(1\.\d MiB\) are put to the address that was given/);
    const manifest = job(request);
    expect(manifest.spec.template.spec.containers[0]?.env).toContainEqual({
      name: 'REPRISE_BUNDLE_URL',
      valueFrom: { secretKeyRef: { name: `reprise-${RUN}-bundle`, key: 'get' } },
    });
    expect(JSON.stringify([manifest, prepared.inputs, asked, prepared.places, way])).not.toContain('s3cr3t');
  });

  it('are the same archive for every run, so that they can be put there before', async () => {
    const { prepared, file } = await preparedWith(MIB, {}, { depot: { get: ADDRESS } });
    const before = readFileSync(file);
    const out = path.join(store.root, 'out.tar.gz');
    const work = { store, run: RUN, notebook: 'train.ipynb', sidecar: null };
    expect((await packInputs(work, ['data.bin'], out)).sha256).toBe(prepared.bundle.sha256);
    expect(readFileSync(out).equals(before)).toBe(true);
    expect(prepared.way.sentence).toContain(`sha256 ${prepared.bundle.sha256}) from the address`);
    expect(prepared).not.toHaveProperty('putTo');
  });

  it('are found on the claim of the profile, by their digest', async () => {
    const profile = { bundle: { pvc: 'files', path: 'team-a' } };
    const { prepared, asked } = await preparedWith(11 * MIB, profile);
    expect(prepared.bundle.by).toBe('claim');
    expect(asked).toMatchObject({ kept: '/bundle/team-a', supply: { patienceSeconds: 120 } });
    expect(prepared.request.bundleClaim).toBe('files');
    expect(prepared.way.sentence).toMatch(/are read from the volume claim files, in team-a, by their digest/);
    expect(prepared.inputs.objects.map(({ metadata }) => metadata.name)).toEqual([
      `reprise-${RUN}-agent`,
      `reprise-${RUN}-bundle`,
    ]);
  });

  it('are brought where there is neither, and travel in ConfigMaps where they fit', async () => {
    expect((await preparedWith(11 * MIB, {})).prepared.way.way).toBe('exec');
    const { prepared, asked, file } = await preparedWith(MIB, { bundle: { pvc: 'files' } });
    expect([prepared.way.way, prepared.bundle.by]).toEqual(['configmaps', undefined]);
    expect([prepared.request.bundleClaim, asked['kept'], existsSync(file)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it('need no address where there are none', async () => {
    const { prepared, asked } = await preparedWith(0, {}, { depot: { get: ADDRESS } });
    expect([prepared.way.way, prepared.secrets, asked['url']]).toEqual(['configmap', [], undefined]);
  });
});

it('a run that was begun with addresses goes on with nothing less', () => {
  const work = { store, run: RUN };
  const secrets = [`reprise-${RUN}-bundle`, `reprise-${RUN}-results`];
  const addresses = { depot: { get: ADDRESS }, sink: { put: ADDRESS } };
  expect(() => requireAddresses(work, {})).not.toThrow();
  writeState(store, { run: RUN, stage: 'submitting', secrets } as ClusterRun);
  expect(() => requireAddresses(work, addresses)).not.toThrow();
  for (const given of [{}, { depot: addresses.depot }, { sink: addresses.sink }])
    expect(() => requireAddresses(work, given)).toThrow(
      /Give them again \(REPRISE_BUNDLE_PUT_URL.*reprise delete/,
    );
});

type Answer = number | 'cut';

/** A store that takes what is put there, after the answers that it begins with. */
async function put(bytes: Buffer, answers: Answer[], query = '?signature=s3cr3t') {
  const bodies: Buffer[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    const answer = answers.shift() ?? 201;
    if (answer === 'cut') return void request.once('data', () => request.destroy());
    // As stores do that refuse: before they have read anything.
    if (answer >= 400) return response.writeHead(answer, { connection: 'close' }).end();
    return void buffer(request).then((body) => {
      bodies.push(body);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files${query}`;
  const file = path.join(store.root, 'files.tar.gz');
  writeFileSync(file, bytes);
  const told: number[] = [];
  const onBytes = (now: number) => told.push(now);
  try {
    const failure = await upload({ address, path: file, size: bytes.length, onBytes }).then(
      () => undefined,
      (error: Error & { reason?: string }) => error,
    );
    return { bodies, headers, told, failure };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('files that are put to an address', () => {
  const bytes = randomBytes(3 * MIB);

  it('arrive whole, after a connection that was cut and a store that was busy', async () => {
    const { bodies, headers, told, failure } = await put(bytes, ['cut', 503]);
    expect(failure).toBeUndefined();
    expect(bodies).toHaveLength(1);
    expect(bodies[0]!.equals(bytes)).toBe(true);
    expect(headers.at(-1)).toMatchObject({ 'content-length': String(bytes.length) });
    expect(headers.at(-1)).not.toHaveProperty('x-ms-blob-type');
    expect(told.at(-1)).toBe(bytes.length);
  });

  it('are said to be a blob where the address is signed as Azure signs', async () => {
    const { headers, bodies } = await put(bytes, [], '?sv=2024-11-04&sr=b&sp=cw&sig=s3cr3t');
    expect([bodies.length, headers[0]!['x-ms-blob-type']]).toEqual([1, 'BlockBlob']);
  });

  it('are not put there twice where the store refuses, and the message has no address', async () => {
    const { headers, failure } = await put(bytes, [403, 403]);
    expect(headers).toHaveLength(1);
    expect(failure).toMatchObject({ reason: 'not-uploaded' });
    expect(failure!.message).toMatch(/the store answered 403: it has expired.*Nothing was sent.*_PUT_URL/);
    expect(failure!.message).not.toMatch(/s3cr3t|127\.0\.0\.1/);
  });
});

describe('an address', () => {
  it('of Azure is known by its host, and no other is', () => {
    const headers = (address: string) => Object.keys(headersFor(address));
    expect(headers('https://team.blob.core.windows.net/c/b.tar')).toEqual(['x-ms-blob-type']);
    expect(headers('https://team.blob.core.chinacloudapi.cn/c/b.tar')).toEqual(['x-ms-blob-type']);
    for (const other of ['https://b.s3.amazonaws.com/a', 'https://blob.core.windows.net.example/a?sig=1'])
      expect(headers(other)).toEqual([]);
  });

  it('is the same place with another signature, and another place for another run', () => {
    expect(placeOf('https://a.example/b?sig=1')).toBe(placeOf('https://a.example/b?sig=2'));
    const place = (run: string) => placeOf(addressOf(ADDRESS, run));
    expect(place('20261126-101500-k3v9qa')).not.toBe(place('20261126-101500-k3v9qb'));
  });

  it('to put files to needs one to fetch them from, and the message repeats neither', () => {
    expect(() => addressesOf({ bundlePutUrl: 'https://s3cr3t.example' })).toThrow(
      /^--bundle-put-url needs --bundle-get-url/,
    );
    expect(() => addressesOf({ bundleGetUrl: 's3cr3t' })).toThrow(/^--bundle-get-url is no http or https/);
  });
});

describe('two runs with one address', () => {
  const OTHER = '20261126-101400-aaaaaa';

  /** What is said to a second run, when a first one with these places is at this stage. */
  async function said(
    stage: Stage,
    { sink, depot }: Pick<Making, 'sink' | 'depot'>,
    failure?: ClusterRun['failure'],
  ) {
    const { prepared } = await preparedWith(1000, {}, { sink, depot });
    const places = {
      ...(sink?.put ? { results: placeOf(addressOf(sink.put, OTHER)) } : {}),
      ...(depot?.put ? { bundle: placeOf(addressOf(depot.put, OTHER)) } : {}),
    };
    mkdirSync(store.runFolder(OTHER), { recursive: true });
    const bundle = { sha256: 'f'.repeat(64), size: 1, by: 'address' };
    writeState(store, { run: OTHER, stage, places, bundle, failure } as ClusterRun);
    return sharing(store, prepared).map(({ what, state, words }) => `${what} ${state}: ${words}`);
  }
  const put = 'https://store.example/one?signature=s3cr3t';

  it('may share the address of files that are the same', async () => {
    const depot = { put, get: put };
    const { prepared } = await preparedWith(1000, {}, { depot });
    mkdirSync(store.runFolder(OTHER), { recursive: true });
    const { bundle, places } = prepared;
    writeState(store, { run: OTHER, stage: 'submitted', places, bundle } as ClusterRun);
    expect(sharing(store, prepared)).toEqual([]);
  });

  it('are refused while the results of the first are not here', async () => {
    for (const stage of ['submitting', 'submitted', 'followed'] as const) {
      const words = await said(stage, { sink: { put } });
      expect(words).toEqual([expect.stringMatching(`^results bad: The results of run ${OTHER} are put to`)]);
      expect(words.join()).not.toContain('s3cr3t');
    }
  });

  it('are told what is overwritten where those are here, and nothing where it came to nothing', async () => {
    expect(await said('cleaned', { sink: { put } })).toEqual([
      expect.stringMatching(
        `^results note: .*take the place of those of run ${OTHER}, which are here.*{run}`,
      ),
    ]);
    expect(await said('cancelled', { sink: { put } })).toEqual([]);
    const failure = { kind: 'infrastructure', reason: 'fetch', message: 'It came to nothing.' } as const;
    expect(await said('cleaned', { sink: { put } }, failure)).toEqual([]);
  });

  it('have each their own where {run} is in it', async () => {
    expect(
      await said('submitted', { sink: { put: ADDRESS }, depot: { put: ADDRESS, get: ADDRESS } }),
    ).toEqual([]);
  });

  it('are refused where the first may not have fetched its files', async () => {
    const depot = { put, get: put };
    expect(await said('submitted', { depot })).toEqual([
      expect.stringMatching(`^inputs bad: Run ${OTHER} may not have fetched its files yet`),
    ]);
    expect(await said('followed', { depot })).toEqual([]);
  });
});
