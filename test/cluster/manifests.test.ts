/** A real API server takes every manifest: schema, unknown fields, rules and the Pod Security Standard, by a dry run. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { FLAVOURS } from '../../src/cluster/manifests/flavours';
import { inputs, OBJECT_BYTES } from '../../src/cluster/manifests/inputs';
import type { JobRequest } from '../../src/cluster/manifests/request';
import { readerJob } from '../../src/cluster/manifests/reader';
import type { Manifest } from '../../src/cluster/manifests/kubernetes';
import type { Flavour, Profile } from '../../src/cluster/profile/profile';
import { argocdFiles } from '../../src/exchange/gitops';
import { needCrds } from '../unit/cluster/crds';
import { EVERYTHING } from '../unit/cluster/everything';
import { replayRequest, templatesIn } from '../unit/cluster/requests';
import { admin, type Answer, send } from './support/cluster';
import { applyCrds } from './support/crds';
import { restrictedNamespace, type TestNamespace } from './support/namespace';

const NEEDED =
  /^(jobset|kubeflow-trainer)\/|kubeflow\.org_(pytorchjobs|tfjobs)|ray\.io_rayjobs|localqueues|argo-cd\/application-crd/;
const deploy = path.resolve(import.meta.dirname, '../../deploy');
const flavours = Object.keys(FLAVOURS) as Flavour[];

let namespace: TestNamespace;

beforeAll(async () => {
  namespace = await restrictedNamespace();
});

afterAll(() => namespace.remove());

it('has the definitions of the operators', { timeout: 120_000 }, async (context) => {
  expect(await applyCrds(needCrds(context), (file) => NEEDED.test(file))).toHaveLength(9);
});

/** Resources by kind, of those that are not a flavour's. */
const PLURALS: Record<string, string> = {
  Application: 'applications',
  ConfigMap: 'configmaps',
  LimitRange: 'limitranges',
  LocalQueue: 'localqueues',
  NetworkPolicy: 'networkpolicies',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Pod: 'pods',
  ResourceQuota: 'resourcequotas',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  TrainingRuntime: 'trainingruntimes',
};

/** What the server says against it, as an error or as a warning. */
async function refused(object: Manifest): Promise<string[]> {
  const { status, warnings, body } = await dryRun(object);
  return status < 300 ? warnings : [...warnings, `${object.kind} ${object.metadata.name}: ${status} ${body}`];
}

async function dryRun(object: Manifest): Promise<Answer> {
  const { apiVersion, kind, metadata } = object;
  const plural = PLURALS[kind] ?? Object.values(FLAVOURS).find((flavour) => flavour.kind === kind)?.plural;
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const where = `${group}/namespaces/${namespace.name}/${plural}?dryRun=All&fieldValidation=Strict`;
  const text = JSON.stringify({ ...object, metadata: { ...metadata, namespace: namespace.name } });
  return send(admin, 'POST', where, { text });
}

function parsed(text: string): Manifest[] {
  return parseAllDocuments(text).map((each) => each.toJS() as Manifest);
}

describe('a run of flavour', () => {
  const made = (flavour: Flavour, profile: Profile = {}, more: Partial<JobRequest> = {}) =>
    FLAVOURS[flavour].manifest(
      replayRequest(profile, { driver: '570.124.06', bundleClaim: profile.bundle?.pvc, ...more }),
    );

  it.for(flavours)('%s is taken', async (flavour, context) => {
    if (flavour !== 'job') needCrds(context);
    expect(await refused(made(flavour))).toEqual([]);
    expect(await refused(made(flavour, EVERYTHING))).toEqual([]);
    const steps = { lock: 'lock', bundleGit: { secret: 'team-git' } };
    if (flavour !== 'trainjob') expect(await refused(made(flavour, {}, steps))).toEqual([]);
    const wrong = { ...made(flavour), specs: {} };
    expect(await refused(wrong)).toEqual([expect.stringContaining('unknown field \\"specs\\"')]);
  });

  it('trainjob has the claims of its files and results in the patch of its runtime', async (context) => {
    needCrds(context);
    const { body } = await dryRun(made('trainjob', EVERYTHING));
    const { spec } = JSON.parse(body) as { spec: { runtimePatches: object[] } };
    const found: unknown[] = [];
    JSON.stringify(spec.runtimePatches, (key, value: { name?: string } | null) => {
      if (key !== '' && (value?.name === 'bundle' || value?.name === 'sink')) found.push(value);
      return value;
    });
    expect(found).toEqual(
      expect.arrayContaining([
        { name: 'bundle', persistentVolumeClaim: { claimName: 'files' } },
        { name: 'sink', persistentVolumeClaim: { claimName: 'results' } },
        { name: 'bundle', mountPath: '/bundle' },
        { name: 'sink', mountPath: '/sink' },
      ]),
    );
  });

  it.each(flavours)('%s makes pods that a restricted namespace lets in', async (flavour) => {
    const templates = templatesIn(made(flavour)).filter(({ spec }) => 'restartPolicy' in spec);
    for (const { metadata, spec } of templates) {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', ...metadata }, spec };
      expect(await refused(pod)).toEqual([]);
    }
    // The rest of a TrainJob's pod is its runtime's.
    expect(templates).toHaveLength({ rayjob: 2, trainjob: 0 }[flavour as string] ?? 1);
  });
});

it('the pod that reads kept results is let in', async () => {
  const { target: settings, image } = replayRequest(EVERYTHING);
  const reader = readerJob({ name: 'reprise-x', namespace: namespace.name, image, settings }, '0a1b');
  expect(await refused(reader)).toEqual([]);
});

it.each([1, 2, 10])('inputs that fill %d objects to the last byte are taken', async (count) => {
  const keys = count === 1 ? 'bundle.tar.gz'.length : 'bundle.tar.gz.000'.length;
  const bundle = new Uint8Array(count * (OBJECT_BYTES - keys));
  const { objects } = inputs(replayRequest(), { agent: new Uint8Array(500_000), pod: '{}', bundle });
  expect(objects).toHaveLength(count + 1);
  for (const object of objects) expect(await refused(object)).toEqual([]);
});

it('what is exported for Argo CD is taken', async (context) => {
  needCrds(context);
  const made = inputs(replayRequest(), { agent: new Uint8Array(10), pod: '{}', bundle: new Uint8Array(10) });
  const source = { repoURL: 'https://git.example/a.git', path: 'a', commit: '0'.repeat(40) };
  const files = argocdFiles(replayRequest(), made, source).filter(
    ({ path: name }) => !/kustomization/.test(name),
  );
  for (const object of files.flatMap(({ text }) => parsed(text))) expect(await refused(object)).toEqual([]);
});

it.for([
  'base/rbac.yaml',
  'base/quota.yaml',
  'base/limits.yaml',
  'base/network.yaml',
  'base/cache.yaml',
  'components/kueue/queue.yaml',
  'components/kueue/rbac.yaml',
  'components/trainer/runtime.yaml',
  'components/flavours/rbac.yaml',
  'argocd/application.yaml',
])('deploy/%s is taken', async (file, context) => {
  if (!/^base|rbac/.test(file)) needCrds(context);
  for (const object of parsed(readFileSync(path.join(deploy, file), 'utf8')))
    expect(await refused(object)).toEqual([]);
});
