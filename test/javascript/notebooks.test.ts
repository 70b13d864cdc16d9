/** JavaScript notebooks on real kernels: recorded, replayed, judged and explained with no further flag. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../documents';
import type { Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from '../cli/support';
import { javascriptWorkplace, metadataFor, nodeOf, type NodeVersion } from './support';

const IMPORTS = {
  tslab: 'import * as tf from "@tensorflow/tfjs-node"',
  deno: 'import { createRequire } from "node:module"\nconst tf = createRequire(Deno.cwd() + "/x")("@tensorflow/tfjs-node")',
};
const TRAINING = `// a small network
const xs = tf.linspace(0, 1, 40).reshape([10, 4])
const ys = tf.linspace(0, 1, 10).reshape([10, 1])

const model = tf.sequential()
model.add(tf.layers.dense({units: 8, inputShape: [4], activation: "relu"}))
model.add(tf.layers.dropout({rate: 0.3}))
model.add(tf.layers.dense({units: 1}))
model.compile({optimizer: "adam", loss: "meanSquaredError"})
const {history} = await model.fit(xs, ys, {epochs: 2, verbose: 0})
console.log(history.loss)`;
const DRAWS =
  'const draw = () => Math.random()\n\nconsole.log(draw(), tf.multinomial([[0.1, 0.9]], 4).dataSync())';

let place: Workplace;
beforeAll(() => {
  place = javascriptWorkplace();
  for (const kernel of ['tslab', 'deno'] as const) {
    place.notebook(`${kernel}.ipynb`, [IMPORTS[kernel], TRAINING, DRAWS], metadataFor(kernel));
  }
});
afterAll(() => place.remove());

function onNode(version: NodeVersion): NodeJS.ProcessEnv {
  return { PATH: `${path.dirname(nodeOf(version))}${path.delimiter}${process.env.PATH}` };
}

describe.each(['tslab', 'deno'] as const)('on %s', (kernel) => {
  it('verifies as the same with fresh entropy', async () => {
    const ended = await place.execute('verify', `${kernel}.ipynb`, '--format', 'json');
    const judgement = document<Judgement>(ended, 'verdict-1');
    expect([ended.code, judgement.verdict, judgement.covered.outputs]).toEqual([0, 'identical', 2]);
  });

  it('is different, with the cell and the cause, where nothing is enforced', async () => {
    const ended = await place.execute('verify', `${kernel}.ipynb`, '--policy', 'observe', '--format', 'json');
    const { verdict, firstDivergence, causes } = document<Judgement>(ended, 'verdict-1');
    expect([ended.code, verdict, firstDivergence?.index]).toEqual([1, 'different', 1]);
    expect(causes.map(({ kind }) => kind)).toContain('unseeded-entropy');
  });
});

it('gives one result for a fixed seed, on both kernels and three versions of Node', async () => {
  const results: string[] = [];
  for (const [kernel, version] of [
    ['tslab', 20],
    ['tslab', 22],
    ['tslab', 24],
    ['deno', 20],
  ] as const) {
    const running = place.start(['run', `${kernel}.ipynb`, '--seed', '7', '--python', PYTHON], {
      env: onNode(version),
    });
    expect(await running.ended).toMatchObject({ code: 0 });
    const { cells } = place.record();
    results.push(readFileSync(place.store.objectPath(cells[1]!.outputs.raw), 'utf8'));
  }
  // Deno shows numbers in colours only as results, and prints as Node does.
  expect(results).toEqual(results.map(() => results[0]));
});

it('hears every result of Deno, which can come after its cell has ended, and shows nothing of how', async () => {
  const numbers = Array.from({ length: 60 }, (_, i) => i);
  const cells = numbers.map((i) => `console.log("printed ${i}")\n"result ${i}"`);
  place.notebook('late.ipynb', cells, metadataFor('deno'));
  expect(await place.execute('run', 'late.ipynb')).toMatchObject({ code: 0 });
  expect(place.record().cells.map(({ outputs }) => outputs.count)).toEqual(numbers.map(() => 2));
  const executed = readFileSync(place.store.runFolder(place.store.runIds()[0]!) + '/executed.ipynb', 'utf8');
  expect(executed.match(/printed \d+/g)).toHaveLength(2 * numbers.length);
  expect(executed).not.toContain('reprise-');
});

it('records what was drawn, and in which line', async () => {
  await place.execute('run', 'tslab.ipynb');
  const { header, cells } = place.record();
  expect(header.javascript).toMatchObject({ language: 'javascript', kernel: 'tslab', version: '1.0.22' });
  expect(cells.map(({ notObserved, faults }) => [notObserved, faults])).toEqual(
    cells.map(() => [['variables'], []]),
  );
  expect(cells[1]!.entropy).toContainEqual(
    expect.objectContaining({ source: 'Math.random', reach: 'enforced', at: { cell: 1, line: 6 } }),
  );
  expect(cells[2]!.entropy).toEqual([
    { source: 'Math.random', reach: 'enforced', count: 2, at: { cell: 2, line: 3 } },
  ]);
});

describe('that fail', () => {
  it('say what was thrown and keep what ran before', async () => {
    place.notebook(
      'throws.ipynb',
      ['console.log(1)', 'const f = () => { throw new TypeError("no such thing") }\nf()', 'console.log(2)'],
      metadataFor('tslab'),
    );
    const { code, stdout } = await place.execute('run', 'throws.ipynb');
    expect([code, stdout]).toEqual([1, expect.stringContaining('TypeError: no such thing')]);
    expect(place.record().cells.map(({ status, error }) => [status, error?.ename])).toEqual([
      ['ok', undefined],
      ['error', 'TypeError'],
    ]);
  });

  it('stop an endless loop in its time', async () => {
    place.notebook('endless.ipynb', ['console.log(1)', 'while (true) {}'], metadataFor('tslab'));
    const { code } = await place.execute('run', 'endless.ipynb', '--timeout', '3');
    expect(code).toBe(1);
    expect(place.record().cells[0]!.status).toBe('ok');
    expect(await place.leftBehind()).toEqual([]);
  });

  it('tell of a kernel that died, and how', async () => {
    place.notebook(
      'dies.ipynb',
      ['console.log(1)', 'process.kill(process.pid, "SIGKILL"); while (true) {}'],
      metadataFor('tslab'),
    );
    const { code } = await place.execute('run', 'dies.ipynb');
    expect(code).toBe(5);
    expect(place.record().summary).toMatchObject({ status: 'died', died: { index: 1, signal: 'SIGKILL' } });
    expect(await place.leftBehind()).toEqual([]);
  });

  it('say what to install where there is no kernel', async () => {
    const bare = new Workplace();
    bare.notebook('bare.ipynb', ['1'], metadataFor('tslab'));
    const running = bare.start(['run', 'bare.ipynb', '--python', PYTHON], { env: { PATH: '/usr/bin:/bin' } });
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([5, expect.stringContaining('npm install tslab')]);
    bare.remove();
  });
});
