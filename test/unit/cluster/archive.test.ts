/** Results as a pod sends them, read from a real server of this machine. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pack } from 'tar-stream';
import { fromStore } from '../../../src/cluster/collect/archive';
import { addressSecret } from '../../../src/cluster/manifests/inputs';
import { job } from '../../../src/cluster/manifests/job';
import { addressesOf } from '../../../src/cli/cluster/options';
import { Store } from '../../../src/lineage/store';
import { replayRequest } from './requests';

const RUN = '20261126-101500-k3v9qa';
const sha256 = (of: Buffer | string) => createHash('sha256').update(of).digest('hex');
const deep = `${'deep/'.repeat(30)}größe.csv`;

let store: Store;
beforeEach(() => {
  store = new Store(mkdtempSync(path.join(tmpdir(), 'reprise-archive-')));
  mkdirSync(store.runFolder(RUN), { recursive: true });
});
afterEach(() => rmSync(store.root, { recursive: true }));

type Files = Record<string, string>;

function listOf(files: Files, run = RUN): string {
  const listed = Object.entries(files).map(([name, text]) => ({
    path: name,
    size: Buffer.byteLength(text),
    sha256: sha256(text),
  }));
  return JSON.stringify({ schema: 'reprise/results/1', run, files: listed });
}

async function tarOf(list: string, files: Files): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'manifest.json' }, list);
  for (const [name, text] of Object.entries(files)) tar.entry({ name: `files/${name}` }, text);
  tar.finalize();
  return buffer(tar);
}

/** @param cuts how often the connection is cut in the middle */
async function had(body: Buffer, list: string, { cuts = 0, status = 200 } = {}): Promise<number> {
  let left = cuts;
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-length': body.length });
    if (left-- <= 0) return response.end(body);
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
    return response;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/results?signature=s3cr3t`;
  let bytes = 0;
  try {
    await fromStore({ address, store, run: RUN, manifest: sha256(list), onBytes: (now) => (bytes = now) });
    return bytes;
  } finally {
    server.close();
  }
}

const FILES = { [`.reprise/runs/${RUN}/record.jsonl`]: '{}\n', [deep]: 'x'.repeat(300_000) };
const drawn = () => path.join(store.runFolder(RUN), 'files', deep);

it('is each file of the list, in its place, though the connection was cut twice', async () => {
  const list = listOf(FILES);
  expect(await had(await tarOf(list, FILES), list, { cuts: 2 })).toBe(300_003);
  expect(readFileSync(drawn(), 'utf8')).toBe(FILES[deep]);
  expect(readFileSync(store.recordPath(RUN), 'utf8')).toBe('{}\n');
});

it.each<[string, (list: string) => Promise<Buffer>]>([
  ['another list', () => tarOf(listOf({}), {})],
  ['a file that differs', (list) => tarOf(list, { ...FILES, [deep]: 'y'.repeat(300_000) })],
  ['a file that is longer', (list) => tarOf(list, { ...FILES, [deep]: 'x'.repeat(300_001) })],
  ['too few files', (list) => tarOf(list, {})],
])('is not used where the store has %s', async (_, made) => {
  const list = listOf(FILES);
  await expect(had(await made(list), list)).rejects.toMatchObject({ reason: 'results-changed' });
  expect(existsSync(drawn())).toBe(false);
});

it('writes nowhere but where results are, whatever the tar and its list say', async () => {
  const list = listOf({ '../outside.txt': 'x' });
  const body = await tarOf(list, { '../outside.txt': 'x' });
  await expect(had(body, list)).rejects.toMatchObject({ reason: 'results-changed' });
  const extra = await tarOf(listOf(FILES), { '../../outside.txt': 'x', ...FILES });
  await had(extra, listOf(FILES));
  expect(existsSync(path.join(store.root, 'outside.txt'))).toBe(false);
});

it('is asked for anew where the address is no longer good, and says so without it', async () => {
  const failed = had(Buffer.from(''), '', { status: 403 });
  await expect(failed).rejects.toMatchObject({
    reason: 'results-lost',
    message: expect.stringMatching(/the store answered 403.*REPRISE_RESULTS_GET_URL/) as string,
  });
  await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('s3cr3t') as string });
});

it('has its address in a Secret, and in nothing else that is created', () => {
  const put = 'https://store.example/results?signature=s3cr3t';
  const resultsUrl = {
    variable: 'REPRISE_RESULTS_URL',
    secretKeyRef: { name: 'reprise-x-results', key: 'put' },
  };
  const request = replayRequest({}, { resultsUrl });
  const secret = addressSecret(request, resultsUrl.secretKeyRef, put);
  expect(secret).toMatchObject({ kind: 'Secret', immutable: true, stringData: { put } });
  const manifest = job(request);
  expect(manifest.spec.template.spec.containers[0]?.env).toContainEqual({
    name: 'REPRISE_RESULTS_URL',
    valueFrom: { secretKeyRef: resultsUrl.secretKeyRef },
  });
  expect(JSON.stringify(manifest)).not.toContain('s3cr3t');
});

it('is an http or https address, and the message about another does not repeat it', () => {
  const put = 'https://a.example/b';
  expect(addressesOf({ resultsPutUrl: put })).toEqual({ sink: { put }, depot: {} });
  for (const address of ['s3://bucket/s3cr3t', 's3cr3t'])
    expect(() => addressesOf({ resultsGetUrl: address })).toThrow(
      /^--results-get-url is no http or https address/,
    );
});
