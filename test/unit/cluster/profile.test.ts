import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeTarget } from '../../../src/cluster/profile/merge';
import { chooseProfile, findProfiles, ProfileError, readProfiles } from '../../../src/cluster/profile/read';
import { IMAGE } from './requests';

const WHOLE = `default: gpu
profiles:
  gpu:
    context: team
    namespace: notebooks
    image: ${IMAGE}
    environment: install
    install: { with: uv, indexUrl: https://pypi.example/simple, cacheClaim: wheels }
    gpu: { count: 1, product: NVIDIA-H100-80GB-HBM3 }
    cpu: 8
    memory: 32Gi
    ephemeralStorage: 50Gi
    queue: team-a
    priorityClass: batch
    serviceAccount: notebooks
    imagePullSecrets: [registry]
    nodeSelector: { zone: a }
    tolerations:
      - { key: dedicated, operator: Equal, value: ml, effect: NoSchedule }
    volumes:
      - name: datasets
        mountPath: /data
        readOnly: true
        persistentVolumeClaim: { claimName: datasets, readOnly: true }
    env:
      WANDB_MODE: offline
      HF_TOKEN: { secretKeyRef: { name: hugging-face, key: token } }
    flavour: jobset
    deadlineSeconds: 7200
    holdSeconds: 120
    ttlSeconds: 3600
    labels: { team: a }
    annotations: { cost-centre: "12" }
  cpu: {}
`;

function problems(text: string): string[] {
  try {
    readProfiles(text);
  } catch (error) {
    if (error instanceof ProfileError)
      return error.problems.map((problem) => `${problem.line}:${problem.column} ${problem.text}`);
    throw error;
  }
  return [];
}

/** The fields of a profile named p, each on a line from the third on. */
const profile = (...fields: string[]) =>
  `profiles:\n  p:\n${fields.map((field) => `    ${field}\n`).join('')}`;

