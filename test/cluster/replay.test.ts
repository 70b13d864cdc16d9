/** Runs and replays on the cluster, by the command, of somebody with the documented rights in a restricted namespace. */
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Judgement, Run } from '../../src/replay/documents';
import { PYTHON } from '../cli/support';
import { document } from '../documents';
import { imageOther } from './support/cluster';
import { Site } from './support/site';

const WINE = 'wine-study.ipynb';
const GPU = ['--gpu', '1'];
const JSON_FORMAT = ['--format', 'json'];

let site: Site;

beforeAll(async () => {
  site = await Site.open();
  const example = path.resolve(__dirname, '../../examples', WINE);
  copyFileSync(example, site.workplace.path(WINE));
});
afterEach(() => site.expectNothingLeft());
afterAll(() => site.close());

async function recordedHere(notebook: string): Promise<string> {
  const ended = await site.reprise('run', notebook, '--python', PYTHON, ...JSON_FORMAT);
  return document<Run>(ended, 'run-1').run;
}

async function replayed(what: string, ...args: string[]): Promise<Judgement & { code: number | null }> {
  const ended = await site.reprise(...site.onCluster('replay', what, ...JSON_FORMAT, ...args));
  return { ...document<Judgement>(ended, 'verdict-1'), code: ended.code };
}

it('replays what was recorded here in a pod with a GPU: identical', async () => {
  const run = await recordedHere(WINE);
  const { code, verdict, original, covered } = await replayed(run, ...GPU);
  expect({ code, verdict, original }).toEqual({ code: 0, verdict: 'identical', original: run });
  expect(covered).toMatchObject({ outputs: 11, files: 1, variables: { uncompared: 0 } });
});

it('says Different in an image with another scikit-learn, and names it', async (context) => {
  const { code, verdict, causes } = await replayed(WINE, ...GPU, '--image', imageOther(context));
  expect([code, verdict]).toEqual([1, 'different']);
  const drift = causes.find(({ kind }) => kind === 'environment-drift');
  expect(drift?.evidence.map(({ what }) => what)).toContain('scikit-learn');
});

it('runs on the cluster first, and replays there: identical', async () => {
  const ended = await site.reprise(...site.onCluster('run', WINE, ...GPU, ...JSON_FORMAT));
  const run = document<Run>(ended, 'run-1');
  expect([ended.code, run.status, run.cells.length]).toEqual([0, 'ok', 10]);
  expect(site.workplace.read(run.executed)).toContain('"output_type"');
  const { code, verdict, original } = await replayed(run.run, ...GPU);
  expect({ code, verdict, original }).toEqual({ code: 0, verdict: 'identical', original: run.run });
});

it('verifies there, and tells of it in words', async () => {
  site.workplace.notebook('draw.ipynb', ['import random\nprint(random.random())']);
  const ended = await site.reprise(...site.onCluster('verify', 'draw.ipynb', '--times', '2'));
  const { code, stdout, stderr } = ended;
  expect(stderr).not.toMatch(/Warning|node:/);
  expect([code, stdout.split('\n').filter((line) => line.startsWith('Same'))]).toEqual([
    0,
    [expect.stringContaining('Same in 2 of 2 runs') as string],
  ]);
});

it('foretells what no seed reached, and says that this was wrong where the verdict is better', async () => {
  site.workplace.notebook('length.ipynb', ['import os\nprint(len(os.urandom(4)))']);
  const run = await recordedHere('length.ipynb');
  const { code, stdout, stderr } = await site.reprise(...site.onCluster('replay', run));
  expect(stdout + stderr).toContain('Different is expected: no seed reached what cell 0 drew');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^Same[^\n]*\nTrust: [^\n]*\nBetter than was foretold: no seed/m),
  ]);
});

it('judges what ran until its time was spent, and says how far that is', async () => {
  const slow = 'import os, time\ntime.sleep(60 if os.path.exists("/work/root") else 0)';
  site.workplace.notebook('long.ipynb', ['print(1)', slow, 'print(2)']);
  const run = await recordedHere('long.ipynb');
  const { code, stdout, stderr } = await site.reprise(...site.onCluster('replay', run, '--budget', '4s'));
  expect(stdout + stderr).toContain('stopped when its time was spent, after cell 0');
  expect([code, stdout]).toEqual([4, expect.stringMatching(/^Cannot tell from cell 1; 1 output/m)]);
});

