/** What a run on a cluster costs beyond its pod and its notebook, and how fast results come. `npm run bench -- cluster` prints the table. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connect } from '../src/cluster/connect';
import { fetchFiles } from '../src/cluster/collect/fetch';
import { exec } from '../src/cluster/exec';
import { admin } from '../test/cluster/support/cluster';
import { isRunning, outputOf, podOf, pythonJob } from '../test/cluster/support/jobs';
import { Site } from '../test/cluster/support/site';

type Row = { scenario: string; baseline: string; ours: string; goal: string; met: boolean };

const ROUNDS = 5;
const FETCHES = 3;
const BYTES = 1 << 30;
const MIB = 1 << 20;

const rows: Row[] = [];

it('measures', { timeout: 900_000 }, async () => {
  const site = await Site.open();
  try {
    await overhead(site);
    await fetching(site);
  } finally {
    await site.close();
  }
  writeFileSync(
    process.env.REPRISE_BENCH_OUT ?? path.join(tmpdir(), 'reprise-bench-cluster.json'),
    JSON.stringify(rows, null, 1),
  );
});

/** A whole `reprise run` less what its cells took, beside a Job whose program does nothing, from its creation to its end. */
async function overhead(site: Site): Promise<void> {
  site.workplace.notebook('pass.ipynb', ['pass']);
  const [bare, whole]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const name = `empty-${round}`;
    let begun = performance.now();
    await admin.batch.createNamespacedJob({
      namespace: site.namespace,
      body: pythonJob({ name, code: 'pass' }),
    });
    await outputOf(admin, site.namespace, name);
    bare.push(performance.now() - begun);
    begun = performance.now();
    const { code, stdout, stderr } = await site.reprise(
      ...site.onCluster('run', 'pass.ipynb', '--format', 'json'),
    );
    const took = performance.now() - begun;
    expect(code, stderr).toBe(0);
    const cells = (JSON.parse(stdout) as { cells: { durationMs: number }[] }).cells;
    whole.push(took - cells.reduce((sum, { durationMs }) => sum + durationMs, 0));
    await site.expectNothingLeft();
  }
  // The first of each warms the file cache.
  const more = median(whole.slice(1).map((ms, i) => ms - bare[i + 1]!));
  rows.push({
    scenario: '`reprise run` of `pass` there, less the cell',
    baseline: `${seconds(median(bare.slice(1)))} an empty Job, from its creation to its completion`,
    ours: `${seconds(median(whole.slice(1)))}, ${seconds(more)} more`,
    goal: '≤ 3 s more',
    met: more <= 3000,
  });
}

async function fetching(site: Site): Promise<void> {
  const { namespace } = site;
  const code = `
import os, time
with open("/dev/shm/large.bin", "wb") as file:
    for i in range(${BYTES / MIB}):
        file.write(bytes([i % 251]) * ${MIB})
print("ready", flush=True)
time.sleep(600)`;
  const job = pythonJob({ name: 'large', code });
  const spec = job.spec!.template.spec!;
  spec.containers[0]!.resources = { requests: { cpu: '250m', memory: '2Gi' }, limits: { memory: '2Gi' } };
  spec.containers[0]!.volumeMounts = [{ name: 'shm', mountPath: '/dev/shm' }];
  spec.volumes = [{ name: 'shm', emptyDir: { medium: 'Memory' } }];
  await admin.batch.createNamespacedJob({ namespace, body: job });
  const name = (await podOf(admin, namespace, 'large', isRunning)).metadata!.name!;
  const log = () => admin.core.readNamespacedPodLog({ namespace, name });
  await expect.poll(log, { timeout: 120_000 }).toContain('ready');
  const api = await connect({ kubeconfig: site.user.kubeconfig });
  const pod = { pod: name, container: 'replay' };
  const digest = createHash('sha256');
  for (let i = 0; i < BYTES / MIB; i++) digest.update(Buffer.alloc(MIB, i % 251));
  const wanted = { path: 'large.bin', size: BYTES, sha256: digest.digest('hex') };
  const [cat, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < FETCHES; round++) {
    let begun = performance.now();
    let bytes = 0;
    const command = ['cat', '/dev/shm/large.bin'];
    const { exit } = await exec(api, { ...pod, command }, (chunk) => (bytes += chunk.length));
    expect([exit, bytes]).toEqual([0, BYTES]);
    cat.push(performance.now() - begun);
    begun = performance.now();
    const to = site.workplace.path(`fetched-${round}.bin`);
    await fetchFiles({ api, pod }, { root: '/dev/shm', parts: site.workplace.path('parts') }, [
      { ...wanted, to },
    ]);
    ours.push(performance.now() - begun);
  }
  const ratio = median(ours.map((ms, i) => ms / cat[i]!));
  rows.push({
    scenario: 'fetch of 1 GiB to the disk, digest verified',
    baseline: `${seconds(median(cat))} one \`cat\` over exec, to nowhere`,
    ours: `${seconds(median(ours))}, ${ratio.toFixed(2)}×`,
    goal: '≤ 1.5×',
    met: ratio <= 1.5,
  });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
