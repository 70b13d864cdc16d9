/** The cluster that the other tests run on is what they take it for. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AuthorizationV1Api, Exec, type V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { admin, connect, type Connection, controls, imageOther, send } from './support/cluster';
import { applyCrds } from './support/crds';
import { isRunning, outputOf, podOf, pythonJob, selectorOf } from './support/jobs';
import { objectsLeft, restrictedNamespace, type TestNamespace } from './support/namespace';
import { createUser, type User } from './support/user';

const PACKAGES = `
import importlib.metadata, json
print(json.dumps({each.metadata["Name"]: each.version for each in importlib.metadata.distributions()}))`;

const NUMBERS = `
import os
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import hashlib, pickle
import numpy as np
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
data, target = load_wine(return_X_y=True)
forest = RandomForestClassifier(50, random_state=7).fit(data, target)
print(hashlib.sha256(forest.feature_importances_.tobytes()).hexdigest())
print(hashlib.sha256(np.linalg.svd(data, compute_uv=False).tobytes()).hexdigest())`;

const WAIT = `
import time
print("waiting", flush=True)
time.sleep(600)`;

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const STUDIES = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: studies.test.reprise.dev }
spec:
  group: test.reprise.dev
  scope: Namespaced
  names: { kind: Study, plural: studies }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              x-kubernetes-preserve-unknown-fields: true
              properties: { seed: { type: integer } }
`;

let namespace: TestNamespace;
let user: User;
let notebook: Connection;

beforeAll(async () => {
  namespace = await restrictedNamespace();
  user = await createUser(namespace.name);
  notebook = connect(user.kubeconfig);
});

afterAll(async () => {
  user.remove();
  await namespace.remove();
});

const submit = (options: Parameters<typeof pythonJob>[0]) =>
  notebook.batch.createNamespacedJob({ namespace: namespace.name, body: pythonJob(options) });

const cancel = (name: string) =>
  notebook.batch.deleteNamespacedJob({
    namespace: namespace.name,
    name,
    propagationPolicy: 'Background',
    gracePeriodSeconds: 0,
  });

function runLocally(code: string): string {
  const python = process.env.REPRISE_TEST_PYTHON;
  if (!python) throw new Error('REPRISE_TEST_PYTHON is not set; npm test sets it.');
  return execFileSync(python, ['-I', '-c', code], { encoding: 'utf8' });
}

const conditionOf = (pod: V1Pod | undefined, type: string) =>
  pod?.status?.conditions?.find((condition) => condition.type === type);

describe('images', () => {
  it('hold exactly the packages of the local environment, and one other in the other image', async (context) => {
    const other = imageOther(context);
    await submit({ name: 'packages', code: PACKAGES });
    await submit({ name: 'packages-other', code: PACKAGES, image: other });
    const packages = async (name: string) =>
      JSON.parse(await outputOf(notebook, namespace.name, name)) as Record<string, string>;

    const local = JSON.parse(runLocally(PACKAGES)) as object;
    expect(await packages('packages')).toEqual(local);
    expect(await packages('packages-other')).toEqual({ ...local, 'scikit-learn': '1.8.0' });
  });

  it('compute the same bits as the local environment', async () => {
    await submit({ name: 'numbers', code: NUMBERS });
    expect(await outputOf(notebook, namespace.name, 'numbers')).toBe(runLocally(NUMBERS));
  });

  it('run without root, capabilities or a writable file system, and reach no network', async () => {
    const code = `
import os, socket
print(os.getuid(), os.access("/", os.W_OK))
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff")][0])
try:
    socket.create_connection(("1.1.1.1", 53), 2)
except OSError as error:
    print(error.strerror)`;
    await submit({ name: 'confined', code });
    const output = await outputOf(notebook, namespace.name, 'confined');
    expect(output.trim().split('\n')).toEqual(['1000 False', '0000000000000000', 'Network is unreachable']);
  });
});

describe('a restricted namespace', () => {
  it('warns of a Job whose pods it would not let run', async () => {
    const job = pythonJob({ name: 'root', code: 'pass' });
    delete job.spec!.template.spec!.securityContext;
    const where = `/apis/batch/v1/namespaces/${namespace.name}/jobs?dryRun=All`;
    const { status, warnings } = await send(notebook, 'POST', where, { text: JSON.stringify(job) });
    expect(status).toBe(201);
    expect(warnings.join('\n')).toMatch(
      /would violate PodSecurity "restricted:latest".*runAsNonRoot != true/,
    );
  });

  it('is empty of a run whose Job was deleted', async () => {
    await submit({ name: 'gone', code: 'pass' });
    await outputOf(notebook, namespace.name, 'gone');
    const left = () => objectsLeft(namespace.name, selectorOf('gone'));
    expect(await left()).toEqual(['Job/gone', expect.stringMatching(/^Pod\/gone-/)]);
    await cancel('gone');
    await expect.poll(left, { timeout: 20_000 }).toEqual([]);
  });
});

describe('a user with the documented Role', () => {
  const may = async (verb: string, resource: string, where?: string) => {
    const [name, subresource] = resource.split('/');
    const group = name === 'jobs' ? 'batch' : '';
    const resourceAttributes = {
      verb,
      resource: name,
      subresource,
      group,
      namespace: where ?? namespace.name,
    };
    const review = { spec: { resourceAttributes } };
    const api = notebook.config.makeApiClient(AuthorizationV1Api);
    return (await api.createSelfSubjectAccessReview({ body: review })).status?.allowed;
  };

  it('may do what a run needs, and no more', async () => {
    expect(await may('create', 'jobs')).toBe(true);
    expect(await may('patch', 'jobs')).toBe(true);
    expect(await may('create', 'secrets')).toBe(true);
    expect(await may('create', 'pods/exec')).toBe(true);
    expect(await may('get', 'secrets')).toBe(false);
    expect(await may('create', 'pods')).toBe(false);
    expect(await may('create', 'jobs', 'default')).toBe(false);
    await expect(notebook.core.listNode()).rejects.toMatchObject({ code: 403 });
  });

  it('runs programs in its pods', async () => {
    await submit({ name: 'exec', code: WAIT });
    const pod = await podOf(notebook, namespace.name, 'exec', isRunning);
    const exec = new Exec(notebook.config);
    const status = await new Promise((resolve, reject) => {
      const command = ['sh', '-c', 'exit 7'];
      const name = pod.metadata?.name ?? '';
      exec
        .exec(namespace.name, name, 'replay', command, process.stdout, process.stderr, null, false, resolve)
        .catch(reject);
    });
    expect(status).toMatchObject({ details: { causes: [{ reason: 'ExitCode', message: '7' }] } });
    await cancel('exec');
  });
});

describe('the GPUs that the node pretends to have', () => {
  it('are given to who asks for no more than there are', async (context) => {
    const { setGpus } = controls(context);
    onTestFinished(() => setGpus(1));
    await submit({ name: 'one-gpu', code: 'pass', gpus: 1 });
    await outputOf(notebook, namespace.name, 'one-gpu');

    await submit({ name: 'two-gpus', code: 'pass', gpus: 2 });
    const refused = (pod: V1Pod) => conditionOf(pod, 'PodScheduled')?.status === 'False';
    const pod = await podOf(notebook, namespace.name, 'two-gpus', refused);
    expect(conditionOf(pod, 'PodScheduled')).toMatchObject({
      reason: 'Unschedulable',
      message: expect.stringContaining('1 Insufficient nvidia.com/gpu') as string,
    });
    await setGpus(2);
    await outputOf(notebook, namespace.name, 'two-gpus');
  });
});

describe('a pod', () => {
  it('does not notice that the API server, kubelet and containerd end and start again', async (context) => {
    const { killApiServer, startApiServer, restart } = controls(context);
    await submit({ name: 'steady', code: WAIT });
    const before = await podOf(notebook, namespace.name, 'steady', isRunning);

    await killApiServer();
    await expect(notebook.core.readNamespacedPod(where(before))).rejects.toThrow();
    await startApiServer();
    await restart('kubelet');
    await restart('containerd');

    const isReady = async () => {
      const { items } = await admin.core.listNode();
      return items[0]?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    };
    await expect.poll(isReady, { timeout: 60_000 }).toBe('True');
    const after = await notebook.core.readNamespacedPod(where(before));
    const [container] = after.status?.containerStatuses ?? [];
    expect(isRunning(after)).toBe(true);
    expect(container).toMatchObject({ restartCount: 0, state: before.status?.containerStatuses?.[0]?.state });
    const log = () => notebook.core.readNamespacedPodLog(where(before));
    await expect.poll(() => log().catch(() => null), { timeout: 30_000 }).toBe('waiting\n');
    await cancel('steady');
  });
});

describe('definitions of custom resources', () => {
  it('are applied from a folder of files', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'reprise-crds-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'studies.yaml'), STUDIES);
    writeFileSync(path.join(folder, 'left-out.yaml'), 'kind: CustomResourceDefinition');
    expect(await applyCrds(folder, (file) => file !== 'left-out.yaml')).toEqual(['studies.test.reprise.dev']);
    onTestFinished(async () => {
      await send(admin, 'DELETE', `${DEFINITIONS}/studies.test.reprise.dev`);
    });

    const create = (spec: object) => {
      const study = { apiVersion: 'test.reprise.dev/v1', kind: 'Study', metadata: { name: 'wine' }, spec };
      const where = '/apis/test.reprise.dev/v1/namespaces/default/studies';
      return send(admin, 'POST', `${where}?dryRun=All&fieldValidation=Strict`, {
        text: JSON.stringify(study),
      });
    };
    expect(await create({ seed: 7, anything: { goes: true } })).toMatchObject({ status: 201 });
    expect(await create({ seed: 'seven' })).toMatchObject({ status: 422 });
  });
});

const where = (pod: V1Pod) => ({ namespace: namespace.name, name: pod.metadata?.name ?? '' });