const DOT = `import numpy as np
values = np.random.default_rng().standard_normal(4_000_001)
# One sum may come out the same by chance; eight do not.
print([(values[k:] @ values[k:]).hex() for k in range(8)])`;

it('names the number of threads where sums depend on it', async () => {
  site.workplace.notebook('threads.ipynb', [DOT]);
  const threads = (count: number) =>
    `  t${count}: { cpu: ${count}, env: { OPENBLAS_NUM_THREADS: "${count}" } }\n`;
  site.workplace.write('reprise.yaml', `profiles:\n${threads(1)}${threads(2)}`);
  const on = (profile: string) => ['--profile', profile, '--namespace', site.namespace, ...JSON_FORMAT];
  const [command, ...rest] = site.onCluster('run', 'threads.ipynb');
  const withoutCpu = rest.filter((arg, i) => arg !== '--cpu' && rest[i - 1] !== '--cpu');
  const run = document<Run>(await site.reprise(command!, ...withoutCpu, ...on('t1')), 'run-1');
  const replay = ['replay', run.run, ...withoutCpu.slice(1), ...on('t2')];
  const judgement = document<Judgement>(await site.reprise(...replay), 'verdict-1');
  expect(judgement.verdict).toBe('different');
  const named = judgement.causes.flatMap(({ evidence }) => evidence.map(({ what }) => what));
  expect(named).toContain('OPENBLAS_NUM_THREADS');
});

it('runs nothing in an image that is not the pinned environment: exit 3 and what differs', async () => {
  const lock = ['numpy==1.26.4', 'absent-package==1.0']
    .map((each) => `${each} --hash=sha256:${'0'.repeat(64)}\n`)
    .join('');
  site.workplace.write('requirements.txt', lock);
  site.workplace.notebook('pinned.ipynb', ['print(1)']);
  const sha256 = createHash('sha256').update(lock).digest('hex');
  const pin = { lock: 'requirements.txt', sha256, python: '3.11' };
  site.workplace.write('pinned.repro.json', JSON.stringify({ schema: 'reprise/notebook/1', pin }));
  const { code, stderr } = await site.reprise(...site.onCluster('run', 'pinned.ipynb'));
  expect(code).toBe(3);
  expect(stderr).toContain('absent-package is missing instead of 1.0; numpy 2.4.6 instead of 1.26.4');
});

it('brings the modules and data that the recorded run read, and the files that cells write', async () => {
  site.workplace.write('lib/shapes.py', 'def area(side):\n    return side * side\n');
  site.workplace.write('data/sides.csv', 'side\n3\n4\n');
  site.workplace.notebook('study/areas.ipynb', [
    'import sys\nsys.path.insert(0, "../lib")\nimport shapes, csv',
    'rows = list(csv.DictReader(open("../data/sides.csv")))\nareas = [shapes.area(int(r["side"])) for r in rows]\nprint(areas)',
    'with open("areas.txt", "w") as file:\n    _ = file.write(str(areas))',
  ]);
  await recordedHere('study/areas.ipynb');
  const { verdict, replays, covered } = await replayed('study/areas.ipynb');
  expect([verdict, covered.files]).toEqual(['identical', 1]);
  const kept = path.join(site.workplace.store.runFolder(replays[0]!), 'files/study/areas.txt');
  expect(readFileSync(kept, 'utf8')).toBe('[9, 16]');
});

it('ends where a cell raises, and judges the same error as the same', async () => {
  site.workplace.notebook('raises.ipynb', ['print(1)', '1 / 0', 'print(2)']);
  const ended = await site.reprise(...site.onCluster('run', 'raises.ipynb'));
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain('ZeroDivisionError');
  const { code, verdict } = await replayed('raises.ipynb');
  expect({ code, verdict }).toEqual({ code: 1, verdict: 'identical' });
});

