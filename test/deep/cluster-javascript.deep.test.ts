/**
 * The example that trains with TensorFlow.js, recorded here and replayed in a pod: in the image that `reprise image` writes
 * of its pin, built without a daemon on a base of Debian and Node.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CONTAINERD_SOCKET, at } from '../../scripts/cluster/layout.mjs';
import { DEBS, makeBase, PREFIX } from '../../scripts/cluster/images.mjs';
import type { RunRecord } from '../../src/lineage/record';
import type { Judgement, Run } from '../../src/replay/documents';
import { PYTHON } from '../cli/support';
import { Site } from '../cluster/support/site';
import { document } from '../documents';
import { buildDockerfile, type Built } from './support/dockerfile';

const EXAMPLE = path.resolve(__dirname, '../../examples/tfjs-digits.ipynb');
const OCI = path.resolve(__dirname, '../../scripts/cluster/oci.py');
const JAVASCRIPT = process.env.REPRISE_TEST_JAVASCRIPT!;
const NODE = path.join(JAVASCRIPT, 'node_modules/node-20');
const NAME = 'localhost/tfjs:1';
/** What the image of Node has that `reprise image` names in its advice. */
const BUILDPACK = [...DEBS, 'python3.11-venv', 'g++', 'make', 'passwd', 'gawk'];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

let site: Site;
let image: string | undefined;
/** Not in memory: some gigabytes. */
const work = mkdtempSync('/var/tmp/reprise-image-');

beforeAll(async () => {
  site = await Site.open();
  copyFileSync(EXAMPLE, site.workplace.path('digits.ipynb'));
  symlinkSync(path.join(JAVASCRIPT, 'node_modules'), site.workplace.path('node_modules'));
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(path.join(JAVASCRIPT, name), site.workplace.path(name));
});
afterAll(async () => {
  rmSync(work, { recursive: true, force: true });
  await site.close();
});

const PATHS = `${path.join(NODE, 'bin')}${path.delimiter}${process.env.PATH}`;
const reprise = (...args: string[]) => site.start(args, { env: { PATH: PATHS } }).ended;

/** Pinned and recorded here, and replayed there in the image of that pin: the same. @returns the replay's record */
async function expectSameThere(notebook: string, ...wanted: string[]): Promise<RunRecord> {
  const [python, json] = [
    ['--python', PYTHON],
    ['--format', 'json'],
  ];
  expect(await reprise('pin', notebook, ...python)).toMatchObject({ code: 0 });
  const { run } = document<Run>(
    await reprise('run', notebook, ...python, '--policy', 'full', ...json),
    'run-1',
  );
  image ??= await built(notebook);
  const replay = await reprise(...site.onCluster('replay', run, '--image', image, ...wanted, ...json));
  const { verdict, covered, causes, replays } = document<Judgement>(replay, 'verdict-1');
  expect({ code: replay.code, verdict, causes }).toEqual({ code: 0, verdict: 'identical', causes: [] });
  expect(covered.outputs).toBeGreaterThan(0);
  await site.expectNothingLeft();
  return site.workplace.record(replays[0]);
}

it('is the same in the image of its pin', async () => {
  const { loaded } = await expectSameThere('digits.ipynb', '--memory', '3Gi', '--gpu', '1');
  expect(loaded!.tensorflow).toMatchObject({ library: '2.21.0' });
});

it('is the same there on Deno, in the image of the same lock', async () => {
  const cells = ['const drawn: number[] = [Math.random(), Math.random()]', 'console.log(drawn)'];
  const kernelspec = { name: 'deno', language: 'typescript', display_name: 'Deno' };
  site.workplace.notebook('typed.ipynb', cells, { kernelspec });
  const { header } = await expectSameThere('typed.ipynb');
  expect(header.javascript).toMatchObject({ kernel: 'deno', language: 'typescript' });
});

/** @returns the name by digest */
async function built(notebook: string): Promise<string> {
  const base = `node@sha256:${'0'.repeat(64)}`;
  expect(await reprise('image', notebook, '--base', base)).toMatchObject({ code: 0 });
  const made = buildDockerfile({
    context: site.workplace.path(notebook.replace(/\.ipynb$/, '-image')),
    base: await nodeOnDebian(),
    to: work,
    building: { NODE_EXTRA_CA_CERTS: CERTIFICATES, PIP_CERT: CERTIFICATES, PIP_DEFAULT_TIMEOUT: '180' },
  });
  expect(made.user).toBe('1000');
  return imported(made);
}

async function nodeOnDebian(): Promise<string> {
  const root = path.join(work, 'debian');
  await makeBase(root, path.join(work, 'debs'), BUILDPACK);
  const local = path.join(root, 'usr/local');
  for (const name of ['bin', 'include'])
    cpSync(path.join(NODE, name), path.join(local, name), { recursive: true });
  execFileSync('npm', [
    'install',
    '--silent',
    '--ignore-scripts',
    '--prefix',
    path.join(work, 'npm'),
    'npm@10.9.4',
  ]);
  mkdirSync(path.join(local, 'lib'), { recursive: true });
  cpSync(path.join(work, 'npm/node_modules'), path.join(local, 'lib/node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(local, 'bin/npm'));
  mkdirSync(path.join(root, path.dirname(CERTIFICATES)), { recursive: true });
  copyFileSync(CERTIFICATES, path.join(root, CERTIFICATES));
  return root;
}

function imported({ root, env, user }: Built): string {
  const [spec, archive] = [path.join(work, 'image.json'), path.join(work, 'image.tar')];
  const config = { Env: Object.entries(env).map(([name, value]) => `${name}=${value}`), User: user };
  writeFileSync(spec, JSON.stringify({ [NAME]: { layers: [root], config } }));
  const digests = JSON.parse(execFileSync('python3', [OCI, spec, archive], { encoding: 'utf8' })) as Record<
    string,
    string
  >;
  execFileSync('mount', ['-o', 'remount,size=12g', at('c', 'root')]);
  const ctr = ['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', 'images', 'import'];
  execFileSync('ctr', [...ctr, '--base-name', PREFIX, '--digests', archive]);
  return `${PREFIX}@${digests[NAME]}`;
}
