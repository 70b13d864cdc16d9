/** What `reprise clusters` and `--preflight` say to an administrator, and to a user who may see little. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workplace } from '../cli/support';
import { image } from './support/cluster';
import { objectsLeft, restrictedNamespace, type TestNamespace } from './support/namespace';
import { createUser, RULES, type User } from './support/user';

let namespace: TestNamespace;
let user: User;
const place = new Workplace();
beforeAll(async () => {
  namespace = await restrictedNamespace();
  user = await createUser(namespace.name);
  place.notebook('study.ipynb', ['print(1)']);
  place.write(
    'reprise.yaml',
    `default: gpu\nprofiles:\n  cpu: { image: '${image}' }\n  gpu: { gpu: { count: 1 } }\n`,
  );
});
afterAll(async () => {
  place.remove();
  user.remove();
  await namespace.remove();
});

const json = async (args: string[], kubeconfig = user.kubeconfig) => {
  const env = { KUBECONFIG: kubeconfig };
  const { code, stdout } = await place.start([...args, '--format', 'json'], { env }).ended;
  return { code, document: JSON.parse(stdout) as Record<string, unknown> };
};

it('names contexts, profiles and the image of the notebook', async () => {
  const { code, document } = await json(['clusters', 'study.ipynb']);
  expect([code, document]).toEqual([
    0,
    {
      schema: 'reprise/clusters/0',
      contexts: [{ name: 'reprise-test', cluster: 'reprise-test', namespace: namespace.name, current: true }],
      notebook: {
        profiles: [
          { name: 'gpu', gpu: { count: 1 } },
          { name: 'cpu', image },
        ],
      },
    },
  ]);
});

it('says which lists a user may not see, and shows them to who may', async () => {
  const { document } = await json(['clusters', '--context', 'reprise-test']);
  expect(document['places']).toEqual({
    context: 'reprise-test',
    namespaces: { why: expect.stringMatching(/^Cannot list namespaces: .*forbidden/) as string },
    gpus: { why: expect.stringMatching(/^Cannot list nodes: .*forbidden/) as string },
  });
  const all = await json(['clusters', '--context', 'reprise-test'], process.env['REPRISE_TEST_KUBECONFIG']);
  expect(all.document['places']).toMatchObject({
    namespaces: { names: expect.arrayContaining([namespace.name]) as string[] },
    gpus: { products: [{ product: 'NVIDIA-H100-80GB-HBM3', nodes: 1 }] },
  });
});

it('says without sending anything whether something stops a run', async () => {
  const there = ['--target', 'kubernetes', '--profile', 'cpu', '--preflight'];
  const good = await json(['run', 'study.ipynb', ...there]);
  expect(good).toMatchObject({ code: 0, document: { schema: 'reprise/preflight/0' } });
  expect((good.document['checks'] as { state: string }[]).map(({ state }) => state)).not.toContain('bad');

  const rules = RULES.filter(({ resources }) => !resources?.includes('pods/exec'));
  const lesser = await createUser(namespace.name, { name: 'lesser', rules });
  const bad = await json(['run', 'study.ipynb', ...there], lesser.kubeconfig);
  lesser.remove();
  expect(bad).toMatchObject({ code: 5, document: { reason: 'forbidden' } });
  expect(bad.document['message']).toContain('you may not get pods/exec, create pods/exec');
  expect(await objectsLeft(namespace.name, 'app.kubernetes.io/managed-by=reprise')).toEqual([]);
});
