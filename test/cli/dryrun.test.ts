/** What is printed of a run on a cluster that nobody has to reach: all of it, and no address of a store. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ended, PYTHON, Workplace } from './support';

const place = new Workplace();
const IMAGE = `registry.example/nb@sha256:${'0c'.repeat(32)}`;
const PUT = 'https://store.example/results/{run}.tar?signature=s3cr3t';
const GET = 'https://store.example/files.tar.gz?signature=s3cr3t';

let run: string;
let kubeconfig: string;

beforeAll(async () => {
  place.write('data.csv', 'a\n1\n');
  place.notebook('reads.ipynb', ['print(open("data.csv").read())']);
  kubeconfig = place.unreachableCluster();
  expect(await place.reprise('run', 'reads.ipynb', '--python', PYTHON)).toMatchObject({ code: 0 });
  run = place.store.runIds()[0]!;
});
afterAll(() => place.remove());

const reprise = (...args: string[]): Promise<Ended> =>
  place.start([...args, '--kubeconfig', kubeconfig, '--image', IMAGE], {
    env: { REPRISE_RESULTS_PUT_URL: PUT, REPRISE_BUNDLE_GET_URL: GET },
  }).ended;

it('shows in which Secrets a run would have its addresses, and prints none of them', async () => {
  const replay = ['replay', run, '--target', 'kubernetes', '--dry-run'];
  const { code, stdout, stderr } = await reprise(...replay);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/secretKeyRef:\s+name: reprise-\S+-results\s+key: put/),
  ]);
  expect(stdout).toMatch(/secretKeyRef:\s+name: reprise-\S+-bundle\s+key: get/);
  expect(stderr).toMatch(/They need the Secret reprise-\S+-results with the key put/);
  const inJson = await reprise(...replay, '--format', 'json');
  const { secrets } = JSON.parse(inJson.stdout) as { secrets: string[] };
  expect(secrets).toEqual([expect.stringMatching(/-bundle$/), expect.stringMatching(/-results$/)]);
  expect(stdout + stderr + inJson.stdout + inJson.stderr).not.toContain('s3cr3t');
});

it('writes no address into files for a repository, and says so', async () => {
  const { code, stdout, stderr } = await reprise('export', run, '--to', 'kustomize', '--out', 'base-of-run');
  expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('addresses of a store')]);
  const job = place.read('base-of-run/base/job.yaml');
  expect(job).not.toMatch(/secretKeyRef|s3cr3t/);
});