it('goes on by itself when it is detached, and is taken up by its id', async () => {
  site.workplace.notebook('slow.ipynb', ['import time\ntime.sleep(2)', 'print("done")']);
  const { code, stdout } = await site.reprise(...site.onCluster('run', 'slow.ipynb', '--detach'));
  expect(code).toBe(0);
  const run = Site.runOf({ stdout, stderr: '' });
  expect(stdout).toContain(`reprise attach ${run}`);
  const listed = document<{ replays: { run: string; stage: string }[] }>(
    await site.reprise('replays', ...JSON_FORMAT),
  );
  expect(listed.replays[0]).toMatchObject({ run, stage: 'submitted', namespace: site.namespace });
  const attached = await site.reprise('attach', run, ...JSON_FORMAT);
  expect([attached.code, document<Run>(attached, 'run-1').status]).toEqual([0, 'ok']);
  // What has been fetched is told again, and the cluster not asked.
  const again = await site.start(['attach', run, ...JSON_FORMAT], { env: { KUBECONFIG: '/nowhere' } }).ended;
  expect([again.code, document<Run>(again, 'run-1').run]).toEqual([0, run]);
});

it('is cancelled without its job, and then deleted with it', async () => {
  site.workplace.notebook('long.ipynb', ['import time\ntime.sleep(600)']);
  const { stdout } = await site.reprise(...site.onCluster('run', 'long.ipynb', '--detach'));
  const run = Site.runOf({ stdout, stderr: '' });
  const cancelled = await site.reprise('cancel', run);
  expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('suspended') as string]);
  const deleted = await site.reprise('delete', run);
  expect([deleted.code, deleted.stdout]).toEqual([0, expect.stringContaining('Nothing of run') as string]);
  const again = await site.reprise('delete', run);
  expect(again.code).toBe(0);
});

it('is cancelled for whoever lists it, and for who takes it up: that ends', async () => {
  site.workplace.notebook('long.ipynb', ['import time\ntime.sleep(600)']);
  const run = Site.runOf(await site.reprise(...site.onCluster('run', 'long.ipynb', '--detach')));
  const cancelled = await site.reprise('cancel', run, ...JSON_FORMAT);
  expect(JSON.parse(cancelled.stdout)).toEqual({ schema: 'reprise/cancel/0', run, ended: 'suspended' });
  const stage = async (): Promise<unknown> => {
    const { stdout } = await site.reprise('replays', ...JSON_FORMAT);
    return (JSON.parse(stdout) as { replays: { run: string; stage: string }[] }).replays[0];
  };
  expect(await stage()).toMatchObject({ run, stage: 'cancelled' });
  // Taken up while its pod still ends, it brings what the pod has.
  const attached = await site.reprise('attach', run);
  expect([attached.code, attached.stderr]).toEqual([
    5,
    expect.stringMatching(/was cancelled, and it kept no results|was told to stop/) as string,
  ]);
  expect(await stage()).toMatchObject({ run, stage: 'cancelled', cancelled: true });
  expect((await site.reprise('replays')).stdout).toMatch(new RegExp(`^${run}  cancelled `, 'm'));
});

// Last: what is named after a clock that is ahead is newer than what comes after it.
it.each([
  ['ahead', 2],
  ['behind', -2],
])('comes to the same where the clock of this machine is hours %s', async (_, hours) => {
  const skew = site.workplace.write(
    'skew.cjs',
    `const Real = Date; const now = () => Real.now() + ${hours * 3_600_000};
globalThis.Date = class extends Real {
  constructor(...given) { super(...(given.length > 0 ? given : [now()])); }
  static now() { return now(); }
};`,
  );
  site.workplace.notebook('draw.ipynb', ['import random\nprint(random.random())']);
  const run = await recordedHere('draw.ipynb');
  const replay = site.onCluster('replay', run, ...JSON_FORMAT);
  const ended = await site.start(replay, { env: { NODE_OPTIONS: `--require ${skew}` } }).ended;
  expect([ended.code, document<Judgement>(ended, 'verdict-1').verdict]).toEqual([0, 'identical']);
});
