/** Notebooks in JavaScript on the cluster: recorded here or there, replayed in a pod from an image with Node. */
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from 'vitest';
import type { Sidecar } from '../../src/notebook/sidecar';
import type { Judgement, Run } from '../../src/replay/documents';
import { type Ended, PYTHON } from '../cli/support';
import { document } from '../documents';
import { image as imageOfPython, nodeImage } from './support/cluster';
import { Site } from './support/site';

const STUDY = 'study/draws.ipynb';
const KERNEL = { kernelspec: { name: 'jslab', language: 'javascript', display_name: 'JavaScript' } };
const JSON_FORMAT = ['--format', 'json'];

let site: Site;

beforeAll(async () => {
  site = await Site.open();
  site.workplace.store.ensure();
  site.workplace.write('study/scale.js', 'exports.scale = (draw) => 100 * draw;\n');
  site.workplace.notebook(
    STUDY,
    [
      'const { scale } = require("./scale")',
      'const draws = Array.from({ length: 5 }, () => scale(Math.random()))\nconsole.log(draws)',
      'require("fs").writeFileSync("draws.txt", draws.join("\\n"))',
    ],
    KERNEL,
  );
});
afterEach(() => site.expectNothingLeft());
afterAll(() => site.close());

/** The command, with the Node that the image has. */
function reprise(context: TestContext, ...args: string[]): Promise<Ended> {
  const { project } = nodeImage(context);
  const node = path.join(project, 'node_modules/node-20/bin');
  return site.start(args, { env: { PATH: `${node}${path.delimiter}${process.env.PATH}` } }).ended;
}

function there(
  context: TestContext,
  command: 'run' | 'replay',
  what: string,
  ...args: string[]
): Promise<Ended> {
  const { image } = nodeImage(context);
  return reprise(context, ...site.onCluster(command, what, '--image', image, ...JSON_FORMAT, ...args));
}

async function pinned(context: TestContext): Promise<void> {
  const { project } = nodeImage(context);
  symlinkSync(path.join(project, 'node_modules'), site.workplace.path('node_modules'));
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(path.join(project, name), site.workplace.path(name));
  expect(await reprise(context, 'pin', STUDY, '--python', PYTHON)).toMatchObject({ code: 0 });
}

it('is pinned and recorded here, and replayed in a pod with a GPU: identical', async (context) => {
  await pinned(context);
  const ended = await reprise(context, 'run', STUDY, '--python', PYTHON, '--policy', 'full', ...JSON_FORMAT);
  const { run } = document<Run>(ended, 'run-1');
  const replay = await there(context, 'replay', run, '--gpu', '1');
  const { verdict, covered, replays, causes } = document<Judgement>(replay, 'verdict-1');
  expect({ code: replay.code, verdict, causes }).toEqual({ code: 0, verdict: 'identical', causes: [] });
  expect(covered).toMatchObject({ outputs: 1, files: 1 });
  const [before, after] = [run, replays[0]!].map((each) => site.workplace.record(each).header);
  // The same kernel, found and digested in the pod.
  expect(after!.javascript).toEqual(before!.javascript);
  expect(after!.javascript).toMatchObject({ language: 'javascript', kernel: 'tslab', version: '1.0.22' });
});

it('runs there first, and is told where it differs and why, as nothing is enforced', async (context) => {
  const ended = await there(context, 'run', STUDY, '--policy', 'observe');
  const { run, status, cells } = document<Run>(ended, 'run-1');
  expect([ended.code, status, cells.length]).toEqual([0, 'ok', 3]);
  const replay = await there(context, 'replay', run);
  const { verdict, firstDivergence, causes } = document<Judgement>(replay, 'verdict-1');
  expect([replay.code, verdict, firstDivergence?.index]).toEqual([1, 'different', 1]);
  expect(causes[0]).toMatchObject({ kind: 'unseeded-entropy' });
});

it('runs nothing where kernel, engine or packages are not those of its pin: exit 3 and what differs', async (context) => {
  const lock = site.workplace
    .read('package-lock.json')
    .replace(/("node_modules\/commander": \{\s*"version": ")[^"]+/, '$19.9.9');
  const { pin, ...rest } = JSON.parse(site.workplace.read('study/draws.repro.json')) as Sidecar;
  site.workplace.write('other/package-lock.json', lock);
  const other = {
    ...pin!,
    lock: 'package-lock.json',
    sha256: createHash('sha256').update(lock).digest('hex'),
  };
  const javascript = {
    ...other.javascript!,
    engine: { ...other.javascript!.engine, v8: '1.2.3' },
    native: { '@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node': '0'.repeat(64) },
  };
  site.workplace.write('other/draws.repro.json', JSON.stringify({ ...rest, pin: { ...other, javascript } }));
  site.workplace.write('other/draws.ipynb', readFileSync(site.workplace.path(STUDY)));
  const { code, stdout } = await there(context, 'run', 'other/draws.ipynb');
  const { message } = JSON.parse(stdout) as { message: string };
  expect([code, message]).toEqual([3, expect.stringMatching(/v8 \S+ instead of 1\.2\.3; /)]);
  expect(message).toMatch(/commander \S+ instead of 9\.9\.9; @tensorflow\S+ is missing instead of 0{12}/);
});

it('says what an image lacks that has no kernel for it', async (context) => {
  site.workplace.notebook('free.ipynb', ['console.log(1)'], KERNEL);
  const args = site.onCluster('run', 'free.ipynb', '--image', imageOfPython);
  const { code, stderr } = await reprise(context, ...args);
  expect([code, stderr]).toEqual([
    5,
    expect.stringMatching(/The image has no (node|tslab)\b.*reprise image/),
  ]);
});
