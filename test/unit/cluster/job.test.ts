import { describe, expect, it } from 'vitest';
import { job } from '../../../src/cluster/manifests/job';
import { readerJob } from '../../../src/cluster/manifests/reader';
import { IMAGE, replayRequest, templatesIn } from './requests';

const pod = (...of: Parameters<typeof replayRequest>) => job(replayRequest(...of)).spec.template.spec;
const container = (...of: Parameters<typeof replayRequest>) => pod(...of).containers[0]!;

describe('the Job of a replay', () => {
  it('is this', () => {
    expect(job(replayRequest({ deadlineSeconds: 3600 }))).toMatchSnapshot();
  });

  it('starts its pod once, a drained one again, and never one that failed', () => {
    const { spec } = job(replayRequest());
    expect(spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
    });
    expect(spec.template.spec.restartPolicy).toBe('Never');
    expect(spec.podFailurePolicy.rules).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
    ]);
    expect(spec.ttlSecondsAfterFinished).toBe(86_400);
  });

  it('ends later than its pod, and that later than the runner with its hold', () => {
    const { spec } = job(replayRequest({ deadlineSeconds: 3600, holdSeconds: 600, pendingSeconds: 60 }));
    const ofPod = spec.template.spec.activeDeadlineSeconds ?? 0;
    expect(ofPod).toBeGreaterThan(3600 + 600);
    expect(spec.activeDeadlineSeconds).toBeGreaterThan(ofPod + 60);
    expect(job(replayRequest()).spec).not.toHaveProperty('activeDeadlineSeconds');
  });

  it('has an hour more where its files come once it runs, and more for many', () => {
    const limit = (more: { suppliedBytes?: number }) =>
      job(replayRequest({ deadlineSeconds: 3600 }, more)).spec.template.spec.activeDeadlineSeconds ?? 0;
    expect(limit({ suppliedBytes: 20 << 20 }) - limit({})).toBe(3600);
    expect(limit({ suppliedBytes: 3e9 }) - limit({})).toBe(20_000);
  });

  it('mounts the claims of its files and its results, and neither where there is none', () => {
    const spec = pod({ results: { pvc: 'kept' } }, { bundleClaim: 'files' });
    const claims = Object.fromEntries(
      spec.volumes.flatMap(({ name, persistentVolumeClaim: claim }) => (claim ? [[name, claim]] : [])),
    );
    expect(claims).toEqual({ bundle: { claimName: 'files' }, sink: { claimName: 'kept' } });
    const mounts = spec.containers[0]?.volumeMounts;
    expect(mounts).toContainEqual({ name: 'bundle', mountPath: '/bundle' });
    expect(mounts).toContainEqual({ name: 'sink', mountPath: '/sink' });
    expect(JSON.stringify(pod({ bundle: { pvc: 'files' } }, {}))).not.toContain('/bundle');
  });

  it('fits a restricted namespace', () => {
    const spec = pod({}, { lock: 'lock' });
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    for (const each of [...spec.containers, ...(spec.initContainers ?? [])]) {
      expect(each.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    const allowed =
      /^(configMap|csi|downwardAPI|emptyDir|ephemeral|image|persistentVolumeClaim|projected|secret)$/;
    const sources = spec.volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
    expect(sources.filter((source) => !allowed.test(source))).toEqual([]);
  });

  it('is Guaranteed, with as many whole processors as threads', () => {
    for (const each of [
      ...pod({}, { lock: 'lock' }).containers,
      ...(pod({}, { lock: 'lock' }).initContainers ?? []),
    ])
      expect(each.resources.requests).toEqual(each.resources.limits);
    expect(container().resources.limits).toEqual({
      cpu: '4',
      memory: '16Gi',
      'ephemeral-storage': '10Gi',
      'nvidia.com/gpu': '1',
    });
  });

  it('is placed on the same GPU, undivided, with the same driver if it can be', () => {
    const spec = pod({ nodeSelector: { zone: 'a' } }, { driver: '570.124.06' });
    expect(spec.nodeSelector).toEqual({
      zone: 'a',
      'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3',
      'nvidia.com/gpu.sharing-strategy': 'none',
    });
    expect(JSON.stringify(spec.affinity)).toContain('"values":["570.124.06"]');
    expect(spec.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
  });

  it('asks for no GPU, and for no node with one, where none is wanted', () => {
    const gpu = { count: 0, product: 'NVIDIA-H100-80GB-HBM3' };
    const spec = pod({ gpu }, { driver: '570.124.06' });
    expect(spec).not.toHaveProperty('nodeSelector');
    expect(spec).not.toHaveProperty('affinity');
    expect(spec).not.toHaveProperty('tolerations');
    expect(spec.containers[0]?.resources.limits).not.toHaveProperty('nvidia.com/gpu');
  });

  it('takes a slice of a GPU by its resource, and then does not ask for an undivided one', () => {
    const gpu = { count: 1, product: 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb', resource: 'nvidia.com/mig-1g.5gb' };
    expect(pod({ gpu }).nodeSelector).toEqual({ 'nvidia.com/gpu.product': gpu.product });
    expect(container({ gpu }).resources.limits).toHaveProperty(['nvidia.com/mig-1g.5gb'], '1');
  });

  it('runs the agent without a shell, on a Python and in folders that it may write', () => {
    expect(container().command).toEqual(['python3', '-I', '/in/agent.pyz', 'pod', '/in', '/work']);
    expect(container({ python: '/opt/notebook/bin/python' }).command?.[0]).toBe('/opt/notebook/bin/python');
    expect(container().volumeMounts.map(({ mountPath }) => mountPath)).toEqual([
      '/in',
      '/work',
      '/tmp',
      '/dev/shm',
    ]);
    expect(pod().volumes[0]).toEqual({
      name: 'in',
      projected: {
        sources: [
          { configMap: { name: 'reprise-20261126-101500-k3v9qa-agent' } },
          { configMap: { name: 'reprise-20261126-101500-k3v9qa-bundle' } },
        ],
      },
    });
  });

  it("gives the run the policy's variables over the profile's, secrets by reference, and its place", () => {
    const secretKeyRef = { name: 'hugging-face', key: 'token' };
    const env = { PYTHONHASHSEED: '1', HOME: '/root', HF_TOKEN: { secretKeyRef } };
    const bundleUrl = { variable: 'BUNDLE_URL', secretKeyRef: { name: 'url', key: 'url' } };
    const given = Object.fromEntries(
      container({ env }, { bundleUrl }).env.map((each) => [
        each.name,
        'value' in each ? each.value : each.valueFrom,
      ]),
    );
    expect(given).toEqual({
      BUNDLE_URL: { secretKeyRef: { name: 'url', key: 'url' } },
      HF_TOKEN: { secretKeyRef },
      HOME: '/work/home',
      LC_ALL: 'C.UTF-8',
      OMP_NUM_THREADS: '4',
      PYTHONHASHSEED: '7',
      REPRISE_NODE: { fieldRef: { fieldPath: 'spec.nodeName' } },
      REPRISE_POD: { fieldRef: { fieldPath: 'metadata.name' } },
      REPRISE_POD_UID: { fieldRef: { fieldPath: 'metadata.uid' } },
      TZ: 'UTC',
    });
    const bare = container({}, { variables: {} }).env.map(({ name }) => name);
    expect(bare).toEqual(['HOME', 'REPRISE_POD', 'REPRISE_POD_UID', 'REPRISE_NODE']);
  });

  it('carries labels that fit, name it again and tell nobody what it runs', () => {
    const { metadata, spec } = job(replayRequest({ labels: { team: 'a' }, queue: 'team-a' }));
    expect(metadata.labels).toEqual({
      team: 'a',
      'app.kubernetes.io/managed-by': 'reprise',
      'kueue.x-k8s.io/queue-name': 'team-a',
      'reprise.dev/run': '20261126-101500-k3v9qa',
      'reprise.dev/purpose': 'replay',
      'reprise.dev/attempt': '1',
      'reprise.dev/notebook': 'c'.repeat(63),
      'reprise.dev/record': 'b'.repeat(63),
    });
    expect(spec.template.metadata.labels).not.toHaveProperty(['kueue.x-k8s.io/queue-name']);
    // Kueue's webhook suspends it: without Kueue it would wait for ever.
    expect(spec).not.toHaveProperty('suspend');
  });

  it('mounts data under names of its own', () => {
    const volumes = [
      { name: 'work', mountPath: '/data', readOnly: true, persistentVolumeClaim: { claimName: 'datasets' } },
    ];
    expect(pod({ volumes }).volumes.at(-1)).toEqual({
      name: 'data-work',
      persistentVolumeClaim: { claimName: 'datasets' },
    });
    expect(container({ volumes }).volumeMounts.at(-1)).toEqual({
      name: 'data-work',
      mountPath: '/data',
      readOnly: true,
    });
  });

  it('keeps results on the claim that the profile names, which a restricted pod reads again', () => {
    const results = { pvc: 'results', path: 'team-a' };
    expect(container({ results }).volumeMounts).toContainEqual({ name: 'sink', mountPath: '/sink' });
    const claim = { claimName: 'results' };
    expect(pod({ results }).volumes).toContainEqual({ name: 'sink', persistentVolumeClaim: claim });
    const settings = replayRequest({ results, tolerations: [{ key: 'a', operator: 'Exists' }] }).target;
    const of = { name: 'reprise-x', namespace: 'n', image: IMAGE, settings };
    const reader = readerJob(of, '0a1b');
    const [{ spec } = expect.fail('no pod')] = templatesIn(reader);
    expect(spec.containers).toMatchObject([
      { image: IMAGE, securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } },
    ]);
    expect(spec.containers[0]?.volumeMounts).toEqual([{ name: 'sink', mountPath: '/sink', readOnly: true }]);
    expect(spec.volumes).toEqual([{ name: 'sink', persistentVolumeClaim: { ...claim, readOnly: true } }]);
    expect(spec.tolerations).toEqual(settings.tolerations);
    expect(readerJob(of, '0a1c').metadata.name).not.toBe(reader.metadata.name);
  });

  it('uses what the profile says of access', () => {
    const profile = {
      serviceAccount: 'sa',
      imagePullSecrets: ['a'],
      priorityClass: 'batch',
      runtimeClass: 'nvidia',
    };
    expect(pod(profile)).toMatchObject({
      serviceAccountName: 'sa',
      imagePullSecrets: [{ name: 'a' }],
      priorityClassName: 'batch',
      runtimeClassName: 'nvidia',
    });
  });
});

describe('an environment that is installed', () => {
  const install = { indexUrl: 'https://pypi.example/simple', cacheClaim: 'wheels' };

  it('is made by pip from the lock, by hash and from wheels alone, and the notebook runs on it', () => {
    const spec = pod({ install }, { lock: 'the-lock' });
    expect(spec.initContainers?.map(({ image, command }) => [image, command])).toEqual([
      [IMAGE, ['python3', '-m', 'venv', '--without-pip', '/env']],
      [
        IMAGE,
        // prettier-ignore
        ['python3', '-m', 'pip', '--python', '/env', 'install', '--no-input', '--disable-pip-version-check', '--require-hashes',
          '--only-binary', ':all:', '--no-deps', '--requirement', '/lock/requirements.txt', '--index-url', 'https://pypi.example/simple'],
      ],
    ]);
    expect(spec.containers[0]?.command?.[0]).toBe('/env/bin/python');
    expect(spec.containers[0]?.volumeMounts).toContainEqual({
      name: 'env',
      mountPath: '/env',
      readOnly: true,
    });
    expect(spec.volumes).toContainEqual({ name: 'lock', configMap: { name: 'the-lock' } });
    expect(spec.volumes).toContainEqual({ name: 'cache', persistentVolumeClaim: { claimName: 'wheels' } });
    for (const each of spec.initContainers ?? [])
      expect(each.resources.limits).not.toHaveProperty('nvidia.com/gpu');
  });

  it('is made by uv where the profile says so', () => {
    const command = pod({ install: { with: 'uv' } }, { lock: 'the-lock' }).initContainers?.[1]?.command;
    expect(command?.slice(0, 5)).toEqual(['uv', 'pip', 'install', '--python', '/env/bin/python']);
    expect(command).toContain('--require-hashes');
  });
});
