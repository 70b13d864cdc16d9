/** Files that go to a pod by git: chosen, pushed to a real server of this machine, and taken away with their run. */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '../../../src/cluster/api';
import { FLAVOURS } from '../../../src/cluster/manifests/flavours';
import { send } from '../../../src/cluster/stages/sending';
import { job } from '../../../src/cluster/manifests/job';
import { trainjob } from '../../../src/cluster/manifests/flavours/trainjob';
import { gitWay } from '../../../src/cluster/manifests/inputs';
import type { GitRemote, Profile } from '../../../src/cluster/profile/profile';
import { bundleRepository, type ClusterRun, readState, writeState } from '../../../src/cluster/state';
import { pushForRun, takeRefAway } from '../../../src/cluster/supply/git';
import { failureWords } from '../../../src/cluster/words/failure';
import { pendingWords } from '../../../src/cluster/words/pending';
import { bundleRef } from '../../../src/git/bundle';
import { Store } from '../../../src/lineage/store';
import { GitServer } from '../../gitServer';
import { Place } from '../git/place';
import { preparedIn } from './prepared';
import { replayRequest, templatesIn } from './requests';

const MIB = 1 << 20;
const RUN = '20261126-101500-k3v9qa';
const REF = bundleRef(RUN);
const TOKEN = 's3cr3t';

let place: Place;
let server: GitServer;
let store: Store;

beforeEach(async () => {
  process.env.GIT_CONFIG_GLOBAL = '/dev/null';
  place = new Place();
  mkdirSync(place.path('served/team.git'), { recursive: true });
  place.git('served/team.git', 'init', '-q', '--bare', '.');
  server = await GitServer.start(place.path('served'), TOKEN);
  store = new Store(place.repository()).ensure();
  place.git('study', 'remote', 'add', 'origin', `${server.address}/team.git`);
  place.git('study', 'config', 'credential.helper', `!f() { echo username=git; echo password=${TOKEN}; }; f`);
  mkdirSync(store.runFolder(RUN), { recursive: true });
});

afterEach(async () => {
  delete process.env.GIT_CONFIG_GLOBAL;
  await server.stop();
  place.remove();
});

const prepared = (bytes: number, git: GitRemote, profile: Profile = {}) =>
  preparedIn(store, RUN, bytes, { ...profile, bundle: { git } });

describe('files that are sent by git', () => {
  it('are one commit, which the pod is told, and a container of its own fetches with the Secret', async () => {
    const {
      prepared: made,
      asked,
      file,
    } = await prepared(11 * MIB, { remote: 'origin', secret: 'team-git' });
    const { bundle, push, way, request, secrets } = made;
    const url = `${server.address}/team.git`;
    expect([bundle.by, push?.remote, secrets, existsSync(file)]).toEqual(['git', 'origin', [], false]);
    expect(asked).toMatchObject({ git: { url, commit: push?.commit, parts: 1 }, sources: {} });
    expect(asked).not.toHaveProperty('supply');
    expect(way.sentence).toContain(`sent by git: 1 file, 11.1 MiB, to ${url} (${REF}).`);
    expect(way.sentence).toContain('unencrypted');
    const { spec } = job(request).spec.template;
    const [fetch, ...more] = spec.initContainers!;
    expect([fetch?.name, fetch?.command?.slice(2), more]).toEqual([
      'fetch',
      ['/in/agent.pyz', 'fetch', '/in', '/work', '/git'],
      [],
    ]);
    expect(spec.volumes).toContainEqual({
      name: 'git',
      secret: { secretName: 'team-git', defaultMode: 0o400 },
    });
    expect(fetch!.volumeMounts).toContainEqual({ name: 'git', mountPath: '/git', readOnly: true });
    expect(spec.containers[0]!.volumeMounts.map(({ name }) => name)).not.toContain('git');
  });

  it('are fetched before packages are installed, through the proxy of the profile and with nothing else of it', () => {
    const env = {
      HTTPS_PROXY: 'http://proxy:3128',
      HF_TOKEN: { secretKeyRef: { name: 'hub', key: 'token' } },
    };
    const request = replayRequest({ env }, { bundleGit: {}, lock: 'lock' });
    const { initContainers = [], volumes } = job(request).spec.template.spec;
    expect(initContainers.map(({ name }) => name)).toEqual(['fetch', 'environment', 'install']);
    expect(initContainers[0]!.env.map(({ name }) => name)).toEqual(['HOME', 'HTTPS_PROXY']);
    expect(initContainers[0]!.resources.limits).not.toHaveProperty('nvidia.com/gpu');
    expect(volumes.map(({ name }) => name)).not.toContain('git');
    expect(() => trainjob(request)).toThrow(/^A TrainJob cannot fetch files from git before the run/);
    expect(templatesIn(job(replayRequest()))[0]!.spec).not.toHaveProperty('initContainers');
  });

  it('are said to be pushed elsewhere where the remote is', async () => {
    const elsewhere = `https://ada:${TOKEN}@fork.example/team.git`;
    place.git('study', 'config', 'remote.origin.pushurl', elsewhere);
    const { prepared: made } = await prepared(11 * MIB, { remote: 'origin' });
    expect(made.way.sentence).toContain('pushed to https://fork.example/team.git (pushurl)');
    expect(made.way.sentence).not.toContain(TOKEN);
  });

  it('travel in ConfigMaps where they fit, whatever the remote is', async () => {
    const { prepared: made, asked } = await prepared(MIB, { remote: 'upstream' });
    expect([made.way.way, made.push, asked['git']]).toEqual(['configmaps', undefined, undefined]);
  });

  it.each([
    ['upstream', {}, /No such remote.*Nothing was sent.*bundle\.git\.remote/],
    ['here', {}, /A pod cannot fetch from the git remote here, which has no https or ssh address/],
    ['git@git.example:team/a.git', {}, /needs a key of its own.*bundle\.git\.secret/],
  ])('are sent nowhere where a pod cannot fetch them: %s', async (remote, more, why) => {
    place.git('study', 'remote', 'add', 'here', place.path('served/team.git'));
    await expect(prepared(11 * MIB, { remote, ...more })).rejects.toThrow(why);
  });

  it('go by ssh with a key, and are said to be many where they are', async () => {
    const git = { remote: 'git@git.example:team/a.git', secret: 'key' };
    const { prepared: made } = await prepared(11 * MIB, git);
    expect(made.way).toMatchObject({ way: 'git', url: git.remote });
    expect(made.way.sentence).not.toContain('unencrypted');
    const many = { size: 3 << 30, files: 7 };
    expect(
      gitWay({ ...many, size: 3 * 1024 * MIB }, { url: 'https://git.example/a', ref: REF }).sentence,
    ).toMatch(/7 files, 3072 MiB, .*refuse a push of more than 2 GiB/);
  });
});

