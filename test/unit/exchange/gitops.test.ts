import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { inputs } from '../../../src/cluster/manifests/inputs';
import { job } from '../../../src/cluster/manifests/job';
import type { Manifest } from '../../../src/cluster/manifests/kubernetes';
import { yamlText } from '../../../src/cluster/manifests/text';
import { argocdFiles, type ExportFile, kustomizeFiles } from '../../../src/exchange/gitops';
import { optional } from '../../optional';
import { needCrds, refusals } from '../cluster/crds';
import { IMAGE, replayRequest } from '../cluster/requests';

const NAME = 'reprise-20261126-101500-k3v9qa';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const source = { repoURL: 'https://git.example/team/notebooks.git', path: 'runs/a', commit: COMMIT };
const made = inputs(replayRequest(), {
  agent: Buffer.from('agent'),
  pod: '{}',
  bundle: Buffer.from('bundle'),
});
const request = replayRequest({}, { inputs: made.mounted });

function documents(files: ExportFile[], name: string): Manifest[] {
  const file = files.find((each) => each.path === name);
  return parseAllDocuments(file?.text ?? '', { version: '1.1' }).map((each) => each.toJS() as Manifest);
}

/** kubectl has Kustomize in it. */
const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

describe('a run as a Kustomize base', () => {
  const files = kustomizeFiles(request, made);

  it('holds the job as a hook, in the wave after its inputs', () => {
    const [exported] = documents(files, 'base/job.yaml');
    expect(exported?.metadata.annotations).toEqual({
      'argocd.argoproj.io/hook': 'Sync',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      'argocd.argoproj.io/sync-wave': '1',
    });
    expect((exported as ReturnType<typeof job>).spec).toEqual(job(request).spec);
    const names = documents(files, 'base/inputs.yaml').map(({ kind, metadata }) => [kind, metadata.name]);
    expect(names).toEqual([
      ['ConfigMap', `${NAME}-agent`],
      ['ConfigMap', `${NAME}-bundle`],
    ]);
  });

  it('names the image by its digest, and the namespace once', () => {
    expect(documents(files, 'base/kustomization.yaml')).toEqual([
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        namespace: 'notebooks',
        resources: ['inputs.yaml', 'job.yaml'],
        images: [{ name: 'registry.example/team/notebook', digest: IMAGE.split('@')[1] }],
      },
    ]);
    expect(files.filter(({ text }) => text.includes('namespace: notebooks'))).toHaveLength(1);
  });

  it('is built by Kustomize itself', (context) => {
    if (!kubectl) optional(context, 'there is no kubectl');
    const folder = mkdtempSync(path.join(tmpdir(), 'reprise-'));
    for (const { path: name, text } of files) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    const built = execFileSync('kubectl', ['kustomize', path.join(folder, 'base')], { encoding: 'utf8' });
    const objects = parseAllDocuments(built).map((each) => each.toJS() as Manifest);
    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['ConfigMap', 'notebooks', `${NAME}-agent`],
      ['ConfigMap', 'notebooks', `${NAME}-bundle`],
      ['Job', 'notebooks', NAME],
    ]);
    expect((objects[2] as ReturnType<typeof job>).spec).toEqual(job(request).spec);
  });
});

describe('a run as an Argo CD Application', () => {
  const [application] = documents(argocdFiles(request, made, source), 'application.yaml') as [Manifest];

  it('follows a commit and the image by its digest', () => {
    expect(application).toMatchObject({
      metadata: { name: NAME, namespace: 'argocd' },
      spec: {
        source: { path: 'runs/a/base', targetRevision: COMMIT, kustomize: { images: [IMAGE] } },
        destination: { namespace: 'notebooks' },
      },
    });
  });

  it('is accepted by the schema of Argo CD', { timeout: 60_000 }, (context) => {
    needCrds(context);
    expect(refusals('argo-cd/application-crd.yaml', application)).toEqual([]);
  });

  it.each(['main', 'v1.0', COMMIT.slice(0, 12)])('does not follow %s', (commit) => {
    expect(() => argocdFiles(request, made, { ...source, commit })).toThrow(/is no commit for good/);
  });
});

it('YAML of the manifests means the same to readers of YAML 1.1, and repeats instead of pointing', () => {
  const texts = { a: 'on', b: 'no', c: '0123', d: '1:20', e: '1e3', f: 'y', g: '~', h: '=', i: '<<', j: '' };
  const shared = { cpu: '4' };
  const text = yamlText([{ texts, one: shared, two: shared }]);
  expect(parse(text, { version: '1.1' })).toEqual({ texts, one: shared, two: shared });
  expect(text).not.toMatch(/[&*]a\d/);
  expect(text).toContain('a: "on"');
  expect(text).toMatch(/f: "y"/);
});
