/** Files that are too large for ConfigMaps, and that pods have from a store, from git or from a volume instead of from us. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import type { Ended } from '../cli/support';
import { document } from '../documents';
import { GitServer } from '../gitServer';
import { admin, controls, imageGit, nodeAddress } from './support/cluster';
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

/** All that is in the folder of a run here. */
function keptWith(sent: string): string[] {
  const folder = site.workplace.path(`.reprise/runs/${sent}`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
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
    expect(JSON.stringify([begun, second, attached, events, keptWith(sent)])).not.toContain('s3cr3t');
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

describe('a git remote', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-served-'));
  const bare = path.join(folder, 'team.git');
  let server: GitServer | undefined;

  const git = (at: string, ...args: string[]) =>
    execFileSync('git', ['-C', at, ...args], { encoding: 'utf8' });
  const refs = () => git(bare, 'for-each-ref', '--format=%(refname)').trim();

  /** A replay whose files go there, with the image that has git. */
  async function byGit(context: TestContext, ...options: string[]): Promise<Ended> {
    const image = imageGit(context);
    if (server === undefined) {
      server = await GitServer.start(folder, 's3cr3t', nodeAddress(context));
      const here = site.workplace.folder;
      git(here, 'init', '-q');
      git(here, 'remote', 'add', 'origin', `${server.address}/team.git`);
      letInWith('s3cr3t');
      const body = { metadata: { name: 'team-git' }, stringData: { password: 's3cr3t' } };
      await admin.core.createNamespacedSecret({ namespace: site.namespace, body });
      const bundle = { git: { remote: 'origin', secret: 'team-git' } };
      site.workplace.write('reprise.yaml', JSON.stringify({ profiles: { team: { bundle } } }));
    }
    return replay({}, '--image', image, ...options);
  }

  function letInWith(password: string): void {
    const helper = `!f() { echo username=git; echo password=${password}; }; f`;
    git(site.workplace.folder, 'config', 'credential.helper', helper);
  }

  beforeAll(() => {
    mkdirSync(bare);
    git(bare, 'init', '-q', '--bare');
  });
  afterAll(async () => {
    await server?.stop();
    for (const made of ['reprise.yaml', '.git'])
      rmSync(site.workplace.path(made), { recursive: true, force: true });
    rmSync(folder, { recursive: true });
  });

  it('gives a pod the files under a ref of the run, which is gone with it, and nobody is told the token', async (context) => {
    const ended = await byGit(context);
    expect(ended.stderr).toMatch(/sent by git: 1 file, 12\.\d MiB, to http:\S+\/team\.git/);
    expectSame(ended);
    const asked = [...new Set(server!.asked.filter((each) => each.startsWith('POST')))];
    expect(asked).toEqual(['POST /team.git/git-receive-pack', 'POST /team.git/git-upload-pack']);
    expect([refs(), git(site.workplace.folder, 'for-each-ref')]).toEqual(['', '']);
    const { items: events } = await admin.core.listNamespacedEvent({ namespace: site.namespace });
    const kept = keptWith(/Submitted as reprise-(\S+)/.exec(ended.stderr)![1]!);
    expect(JSON.stringify([ended, events, kept])).not.toContain('s3cr3t');
    await site.expectNothingLeft();
  });

  it('is asked by a preflight whether it would take them', async (context) => {
    const good = await byGit(context, '--preflight');
    expect([good.code, good.stderr]).toEqual([0, expect.not.stringContaining('could not be pushed')]);
    const before = server!.asked.length;
    letInWith('wrong');
    const bad = await byGit(context, '--preflight');
    letInWith('s3cr3t');
    expect([bad.code, bad.stderr]).toEqual([
      5,
      expect.stringMatching(
        /could not be pushed to origin \(refs\/reprise\/bundles\/\S+\): Authentication failed/,
      ),
    ]);
    expect(server!.asked.slice(before)).toEqual([]);
    expect(refs()).toBe('');
    await site.expectNothingLeft();
  });

  it('is refused where its ref leads to something else', async (context) => {
    const moved = `#!/bin/sh\nwhile read old new ref; do git update-ref $ref $(git -c user.name=e -c user.email=e commit-tree -m other $new^{tree}); done\n`;
    writeFileSync(path.join(bare, 'hooks/post-receive'), moved, { mode: 0o755 });
    const ended = await byGit(context);
    rmSync(path.join(bare, 'hooks/post-receive'));
    expect([ended.code, ended.stderr]).toEqual([
      5,
      expect.stringContaining('is not the commit that was pushed. Nothing ran.') as string,
    ]);
    expect(ended.stderr + ended.stdout).not.toContain('s3cr3t');
    expect(refs()).toBe('');
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