function state(): ClusterRun {
  return readState(store, RUN);
}

describe('the ref of a run', () => {
  const work = () => ({ store, run: RUN, notebook: 'train.ipynb', sidecar: null });
  const served = () => place.git('served/team.git', 'for-each-ref', '--format=%(refname)').trim();

  beforeEach(() => writeState(store, { run: RUN, stage: 'submitting' } as ClusterRun));

  it('is there from when it is pushed, and taken away with it', async () => {
    const { prepared: made } = await prepared(11 * MIB, { remote: 'origin' });
    await pushForRun(work(), made.push!);
    expect([served(), state().pushedTo]).toEqual([REF, 'origin']);
    expect(existsSync(bundleRepository(store, RUN))).toBe(true);
    expect(await takeRefAway(store, RUN)).toBeUndefined();
    expect([served(), state().pushedTo, state().stage]).toEqual(['', undefined, 'submitting']);
    expect(await takeRefAway(store, RUN)).toBeUndefined();
  });

  it('is not looked for where pushing it was refused', async () => {
    const { prepared: made } = await prepared(11 * MIB, { remote: 'origin' });
    place.write('served/team.git/hooks/pre-receive', '#!/bin/sh\necho "Ask an admin." >&2\nexit 1\n');
    chmodSync(place.path('served/team.git/hooks/pre-receive'), 0o755);
    await expect(pushForRun(work(), made.push!)).rejects.toThrow(
      `cannot be pushed to origin (${REF}): Ask an admin.; pre-receive hook declined. Nothing was sent.`,
    );
    expect(state().pushedTo).toBeUndefined();
  });

  it('is not forgotten where an earlier try pushed it and this one is refused', async () => {
    const { prepared: made } = await prepared(11 * MIB, { remote: 'origin' });
    await pushForRun(work(), made.push!);
    writeState(store, { ...state(), bundle: made.bundle, stage: 'submitting' });
    await server.stop();
    const api = { namespace: 'team', config: { getCurrentContext: () => 'here' } } as unknown as Api;
    const making = { settings: made.request.target, purpose: 'run' as const, agent: '' };
    const telling = { onNotice: () => undefined };
    const place = {
      api,
      making: { ...making, locked: () => Promise.resolve(undefined) },
      flavour: FLAVOURS.job,
      telling,
    };
    await expect(send(place, work(), made)).rejects.toThrow();
    expect(state().pushedTo).toBe('origin');
  });

  it('may be there where the server went away before it answered', async () => {
    const { prepared: made } = await prepared(11 * MIB, { remote: 'origin' });
    place.write('served/team.git/hooks/post-receive', '#!/bin/sh\nkill -9 $PPID\n');
    chmodSync(place.path('served/team.git/hooks/post-receive'), 0o755);
    await expect(pushForRun(work(), made.push!)).rejects.toMatchObject({ reason: 'push-lost' });
    expect([served(), state().pushedTo]).toEqual([REF, 'origin']);
    rmSync(place.path('served/team.git/hooks/post-receive'));
    expect(await takeRefAway(store, RUN)).toBeUndefined();
    expect(served()).toBe('');
  });

  it('is said to be there where it cannot be taken away, until it can', async () => {
    const { prepared: made } = await prepared(11 * MIB, { remote: 'origin' });
    await pushForRun(work(), made.push!);
    rmSync(store.root + '/.git/config');
    place.git('study', 'init', '-q');
    const said = await takeRefAway(store, RUN);
    expect(said).toContain('may still be at the git remote origin');
    expect(said).toContain(`reprise delete ${RUN}, or: git push origin --delete ${REF}`);
    expect(state().pushedTo).toBe('origin');
  });
});

describe('a pod whose files come from git', () => {
  const withFetch = (state: object) => ({
    spec: { nodeName: 'node-a', containers: [] },
    status: { phase: 'Pending', initContainerStatuses: [{ name: 'fetch', state }] },
  });

  it('says that it fetches them, and why it could not', () => {
    expect(pendingWords({ pod: withFetch({ running: {} }) })).toEqual([
      "node-a is fetching the notebook's files from git.",
    ]);
    const said = { schema: 'reprise/end/1', message: 'The image has no git. Nothing ran.' };
    const ended = (message: string) =>
      failureWords({ container: 'replay', pod: withFetch({ terminated: { exitCode: 50, message } }) });
    expect(ended(JSON.stringify(said))).toEqual({ reason: 'fetch', sentence: said.message });
    expect(ended('')?.sentence).toContain('could not be fetched from git (exit code 50)');
  });
});
