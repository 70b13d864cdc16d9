/** What goes wrong in a JavaScript kernel and around it: each is told, and nothing is left behind. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../documents';
import type { Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from '../cli/support';
import { JAVASCRIPT, javascriptWorkplace, lockFile, metadataFor } from './support';

const MODULES = path.join(JAVASCRIPT, 'node_modules');
const TFJS = '@tensorflow/tfjs-node';

let place: Workplace;
beforeAll(() => {
  place = javascriptWorkplace();
});
afterAll(() => place.remove());

async function verified(name: string, cells: string[]): Promise<Judgement> {
  place.notebook(name, cells, metadataFor('tslab'));
  return document<Judgement>(await place.execute('verify', name, '--format', 'json'), 'verdict-1');
}

it('a rejection that nobody handles is told in the cell, and the next one runs', async () => {
  const cells = ['Promise.reject(new RangeError("nobody waits")); 1', 'console.log(2)'];
  place.notebook('rejects.ipynb', cells, metadataFor('tslab'));
  const { code, stdout } = await place.execute('run', 'rejects.ipynb', '--allow-errors');
  expect([code, stdout]).toEqual([0, expect.anything()]);
  expect(place.record().cells).toHaveLength(2);
  expect(await place.leftBehind()).toEqual([]);
});

it('a worker that outlives its cell draws from a stream of its own, and ends with the kernel', async () => {
  const worker = `const { Worker } = require("node:worker_threads");
const worker = new Worker("setInterval(() => Math.random(), 5)", { eval: true });
await new Promise((ready) => worker.once("online", () => ready(1)));
console.log("started")`;
  const judgement = await verified('worker.ipynb', [
    worker,
    'console.log(Math.random())',
    'console.log(Math.random())',
  ]);
  expect([judgement.verdict, judgement.covered.outputs]).toEqual(['identical', 3]);
  expect(await place.leftBehind()).toEqual([]);
});

/** Of one tree that npm installed: the package and, below another, the same of three years before. */
const TWO_VERSIONS = `for (const name of ["${TFJS}", "tfjs-3"]) {
  const tf = require(name);
  const order = await tf.data.array([1, 2, 3, 4, 5, 6, 7, 8]).shuffle(8).toArray();
  const dense = tf.layers.dense({ units: 2, inputShape: [3], name: "of-" + tf.version_layers });
  const model = tf.sequential({ layers: [dense, tf.layers.dropout({ rate: 0.5 })] });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const { history } = await model.fit(tf.randomNormal([8, 3]), tf.randomNormal([8, 2]), { verbose: 0 });
  console.log(tf.version.tfjs, order.join(""), history.loss.join(" "));
}`;
const MIXED = `const data = require("@tensorflow/tfjs-data");
const other = await import("@tensorflow/tfjs-data");
const order = async (loaded) => (await loaded.array([1, 2, 3, 4, 5, 6, 7, 8]).shuffle(8).toArray()).join("");
console.log(await order(data), await order(other))`;

it('two versions of TensorFlow.js in one tree are both seeded, and so is what is loaded as ESM and as CommonJS', async () => {
  const judgement = await verified('loads.ipynb', [TWO_VERSIONS, MIXED]);
  // Streams of the first, as a second version is warned of, and of the other.
  expect([judgement.verdict, judgement.covered.outputs]).toEqual(['identical', 3]);
  const { header, cells } = place.record();
  const text = readFileSync(place.store.objectPath(cells[0]!.outputs.raw), 'utf8');
  expect(text).toMatch(/4\.22\.0 [1-8]{8} [\d.e-]+\\n3\.21\.0 [1-8]{8} [\d.e-]+\\n/);
  const shuffles = cells.map(({ entropy }) =>
    entropy.filter(({ source }) => source === 'tfjs.data.shuffle').reduce((sum, { count }) => sum + count, 0),
  );
  expect(shuffles).toEqual([2, 2]);
  expect(header.javascript).toMatchObject({ kernel: 'tslab' });
});

describe('with packages of its own', () => {
  let own: Workplace;

  /** Links to all packages of the tests but the one with the addon, which is copied without. */
  beforeAll(() => {
    own = new Workplace();
    own.store.ensure();
    for (const name of namesIn(MODULES)) {
      const to = own.path('node_modules', name);
      mkdirSync(path.dirname(to), { recursive: true });
      if (name !== TFJS) symlinkSync(path.join(MODULES, name), to);
      else
        cpSync(path.join(MODULES, name), to, {
          recursive: true,
          filter: (file) => !/\/(deps|lib)$/.test(file),
        });
    }
    for (const file of ['package.json', 'package-lock.json'] as const) cpSync(lockFile(file), own.path(file));
  });
  afterAll(() => own.remove());

  it('an addon that is missing is said where it is asked for, and refused under a pin that has one', async () => {
    own.notebook('addon.ipynb', [`const tf = require("${TFJS}")`], metadataFor('tslab'));
    const { code, stdout } = await own.execute('run', 'addon.ipynb');
    expect([code, stdout]).toEqual([1, expect.stringContaining('tfjs_binding')]);
    const pinned = await own.reprise('pin', 'addon.ipynb', '--python', PYTHON);
    expect([pinned.code, pinned.stderr]).toEqual([
      0,
      expect.stringContaining(`The addon of ${TFJS} is not built here`),
    ]);
  });
});

function namesIn(modules: string): string[] {
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(path.join(modules, name)).map((each) => `${name}/${each}`) : [name],
  );
}
