import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { QUEUE_RIGHTS } from '../../../src/cluster/access';
import type { Manifest, PodSpec } from '../../../src/cluster/manifests/kubernetes';
import { podTemplate } from '../../../src/cluster/manifests/podTemplate';
import { optional } from '../../optional';
import { needCrds, refusals } from './crds';
import { replayRequest } from './requests';

const deploy = path.resolve(__dirname, '../../../deploy');
const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

function documents(name: string): (Manifest & { [field: string]: unknown })[] {
  return parseAllDocuments(readFileSync(path.join(deploy, name), 'utf8')).map(
    (each) => each.toJS() as Manifest & { [field: string]: unknown },
  );
}

const folders = ['base', ...readdirSync(path.join(deploy, 'components')).map((name) => `components/${name}`)];

describe('the namespace for a team', () => {
  it.each(folders)('%s lists each of its files', (folder) => {
    const [kustomization] = documents(`${folder}/kustomization.yaml`);
    const others = readdirSync(path.join(deploy, folder)).filter((name) => name !== 'kustomization.yaml');
    expect((kustomization?.resources as string[]).toSorted()).toEqual(others.toSorted());
  });

  it('gives exactly the rights that runs need', () => {
    const [role] = documents('base/rbac.yaml');
    expect(role?.rules).toEqual([
      {
        apiGroups: ['batch'],
        resources: ['jobs'],
        verbs: ['create', 'get', 'list', 'watch', 'delete', 'patch'],
      },
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
      { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch'] },
      { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['create', 'delete', 'patch'] },
    ]);
  });

  it('gives besides, of a queue, the rights to see it and to take a run out of it', () => {
    const [role] = documents('components/kueue/rbac.yaml');
    const granted = (role?.rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[]).flatMap(
      ({ apiGroups, resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} ${apiGroups[0]}`)),
    );
    expect(granted).toEqual(
      expect.arrayContaining(QUEUE_RIGHTS.map(({ group, resource, verb }) => `${verb} ${resource} ${group}`)),
    );
    expect(granted.filter((right) => !/^(get|list|watch) /.test(right))).toEqual([
      'patch workloads kueue.x-k8s.io',
    ]);
  });

  it('admits restricted pods alone, and lets nothing out or in', () => {
    const [namespace] = documents('base/namespace.yaml');
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const [policy] = documents('base/network.yaml');
    expect(policy?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it.for([
    ['components/kueue/queue.yaml', 'kueue/kueue.x-k8s.io_localqueues.yaml'] as const,
    ['components/trainer/runtime.yaml', 'kubeflow-trainer/trainer.kubeflow.org_trainingruntimes.yaml'],
    ['argocd/application.yaml', 'argo-cd/application-crd.yaml'],
  ])('%s is accepted by its schema', { timeout: 60_000 }, ([file, crd], context) => {
    needCrds(context);
    expect(documents(file).flatMap((object) => refusals(crd, object))).toEqual([]);
  });

  it('has a runtime that says of the pod what a TrainJob cannot', () => {
    const [runtime] = documents('components/trainer/runtime.yaml');
    const { template } = runtime?.spec as { template: { spec: { replicatedJobs: [ReplicatedJob] } } };
    const [{ template: ofJob }] = template.spec.replicatedJobs;
    const { restartPolicy, automountServiceAccountToken, enableServiceLinks } =
      podTemplate(replayRequest()).spec;
    expect(ofJob.spec.template.spec).toMatchObject({
      restartPolicy,
      automountServiceAccountToken,
      enableServiceLinks,
      containers: [{ name: 'node', terminationMessagePolicy: 'FallbackToLogsOnError' }],
    });
  });
  type ReplicatedJob = { template: { spec: { template: { spec: PodSpec } } } };

  it('is built by Kustomize itself', (context) => {
    if (!kubectl) optional(context, 'there is no kubectl');
    const built = execFileSync('kubectl', ['kustomize', path.join(deploy, 'base')], { encoding: 'utf8' });
    const kinds = parseAllDocuments(built).map((each) => (each.toJS() as Manifest).kind);
    expect(kinds.toSorted()).toEqual([
      'LimitRange',
      'Namespace',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'ResourceQuota',
      'Role',
      'RoleBinding',
    ]);
  });
});