describe('reprise.yaml', () => {
  it('is read whole', () => {
    const gpu = chooseProfile(readProfiles(WHOLE));
    expect(gpu).toMatchObject({ context: 'team', image: IMAGE, cpu: 8, flavour: 'jobset' });
    expect(gpu.env?.HF_TOKEN).toEqual({ secretKeyRef: { name: 'hugging-face', key: 'token' } });
  });

  it('gives the default profile, the first, or the one asked for', () => {
    expect(chooseProfile(readProfiles(WHOLE), 'cpu')).toEqual({});
    expect(chooseProfile(readProfiles('profiles: {a: {cpu: 1}, b: {cpu: 2}}'))).toEqual({ cpu: 1 });
    expect(() => chooseProfile(readProfiles(WHOLE), 'gpus')).toThrow(
      'There is no profile gpus in reprise.yaml. Nothing was sent. Did you mean gpu?',
    );
    expect(() => chooseProfile(readProfiles(WHOLE), 'toString')).toThrow(/It has gpu, cpu\.$/);
  });

  it.each([
    'origin',
    'team/fork',
    'https://git.example:8443/team/a.git',
    'http://git.svc/a',
    'ssh://git@git.example:22/a.git',
    'git@git.example:team/a.git',
  ])('takes %s for a git remote', (remote) => {
    const bundle = { git: { remote, secret: 'team-git' } };
    expect(readProfiles(JSON.stringify({ profiles: { p: { bundle } } })).profiles['p']).toEqual({ bundle });
  });

  it('takes keys from an anchor', () => {
    const merged = readProfiles('profiles:\n  a: &a {cpu: 4, memory: 8Gi}\n  b: {<<: *a, memory: 64Gi}\n');
    expect(chooseProfile(merged, 'b')).toEqual({ cpu: 4, memory: '64Gi' });
  });

  it.each([
    [
      'an unknown key',
      profile('cpu: 4', 'memroy: 16Gi'),
      ['4:5 there is no key memroy; did you mean memory?'],
    ],
    [
      'a key by its name in Kubernetes',
      profile('serviceAccountName: x'),
      ['3:5 there is no key serviceAccountName; did you mean serviceAccount?'],
    ],
    ['a whole number that is none', profile('cpu: 1.5'), ['3:10 cpu is a whole number, and here is 1.5']],
    ['a number for a text', profile('memory: 16'), ['3:13 memory is a text, and here is 16']],
    [
      'a memory without a unit',
      profile('memory: "16"'),
      ['3:13 memory is a number with Ki, Mi, Gi or Ti, as 16Gi, and here is 16'],
    ],
    [
      'a tag',
      profile('image: registry.example/notebook:latest'),
      [
        '3:12 registry.example/notebook:latest names no image for good: a tag is moved to another one; give its digest, name@sha256:…',
      ],
    ],
    [
      'a path of the node',
      profile('volumes:', '  - name: d', '    mountPath: /d', '    hostPath: { path: /mnt }'),
      [
        '6:9 hostPath reaches into the node, and a restricted namespace refuses it; take a persistentVolumeClaim, csi or ephemeral volume',
      ],
    ],
    [
      'a volume without a source, over the run',
      profile('volumes:', '  - name: d', '    mountPath: /work/data'),
      [
        '4:9 a volume has one source, and d has none',
        "5:20 /work is the run's own; mount it elsewhere, as /data/d",
      ],
    ],
    ...['/runs', '../runs', 'a/../b', 'a/..', '.'].map((path): [string, string, string[]] => [
      `results kept at ${path}`,
      profile(`results: { pvc: results, path: "${path}" }`),
      [
        expect.stringContaining(
          `path is a folder inside the claim, without .. in it, and here is ${path}`,
        ) as string,
      ],
    ]),
    [
      'files that are on a claim and sent by git, and that are neither',
      profile('bundle: { pvc: files, git: { remote: origin } }') + '  q:\n    bundle: { path: a }\n',
      [
        '3:13 bundle has either pvc or git, and here are both',
        '5:13 bundle has either pvc or git, and here is neither',
      ],
    ],
    [
      'a folder of a claim, for files that are sent by git',
      profile('bundle: { git: { remote: origin }, path: a }'),
      ['3:40 path is a folder in a claim, and the files are sent by git'],
    ],
    ...[
      'https://ada:s3cr3t@git.example/a.git',
      'ext::sh',
      '/srv/a.git',
      '--upload-pack=x',
      'git@-oProxy:a',
      'https://git.example/a?token=s3cr3t',
      'file:///srv/a.git',
    ].map((remote): [string, string, string[]] => [
      `a git remote ${remote}`,
      profile(`bundle: { git: { remote: "${remote}" } }`),
      [
        '3:30 remote is the name of a git remote, or an https or ssh address without a password; what lets the pod in goes into the Secret that secret names',
      ],
    ]),
    [
      'data over the results',
      profile('volumes:', '  - name: d', '    mountPath: /sink/d', '    emptyDir: {}'),
      ["5:20 /sink is the run's own; mount it elsewhere, as /data/d"],
    ],
    [
      'a variable with a number',
      profile('env: { DEPTH: 3 }'),
      ['3:19 DEPTH is a text (a number in quotes), or secretKeyRef with name and key, and here is 3'],
    ],
    ['a variable of ours', profile('env: { REPRISE_POD: x }'), ['3:12 REPRISE_POD is set by Reprise itself']],
    ['root', profile('runAsUser: 0'), ['3:16 runAsUser is at least 1, and here is 0']],
    [
      'a flavour that is none',
      profile('flavour: rayjobs'),
      ['3:14 flavour is one of job, jobset, trainjob, pytorchjob, tfjob, rayjob; did you mean rayjob?'],
    ],
    ['a GPU without a count', profile('gpu: { product: H100 }'), ['3:10 gpu needs count']],
    [
      'a password in an address',
      profile('install: { indexUrl: "https://me:secret@pypi.example/simple" }'),
      [
        '3:26 indexUrl is an http or https address without a user or password; those go into a Secret that env names (PIP_INDEX_URL, UV_INDEX_URL)',
      ],
    ],
    [
      'a default that is none',
      'default: gpu\nprofiles: {gpu2: {}}',
      ['1:10 there is no profile gpu; did you mean gpu2?'],
    ],
    ['an empty file', '', ['1:1 the file is a map of keys, and here is nothing']],
    ['no profile', 'profiles: {}', ['1:1 there is no profile in it']],
    [
      'what is no YAML',
      'profiles:\n  a: {cpu: 1\n',
      ['3:1 Flow map in block collection must be sufficiently indented and end with a }'],
    ],
    ['a key twice', profile('cpu: 1', 'cpu: 2'), ['4:5 Map keys must be unique']],
  ])('refuses %s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('says every problem at once, and that nothing was sent', () => {
    expect(() => readProfiles(profile('cpu: many', 'gpus: 1'))).toThrow(
      'reprise.yaml cannot be used. Nothing was sent.\n' +
        '  line 3, column 10: cpu is a whole number, and here is "many"\n' +
        '  line 4, column 5: there is no key gpus; did you mean gpu?',
    );
  });

  it('is found from the folder of the notebook up to the root, and not beyond', () => {
    const above = mkdtempSync(path.join(tmpdir(), 'reprise-'));
    const root = path.join(above, 'project');
    mkdirSync(path.join(root, 'study', 'deep'), { recursive: true });
    writeFileSync(path.join(above, 'reprise.yaml'), '');
    const notebook = path.join(root, 'study', 'deep', 'a.ipynb');
    expect(findProfiles(notebook, root)).toBeUndefined();
    writeFileSync(path.join(root, 'reprise.yaml'), '');
    expect(findProfiles(notebook, root)).toBe(path.join(root, 'reprise.yaml'));
    writeFileSync(path.join(root, 'study', 'reprise.yaml'), '');
    expect(findProfiles(notebook, root)).toBe(path.join(root, 'study', 'reprise.yaml'));
  });
});

describe('flags', () => {
  it('are over the profile, and the profile over the defaults', () => {
    const target = mergeTarget({ cpu: 8, memory: '32Gi', queue: 'a' }, { cpu: 2, queue: undefined });
    expect(target).toMatchObject({ cpu: 2, memory: '32Gi', queue: 'a', flavour: 'job', holdSeconds: 600 });
  });

  it('take the GPU away, add some, and name another', () => {
    const profile = { gpu: { count: 2, product: 'A' } };
    expect(mergeTarget(profile).gpu).toEqual({ count: 2, product: 'A', resource: 'nvidia.com/gpu' });
    expect(mergeTarget(profile, { gpu: 0 }).gpu.count).toBe(0);
    expect(mergeTarget(profile, { gpu: 1, gpuProduct: 'B' }).gpu).toMatchObject({ count: 1, product: 'B' });
    expect(mergeTarget({}, { gpuProduct: 'B' }).gpu.count).toBe(1);
    expect(mergeTarget({}).gpu).toEqual({ count: 0, resource: 'nvidia.com/gpu' });
  });
});
