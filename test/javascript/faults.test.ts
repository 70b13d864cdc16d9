/** What goes wrong in a JavaScript kernel and around it: each is told, and nothing is left behind. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
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

it('modules loaded as ESM and as CommonJS are seeded alike', async () => {
  const mixed = `const data = require("@tensorflow/tfjs-data");
const other = await import("@tensorflow/tfjs-data");
const order = async (loaded) => (await loaded.array([1, 2, 3, 4, 5, 6, 7, 8]).shuffle(8).toArray()).join("");
console.log(await order(data), await order(other))`;
  const judgement = await verified('mixed.ipynb', ['const tf = require("@tensorflow/tfjs-node")', mixed]);
  expect([judgement.verdict, judgement.covered.outputs]).toEqual(['identical', 1]);
});

describe('with packages of its own', () => {
  let own: Workplace;

  /** Links to all packages of the tests but these, which are copied. */
  beforeAll(() => {
    own = new Workplace();
    own.store.ensure();
    const copied = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-data'];
    for (const name of namesIn(MODULES)) {
      const to = own.path('node_modules', name);
      mkdirSync(path.dirname(to), { recursive: true });
      if (!copied.includes(name)) symlinkSync(path.join(MODULES, name), to);
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

  it('two versions of a part of TensorFlow.js are both seeded', async () => {
    const second = own.path('node_modules/second/node_modules/@tensorflow/tfjs-data');
    cpSync(path.join(MODULES, '@tensorflow/tfjs-data'), second, { recursive: true });
    const cell = `require("@tensorflow/tfjs");
const all = ["@tensorflow/tfjs-data", "./node_modules/second/node_modules/@tensorflow/tfjs-data"];
for (const name of all) {
  const shuffled = require(name).array([1, 2, 3, 4, 5, 6, 7, 8]).shuffle(8);
  console.log((await shuffled.toArray()).join(""));
}`;
    own.notebook('two.ipynb', [cell], metadataFor('tslab'));
    const judgement = document<Judgement>(
      await own.execute('verify', 'two.ipynb', '--format', 'json'),
      'verdict-1',
    );
    expect([judgement.verdict, judgement.covered.outputs]).toEqual(['identical', 1]);
    const shuffled = own.record().cells[0]!.entropy.filter(({ source }) => source === 'tfjs.data.shuffle');
    expect(shuffled.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });
});

function namesIn(modules: string): string[] {
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(path.join(modules, name)).map((each) => `${name}/${each}`) : [name],
  );
}
