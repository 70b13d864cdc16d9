import { describe, expect, it } from 'vitest';
import { FLAVOURS } from '../../../src/cluster/manifests/flavours';
import type { Manifest } from '../../../src/cluster/manifests/kubernetes';
import type { Flavour } from '../../../src/cluster/profile/profile';
import { needCrds, refusals } from './crds';
import { EVERYTHING } from './everything';
import { replayRequest, templatesIn } from './requests';

/** A Job itself has no CRD; a JobSet's has the whole of its spec, with every type of Kubernetes' own. */
const FILES: Partial<Record<Flavour, string>> = {
  jobset: 'jobset/jobset.x-k8s.io_jobsets.yaml',
  trainjob: 'kubeflow-trainer/trainer.kubeflow.org_trainjobs.yaml',
  pytorchjob: 'kubeflow-training-operator-v1/kubeflow.org_pytorchjobs.yaml',
  tfjob: 'kubeflow-training-operator-v1/kubeflow.org_tfjobs.yaml',
  rayjob: 'kuberay/ray.io_rayjobs.yaml',
};

const flavours = Object.keys(FLAVOURS) as Flavour[];
const withSchema = flavours.flatMap((flavour) => {
  const file = FILES[flavour];
  return file === undefined ? [] : [[flavour, file] as const];
});

function manifest(flavour: Flavour, ...of: Parameters<typeof replayRequest>): Manifest & { spec: Spec } {
  return FLAVOURS[flavour].manifest(replayRequest(...of)) as Manifest & { spec: Spec };
}
type Spec = { [key: string]: never };

describe('against the schema of its operator', () => {
  it.for(withSchema)(
    'a %s is accepted, unknown fields refused',
    { timeout: 60_000 },
    ([flavour, file], context) => {
      needCrds(context);
      expect(refusals(file, manifest(flavour))).toEqual([]);
      expect(refusals(file, manifest(flavour, EVERYTHING, { driver: '570.124.06' }))).toEqual([]);
      const steps = { lock: 'lock', bundleGit: { secret: 'team-git' } };
      if (flavour !== 'trainjob') expect(refusals(file, manifest(flavour, {}, steps))).toEqual([]);
      const wrong = { ...manifest(flavour), spec: { ...manifest(flavour).spec, suspended: true } };
      expect(refusals(file, wrong)).toEqual([expect.stringContaining('"additionalProperty":"suspended"')]);
      const text = JSON.stringify(manifest(flavour)).replaceAll('"mountPath"', '"mountpath"');
      expect(refusals(file, JSON.parse(text) as Manifest).join()).toContain(
        '"additionalProperty":"mountpath"',
      );
    },
  );
});

describe('every flavour', () => {
  it.each(flavours)('%s says what it is, and carries the run in its labels', (flavour) => {
    const { apiVersion, kind, container } = FLAVOURS[flavour];
    const made = manifest(flavour, { queue: 'team-a' });
    expect(made).toMatchObject({ apiVersion, kind, metadata: { name: 'reprise-20261126-101500-k3v9qa' } });
    expect(made.metadata.labels).toMatchObject({
      'reprise.dev/run': '20261126-101500-k3v9qa',
      'kueue.x-k8s.io/queue-name': 'team-a',
    });
    const templates = templatesIn(made);
    for (const { metadata } of templates)
      expect(metadata.labels).toMatchObject({ 'reprise.dev/run': '20261126-101500-k3v9qa' });
    expect(templates.flatMap(({ spec }) => spec.containers.map(({ name }) => name))).toContain(container);
  });

  it.each(flavours)('%s keeps every container restricted', (flavour) => {
    for (const { spec } of templatesIn(manifest(flavour))) {
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of spec.containers)
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  it.each([
    ['jobset', { failurePolicy: { maxRestarts: 0 } }],
    ['pytorchjob', { runPolicy: { backoffLimit: 0, cleanPodPolicy: 'None' } }],
    ['tfjob', { runPolicy: { backoffLimit: 0, cleanPodPolicy: 'None' } }],
    ['rayjob', { backoffLimit: 0, submitterConfig: { backoffLimit: 0 }, shutdownAfterJobFinishes: true }],
  ] as const)('%s starts nothing again', (flavour, spec) => {
    expect(manifest(flavour).spec).toMatchObject(spec);
    for (const { spec: pod } of templatesIn(manifest(flavour))) expect(pod.restartPolicy).toBe('Never');
  });
});

it('a JobSet lives as long as the profile says, and its Job as long as it', () => {
  const { spec } = manifest('jobset');
  expect(spec.ttlSecondsAfterFinished).toBe(86_400);
  const [{ template }] = spec.replicatedJobs as unknown as [{ template: { spec: object } }];
  expect(template.spec).not.toHaveProperty('ttlSecondsAfterFinished');
  expect(template.spec).toMatchObject({ backoffLimit: 0, podReplacementPolicy: 'Failed' });
});

describe('a TrainJob', () => {
  it('waits for Kueue only where there is a queue', () => {
    expect(manifest('trainjob').spec).not.toHaveProperty('suspend');
    expect(manifest('trainjob', { queue: 'team-a' }).spec.suspend).toBe(true);
  });

  it('is of the runtime that the profile names', () => {
    expect(manifest('trainjob').spec.runtimeRef).toMatchObject({ kind: 'TrainingRuntime', name: 'reprise' });
    const trainingRuntime = { name: 'torch-distributed', kind: 'ClusterTrainingRuntime' } as const;
    expect(manifest('trainjob', { trainingRuntime }).spec.runtimeRef).toMatchObject(trainingRuntime);
  });

  it('says why it installs nothing', () => {
    expect(() => manifest('trainjob', {}, { lock: 'lock' })).toThrow(
      /^A TrainJob cannot install packages before the run\. Nothing was sent\./,
    );
  });
});

it('a RayJob hands the runner to Ray, and quotes what a shell would take apart', () => {
  expect(manifest('rayjob').spec.entrypoint).toBe('python3 -I /in/agent.pyz pod /in /work');
  expect(manifest('rayjob', { python: "/opt/my env/it's" }).spec.entrypoint).toMatch(
    /^'\/opt\/my env\/it'\\''s' -I /,
  );
  const [submitter, head] = templatesIn(manifest('rayjob'));
  expect(head?.spec.containers[0]).not.toHaveProperty('command');
  expect(submitter?.spec.containers[0]?.resources.limits).not.toHaveProperty('nvidia.com/gpu');
});
