/** JavaScript notebooks on real kernels: recorded, replayed, judged and explained with no further flag. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../documents';
import type { Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from '../cli/support';
import { Session } from '../cli/session';
import { javascriptWorkplace, metadataFor } from './support';

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

const KERNELS = ['tslab', 'deno'] as const;

let place: Workplace;
beforeAll(() => {
  place = javascriptWorkplace();
  for (const kernel of KERNELS) {
    place.notebook(`${kernel}.ipynb`, [IMPORTS[kernel], TRAINING, DRAWS], metadataFor(kernel));
  }
});
afterAll(() => place.remove());

// On Deno the example is (example.test.ts).
it('verifies on tslab as the same with fresh entropy', async () => {
  const ended = await place.execute('verify', 'tslab.ipynb', '--format', 'json');
  const judgement = document<Judgement>(ended, 'verdict-1');
  expect([ended.code, judgement.verdict, judgement.covered.outputs]).toEqual([0, 'identical', 2]);
});

it('records what was drawn, and in which line', () => {
  const { header, cells } = place.record();
  expect(header.javascript).toMatchObject({ language: 'javascript', kernel: 'tslab', version: '1.0.22' });
  expect(cells.map(({ notObserved, faults }) => [notObserved, faults])).toEqual(
    cells.map(() => [['variables'], []]),
  );
  // What was asked for by the cell itself, and what `fit` draws while the cell waits for it.
  const drawnIn = cells[1]!.entropy.map(({ source, reach, at }) => [source, reach, at]);
  expect(drawnIn).toEqual([6, 8, 10].map((line) => ['Math.random', 'enforced', { cell: 1, line }]));
  expect(cells[2]!.entropy).toEqual([
    { source: 'Math.random', reach: 'enforced', count: 2, at: { cell: 2, line: 3 } },
  ]);
});

it('is different on Deno, with the cell and the cause, where nothing is enforced', async () => {
  const ended = await place.execute('verify', 'deno.ipynb', '--policy', 'observe', '--format', 'json');
  const { verdict, firstDivergence, causes } = document<Judgement>(ended, 'verdict-1');
  expect([ended.code, verdict, firstDivergence?.index]).toEqual([1, 'different', 1]);
  expect(causes.map(({ kind }) => kind)).toContain('unseeded-entropy');
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

/** As in the editor: a live kernel behind the agent's server. */
describe.each(KERNELS)('in a session on %s', (kernel) => {
  it('cells run one by one, are recorded, and what is not observed is said', async () => {
    place.notebook(
      `live-${kernel}.ipynb`,
      ['const drawn = Math.random()', 'console.log(drawn < 1, drawn)'],
      metadataFor(kernel),
    );
    const session = new Session(place, `live-${kernel}.ipynb`, '--seed', '7');
    await session.run('c0');
    const first = await session.run('c1');
    expect(first).toMatchObject({
      ok: true,
      outputs: [{ output_type: 'stream', text: expect.stringMatching(/^true 0\.\d+\n$/) as string }],
      state: { cells: { c1: { status: 'clean', assumed: ['variables'] } } },
    });
    const edited = await session.ask({ op: 'edit', cell: 'c0', source: 'const drawn = 1' });
    expect(edited.state.cells.c0).toMatchObject({ status: 'stale', reasons: [{ type: 'code-changed' }] });
    await session.ask({ op: 'edit', cell: 'c0', source: 'const drawn = Math.random()' });
    await session.ask({ op: 'restart' });
    await session.run('c0');
    // One entropy for all kernels of a session.
    const { outputs } = first as Extract<typeof first, { ok: true }>;
    expect(await session.run('c1')).toMatchObject({ outputs });
    expect(await session.close()).toBe(0);
    const { header } = place.record();
    expect(header.javascript).toMatchObject({ kernel });
    const replayed = await place.execute('replay', header.run, '--format', 'json');
    expect(document<Judgement>(replayed, 'verdict-1').verdict).toBe('identical');
    expect(await place.leftBehind()).toEqual([]);
  });
});
