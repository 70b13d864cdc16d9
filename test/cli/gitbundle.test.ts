/** Files that are sent by git, as the command says it and as a pod has them from what it wrote: without Kubernetes. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ConfigMap, Job } from '../../src/cluster/manifests/kubernetes';
import { GitServer } from '../gitServer';
import { type Ended, PYTHON, Workplace } from './support';

const TOKEN = 's3cr3t';
const IMAGE = `registry.example/nb@sha256:${'0c'.repeat(32)}`;

const place = new Workplace();
const elsewhere = mkdtempSync(path.join(tmpdir(), 'reprise-gitbundle-'));
const bare = path.join(elsewhere, 'served/team.git');

let server: GitServer;
let run: string;
let kubeconfig: string;

const git = (at: string, ...args: string[]): string =>
  execFileSync('git', ['-C', at, ...args], { encoding: 'utf8' }).trim();
const refs = (): string => git(bare, 'for-each-ref', '--format=%(refname)');

beforeAll(async () => {
  mkdirSync(bare, { recursive: true });
  git(bare, 'init', '-q', '--bare');
  server = await GitServer.start(path.dirname(bare), TOKEN);
  place.write('data.bin', randomBytes(11 << 20));
  place.notebook('reads.ipynb', ['print(len(open("data.bin", "rb").read()))']);
  kubeconfig = place.unreachableCluster();
  expect(await place.reprise('run', 'reads.ipynb', '--python', PYTHON)).toMatchObject({ code: 0 });
  run = place.store.runIds()[0]!;
  git(place.folder, 'init', '-q');
  // As a robot's clone has it.
  const address = server.address.replace('//', `//git:${TOKEN}@`);
  git(place.folder, 'remote', 'add', 'origin', `${address}/team.git`);
  const bundle = { git: { remote: 'origin', secret: 'team-git' } };
  place.write('reprise.yaml', JSON.stringify({ profiles: { team: { bundle } } }));
});
afterAll(async () => {
  await server.stop();
  place.remove();
  rmSync(elsewhere, { recursive: true });
});

const reprise = (...args: string[]): Promise<Ended> =>
  place.reprise(...args, '--kubeconfig', kubeconfig, '--image', IMAGE);

it('are shown and not sent by a dry run, and no credential of the remote is shown', async () => {
  const { code, stdout, stderr } = await reprise('replay', run, '--target', 'kubernetes', '--dry-run');
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining(
      `sent by git: 1 file, 11.1 MiB, to ${server.address}/team.git (refs/reprise/bundles/`,
    ),
  ]);
  expect(stdout).toContain('secretName: team-git');
  expect(stdout + stderr).not.toContain(TOKEN);
  expect([refs(), server.asked]).toEqual(['', []]);
});

/** What a pod of these manifests has in its mount. */
function mounted(base: string): { given: string; secret: string; commands: string[][] } {
  const [given, secret] = [path.join(elsewhere, 'in'), path.join(elsewhere, 'secret')];
  for (const folder of [given, secret]) mkdirSync(folder);
  writeFileSync(path.join(secret, 'password'), TOKEN, { mode: 0o400 });
  const objects = readdirSync(base)
    .filter((name) => name !== 'kustomization.yaml')
    .flatMap((name) => parseAllDocuments(readFileSync(path.join(base, name), 'utf8')))
    .map((each) => each.toJS() as ConfigMap | Job);
  let commands: string[][] = [];
  for (const object of objects) {
    if (object.kind === 'ConfigMap')
      for (const [name, content] of Object.entries(object.binaryData ?? {}))
        writeFileSync(path.join(given, name), Buffer.from(content, 'base64'));
    else {
      const { initContainers = [], containers } = object.spec.template.spec;
      commands = [...initContainers, ...containers].map(({ command = [] }) => command);
    }
  }
  return { given, secret, commands };
}

it('stay at the remote for what is written for a repository, and a pod of that runs with them', async () => {
  const ended = await reprise('export', run, '--to', 'kustomize', '--out', 'base-of-run');
  expect([ended.code, ended.stdout + ended.stderr]).toEqual([
    0,
    expect.stringMatching(
      /were pushed to origin and stay there.*git push origin --delete refs\/reprise\/bundles\//,
    ),
  ]);
  expect(refs()).toMatch(/^refs\/reprise\/bundles\/\S+$/);
  expect(git(place.folder, 'for-each-ref')).toBe('');
  const { given, secret, commands } = mounted(place.path('base-of-run/base'));
  const work = path.join(elsewhere, 'work');
  mkdirSync(work);
  const places: { [mount: string]: string } = { '/in': given, '/in/agent.pyz': path.join(given, 'agent.pyz'), '/work': work, '/git': secret }; // prettier-ignore
  const told = path.join(elsewhere, 'told');
  const env = { PATH: process.env.PATH, REPRISE_TERMINATION_LOG: told };
  let said = '';
  for (const [, ...args] of commands) {
    const words = args.map((word) => places[word] ?? word);
    const child = spawn(PYTHON, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
        // As somebody does who has fetched its results.
        if (said.includes('"holding"')) writeFileSync(path.join(work, 'ack'), '');
      });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, said).toBe(0);
  }
  expect(commands).toHaveLength(2);
  expect(JSON.parse(readFileSync(told, 'utf8'))).toMatchObject({ exit: 0, status: 'ok' });
  expect(said).not.toContain(TOKEN);
});
