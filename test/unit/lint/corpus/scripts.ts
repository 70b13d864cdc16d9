/** Cells in JavaScript and TypeScript with what lint must say of them, as in the corpus of Python: `// ! rule`, `// ~ rule`. */
import type { Case } from '.';

const TF = "import * as tf from '@tensorflow/tfjs';\n";
const one = (name: string, cell: string): Case => ({ name, cells: [cell] });
const tf = (name: string, cell: string): Case => one(name, TF + cell);

const CASES: Case[] = [
  // Draws of TensorFlow.js.
  tf('draws', "tf.randomNormal([2]); // ! tfjs-random\ntf.randomUniform([2], 0, 1); // ! tfjs-random\ntf.randomNormal([2], 0, 1, 'float32', 42);\ntf.randomUniform([2], 0, 1, 'float32', 7);"),
  tf('a seed of 0 is none for normal kinds', "tf.randomNormal([2], 0, 1, 'float32', 0); // ! tfjs-random\ntf.truncatedNormal([2], 0, 1, 'float32', 0); // ! tfjs-random\ntf.randomGamma([2], 1, 1, 'float32', 0); // ! tfjs-random\ntf.randomStandardNormal([2], 'float32', 0); // ! tfjs-random\ntf.multinomial(p, 3, 0); // ! tfjs-random"),
  tf('a seed of 0 is one for uniform kinds', "tf.randomUniform([2], 0, 1, 'float32', 0);\ntf.randomUniformInt([2], 0, 9, 0);\ntf.dropout(x, 0.5, null, 0);"),
  tf('the places of seeds', 'tf.randomUniformInt([2], 0, 9, 1);\ntf.randomUniformInt([2], 0, 9); // ! tfjs-random\ntf.multinomial(p, 3, 2);\ntf.multinomial(p, 3); // ! tfjs-random\ntf.randomStandardNormal([2], undefined, 3);\ntf.dropout(x, 0.5); // ! tfjs-random\ntf.randomGamma([2], 1); // ! tfjs-random'),
  tf('undefined and null are no seeds', "tf.randomNormal([2], 0, 1, 'float32', undefined); // ! tfjs-random\nlet seed = null;\ntf.randomNormal([2], 0, 1, 'float32', seed); // ! tfjs-random"),
  tf('a spread may hold the seed', 'tf.randomNormal(...args);\ntf.randomNormal([2], ...rest);'),
  tf('a seed by a name', "const SEED = 42;\nconst off = 0;\ntf.randomNormal([2], 0, 1, 'float32', SEED);\ntf.randomNormal([2], 0, 1, 'float32', SEED + 1);\ntf.randomNormal([2], 0, 1, 'float32', off); // ! tfjs-random"),
  tf('a seed that is a parameter', "function draw(seed) {\n  return tf.randomNormal([2], 0, 1, 'float32', seed);\n}"),
  tf('random sizes of pictures', 'tf.layers.randomWidth({factor: 0.1}); // ! tfjs-random\ntf.layers.randomHeight({factor: 0.1, seed: 0});'),
  one('multinomial with the addon takes entropy of its own', "const tf = require('@tensorflow/tfjs-node');\nconst seedrandom = require('seedrandom');\nseedrandom('42', {global: true});\ntf.multinomial(p, 3); // ! tfjs-random\ntf.randomNormal([2]); // ~ tfjs-random"),
  tf('seeds that vary', "tf.randomNormal([2], 0, 1, 'float32', Date.now()); // ! seed-varies\nconst seed = Math.floor(Math.random() * 1e9); // ! js-math-random\ntf.randomUniform([2], 0, 1, 'float32', seed); // ! seed-varies\nconst other = Number(new Date());\ntf.initializers.heNormal({seed: other}); // ! seed-varies"),
  one('a seed that Math.random gives once it is seeded', "import * as tf from '@tensorflow/tfjs';\nimport seedrandom from 'seedrandom';\nseedrandom('42', {global: true});\nconst seed = Math.random(); // ~ js-math-random\ntf.randomUniform([2], 0, 1, 'float32', seed);"),
  tf('one seed for two streams', "const a = tf.randomNormal([10], 0, 1, 'float32', 42);\nconst b = tf.randomNormal([10], 0, 1, 'float32', 42); // ! seed-reuse\nconst c = tf.randomUniform([10], 0, 1, 'float32', 42);"),
  one('one seed for two generators', "const seedrandom = require('seedrandom');\nconst SEED = 'a';\nconst a = seedrandom(SEED);\nconst b = seedrandom(`a`); // ! seed-reuse\nconst c = seedrandom('b');"),
  tf('one seed in a loop and for a shuffle of rows and labels', "for (let i = 0; i < 3; i++) {\n  tf.randomNormal([10], 0, 1, 'float32', 42);\n}\nconst xs = tf.data.array(x).shuffle(10, '1');\nconst ys = tf.data.array(y).shuffle(10, '1');"),

  // Names.
  one('require', "const tf = require('@tensorflow/tfjs-node-gpu');\ntf.randomNormal([2]); // ! tfjs-random"),
  one('destructured', "const tf = require('@tensorflow/tfjs');\nconst { randomNormal, layers: { dense }, randomUniform: uniform } = tf;\nrandomNormal([2]); // ! tfjs-random\nuniform([2]); // ! tfjs-random\ndense({units: 1}); // ! tfjs-initializer"),
  one('imported by their names', "import { randomNormal as normal, type Tensor } from '@tensorflow/tfjs-core';\nnormal([2]); // ! tfjs-random"),
  one('a default import', "import tf from 'npm:@tensorflow/tfjs@4.22.0';\ntf.randomNormal([2]); // ! tfjs-random"),
  one('import()', "const tf = await import('https://esm.sh/@tensorflow/tfjs@4.22.0');\ntf.randomNormal([2]); // ! tfjs-random\nconst { default: seedrandom } = await import('seedrandom');\nseedrandom(); // ! js-math-random"),
  one('import().then', "import('@tensorflow/tfjs').then((library) => {\n  library.randomNormal([2]); // ! tfjs-random\n});"),
  one('createRequire', "import { createRequire } from 'node:module';\nconst require = createRequire('/x/');\nconst lib = require('@tensorflow/tfjs-node');\nlib.randomNormal([2]); // ! tfjs-random"),
  one('from a page', 'tf.randomNormal([2]); // ! tfjs-random\nwindow.tf.randomUniform([2]); // ! tfjs-random'),
  one('a name that is rebound', 'const tf = other();\ntf.randomNormal([2]);\nconst Math = myMath;\nMath.random();'),
  one('a package of the same members', "import * as ml from './mine.js';\nml.randomNormal([2]);\nml.layers.dense({units: 1});"),
  one('a library that need not be there', "let tf;\ntry {\n  tf = require('@tensorflow/tfjs-node');\n} catch {\n  tf = require('@tensorflow/tfjs');\n}\ntf.randomNormal([2]); // ! tfjs-random"),
  one('types', "import * as tf from '@tensorflow/tfjs';\nconst x: tf.Tensor = tf.randomNormal<tf.Rank.R1>([2]) as tf.Tensor1D; // ! tfjs-random\nfunction f<T>(a: T, b?: number): tf.Tensor { return tf.randomUniform([b!]); } // ! tfjs-random\ninterface Options { seed: number }\nenum Kind { a }"),

  // Shuffles.
  tf('data', "tf.data.array(rows).shuffle(100); // ! tfjs-data-shuffle\ntf.data.array(rows).shuffle(100, '42');\nconst ds = tf.data.csv('a.csv').map(f).batch(3);\nds.shuffle(buffer).take(3); // ! tfjs-data-shuffle\nds.shuffle(10, undefined, false); // ! tfjs-data-shuffle"),
  one('data of the package of its own', "import * as data from '@tensorflow/tfjs-data';\ndata.array(rows).shuffle(3); // ! tfjs-data-shuffle"),
  tf('a dataset of unknown origin', "load().shuffle(100); // ! tfjs-data-shuffle\ncards.shuffle();\nload().shuffle(100, '1');"),
  one('a global seed does not reach data', "import * as tf from '@tensorflow/tfjs';\nimport seedrandom from 'seedrandom';\nseedrandom('42', {global: true});\ntf.data.array(rows).shuffle(100); // ! tfjs-data-shuffle\ncrypto.randomUUID(); // ! js-math-random\ntf.randomNormal([2]); // ~ tfjs-random"),
  tf('training', 'const model = tf.sequential();\nawait model.fit(x, y, {epochs: 3}); // ! tfjs-fit-shuffle\nawait model.fit(x, y); // ! tfjs-fit-shuffle\nawait model.fit(x, y, {shuffle: false});\nawait model.fit(x, y, options);\nawait model.fitDataset(ds, {epochs: 3});'),
  tf('training of what came from elsewhere', 'async function train(net, xs, ys) {\n  return await net.fit(xs, ys, {epochs: 1}); // ! tfjs-fit-shuffle\n}\nregression.fit(points);\nimage.fit(3, 4);'),
  one('training with a global seed', "import * as tf from '@tensorflow/tfjs';\nimport seedrandom from 'seedrandom';\nseedrandom('42', {global: true});\nconst model = await tf.loadLayersModel('file://m');\nmodel.fit(x, y); // ~ tfjs-fit-shuffle"),

  // Layers.
  tf('initializers', 'tf.initializers.glorotNormal(); // ! tfjs-initializer\ntf.initializers.glorotNormal({seed: 1});\ntf.initializers.glorotNormal({seed: 0}); // ! tfjs-initializer\ntf.initializers.glorotUniform({seed: 0});\ntf.initializers.randomNormal({stddev: 0.1}); // ! tfjs-initializer\ntf.initializers.zeros();\ntf.initializers.heNormal(options);'),
  tf('varianceScaling', "tf.initializers.varianceScaling({scale: 1, seed: 0}); // ! tfjs-initializer\ntf.initializers.varianceScaling({distribution: 'uniform', seed: 0});\ntf.initializers.varianceScaling({distribution: 'uniform'}); // ! tfjs-initializer"),
  tf('weights', "tf.layers.dense({units: 3}); // ! tfjs-initializer\ntf.layers.dense({units: 3, kernelInitializer: 'heNormal'}); // ! tfjs-initializer\ntf.layers.dense({units: 3, kernelInitializer: 'zeros'});\ntf.layers.dense({units: 3, kernelInitializer: tf.initializers.heNormal({seed: 2})});\ntf.layers.dense(config);\ntf.layers.flatten();"),
  tf('weights of an initializer that has no seed are said once', 'tf.layers.dense({\n  units: 3,\n  kernelInitializer: tf.initializers.heNormal(), // ! tfjs-initializer\n});'),
  tf('recurrent weights', "const i = tf.initializers;\ntf.layers.lstm({units: 3}); // ! tfjs-initializer\ntf.layers.gru({units: 3, kernelInitializer: i.glorotNormal({seed: 1})}); // ! tfjs-initializer\ntf.layers.gru({units: 3, kernelInitializer: i.glorotNormal({seed: 2}), recurrentInitializer: 'zeros'});\ntf.layers.separableConv2d({filters: 3}); // ! tfjs-initializer\ntf.layers.embedding({inputDim: 3, outputDim: 2}); // ! tfjs-initializer"),
  tf('options that are put together', 'const base = {units: 3, kernelInitializer: tf.initializers.heNormal({seed: 1})};\ntf.layers.dense({...base, units: 4});\ntf.layers.dense(base);\nconst bare = {units: 3};\ntf.layers.dense(bare); // ! tfjs-initializer\ntf.layers.dense({...bare}); // ! tfjs-initializer\ntf.layers.dense({...other});'),
  tf('a model', "const model = tf.sequential({\n  layers: [\n    tf.layers.dense({units: 3, inputShape: [4]}), // ! tfjs-initializer\n    tf.layers.dropout({rate: 0.5}), // ! tfjs-layer-dropout\n  ],\n});\nmodel.add(tf.layers.dense({units: 1})); // ! tfjs-initializer"),
  tf('dropout', 'tf.layers.dropout({rate: 0.5}); // ! tfjs-layer-dropout\ntf.layers.dropout({rate: 0});\ntf.layers.dropout({rate: RATE, seed: 1});\ntf.layers.alphaDropout({rate: 0.1, seed: 1}); // ! tfjs-layer-dropout\ntf.layers.gaussianNoise({stddev: 1}); // ! tfjs-layer-dropout\ntf.layers.gaussianDropout({rate: 0});'),
  tf('dropout of recurrent layers', "const o = {kernelInitializer: 'zeros', recurrentInitializer: 'zeros'};\ntf.layers.lstm({...o, units: 3, dropout: 0.2}); // ! tfjs-layer-dropout\ntf.layers.gru({...o, units: 3, recurrentDropout: 0.2}); // ! tfjs-layer-dropout\ntf.layers.gru({...o, units: 3, dropout: 0});"),

  // JavaScript itself.
  one('Math.random', 'const x = Math.random(); // ! js-math-random\nglobalThis.Math.random(); // ! js-math-random\nMath.floor(3.5);\nmy.random();'),
  one('Math.random, handed on', 'xs.map(Math.random); // ! js-math-random\nxs.sort(() => Math.random() - 0.5); // ! js-math-random\nArray.from({length: 3}, () => Math.random()); // ! js-math-random\nconst draw = Math.random;\ndraw(); // ! js-math-random'),
  tf('tf.util', 'tf.util.shuffle(xs); // ! js-math-random\ntf.util.shuffleCombo(xs, ys); // ! js-math-random\ntf.util.assert(true);'),
  one('crypto', "import { randomBytes } from 'node:crypto';\nimport * as crypto from 'crypto';\nrandomBytes(3); // ! js-math-random\ncrypto.randomUUID(); // ! js-math-random\ncrypto.webcrypto.getRandomValues(xs); // ! js-math-random\ncrypto.createHash('sha256');"),
  one('seedrandom', "import seedrandom from 'seedrandom';\nconst rng = seedrandom('42');\nrng();\nconst bad = seedrandom(); // ! js-math-random\nMath.random(); // ! js-math-random\nseedrandom.alea('1');\nnew seedrandom('43');"),
  one('a global seed', "import seedrandom from 'seedrandom';\nMath.random(); // ! js-math-random\nseedrandom('42', {global: true});\nMath.random(); // ~ js-math-random"),
  one('a global seed that is none', "import seedrandom from 'seedrandom';\nseedrandom(null, {global: true}); // ! js-math-random\nMath.random(); // ! js-math-random\nseedrandom('1', {global: true, entropy: true}); // ! js-math-random\nMath.random(); // ! js-math-random\nseedrandom(Date.now(), {global: true}); // ! seed-varies\nMath.random(); // ! js-math-random"),
  one('a global seed on a page', "Math.seedrandom('42');\nMath.random(); // ~ js-math-random\nconst rng = new Math.seedrandom('7');"),
  one('a global seed without its braces', "require('seedrandom')('42', { global: true });\nMath.random(); // ~ js-math-random"),
  one('Math.random replaced', 'const original = Math.random;\nMath.random = mulberry32(42);\nMath.random(); // ~ js-math-random\nMath.random = original;\nMath.random(); // ! js-math-random'),
  one('time that passed', 'const t0 = Date.now();\nconst p0 = performance.now();\nconsole.log(Date.now() - t0, performance.now() - p0, new Date() - t0);\nconsole.log((Date.now() - t0) / 1000, new Date());\nconst deadline = Date.now() + 60000;\nwhile (Date.now() < deadline) {}\nfunction since(start) { return Date.now() - start; }\nlet last = 0;\nif (Date.now() - last > 100) last = Date.now();'),
  one('a date that is computed with', "const age = Date.now() - new Date('2020-01-01'); // ! js-math-random\nconst week = Date.now() - 7 * 86400000; // ! js-math-random\nconst years = new Date().getFullYear() - born; // ! js-math-random\nconst now = new Date(); // ! js-math-random\nconst old = now - new Date(2020, 1);"),

  // Scripts of a server.
  one('unpinned imports', "import * as tf from 'npm:@tensorflow/tfjs'; // ! js-cdn-unpinned\nimport 'https://esm.sh/d3@7'; // ! js-cdn-unpinned\nimport { a } from 'npm:a@^1.2.3'; // ! js-cdn-unpinned\nconst b = await import('https://unpkg.com/b@latest/b.js'); // ! js-cdn-unpinned\nexport const x = 3;"),
  one('pinned imports', "import * as tf from 'npm:@tensorflow/tfjs@4.22.0';\nimport 'https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/+esm';\nimport 'https://unpkg.com/d3@7.9.0/dist/d3.js';\nimport '@tensorflow/tfjs';\nimport fs from 'node:fs';\nimport './mine.js';"),
  one('addresses in strings', "script.src = 'https://cdn.jsdelivr.net/npm/@tensorflow/tfjs'; // ! js-cdn-unpinned\nload(`https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@${VERSION}`);\nshow(`<script src=\"https://unpkg.com/vega\"></script>`); // ! js-cdn-unpinned\nfetch('https://example.com/npm/a');\n// https://unpkg.com/vega"),

  // Functions, classes and cells.
  { name: 'cells are one program', cells: ["import * as tf from '@tensorflow/tfjs';", 'tf.randomNormal([2]); // ! tfjs-random', "const seedrandom = require('seedrandom');\nseedrandom('1', {global: true});", 'tf.randomNormal([2]); // ~ tfjs-random'] },
  { name: 'a function that seeds', cells: ["const seedrandom = require('seedrandom');\nconst seedAll = (seed = '42') => {\n  seedrandom(seed, {global: true});\n};\nseedAll();", 'Math.random(); // ~ js-math-random'] },
  { name: 'a function that seeds and is never called', cells: ["const seedrandom = require('seedrandom');\nfunction seedAll() { seedrandom('42', {global: true}); }", 'Math.random(); // ! js-math-random'] },
  { name: 'a draw in a function that is called later', cells: ['function draw() {\n  return Math.random(); // ~ js-math-random\n}', "const seedrandom = require('seedrandom');\nseedrandom('42', {global: true});\ndraw();"] },
  one('a function before its definition', "const seedrandom = require('seedrandom');\nseed();\nMath.random(); // ~ js-math-random\nfunction seed() { seedrandom('42', {global: true}); }"),
  one('a class', "class Net {\n  #noise = Math.random(); // ! js-math-random\n  static make() { return new Net(); }\n  constructor() { this.model = tf.sequential(); }\n  async train(x, y) {\n    await this.model.fit(x, y); // ! tfjs-fit-shuffle\n  }\n}"),
  one('a class of a library’s', "import * as tf from '@tensorflow/tfjs';\nclass Net extends tf.Sequential {\n  constructor(seed) {\n    super();\n    this.seed = seed;\n    this.x = tf.randomNormal([2], 0, 1, 'float32', this.seed);\n  }\n}\nawait new Net(3).fit(x, y); // ! tfjs-fit-shuffle"),
  one('a class of a class', 'class A {\n  constructor() { this.x = Math.random(); } // ! js-math-random\n}\nclass B extends A {\n  constructor() { super(); }\n}\nnew B();'),
  one('an object with methods', 'const lib = {\n  draw() { return Math.random(); }, // ! js-math-random\n  other: () => Math.random(), // ! js-math-random\n};\nlib.draw();'),
  one('recursion ends', 'function f(n) {\n  return f(n - 1) + Math.random(); // ! js-math-random\n}\nf(3);'),
  one('a seed on one way only', "import * as tf from '@tensorflow/tfjs';\nlet seed;\nif (a) seed = 3;\ntf.randomNormal([2], 0, 1, 'float32', seed);\nlet other = 0;\nfor (const each of xs) other += each;\ntf.randomNormal([2], 0, 1, 'float32', other);"),
  one('a name of a block of its own', "import * as tf from '@tensorflow/tfjs';\nconst seed = 3;\n{ const seed = 0; }\nfunction f() { const seed = Date.now(); }\ntf.randomNormal([2], 0, 1, 'float32', seed);"),
  tf('seeds in a table', "const config = {seeds: {data: 3}, list: [4, 0]};\ntf.randomNormal([2], 0, 1, 'float32', config.seeds.data);\ntf.randomNormal([2], 0, 1, 'float32', config.list[0]);\ntf.randomNormal([2], 0, 1, 'float32', config['list'][1]); // ! tfjs-random"),
  tf('counted seeds', "let seed = 0;\nconst next = () => ++seed;\ntf.randomNormal([2], 0, 1, 'float32', next());\nfor (let i = 0; i < 3; i++) tf.randomNormal([2], 0, 1, 'float32', i);"),

  // What is declared.
  one('ignored', 'Math.random(); // reprise: ignore[js-math-random]\n// reprise: ignore\nMath.random();\nMath.random(); // reprise: ignore[other] // ! js-math-random'),
  tf('arguments that are left out', 'tf.randomNormal([2], 0,, 1);\ntf.randomNormal(, 3);\ntf.randomNormal([2], @);'),
  tf('typed half', 'const x = tf.randomNormal(\n\nconst y = 3'),
]; // prettier-ignore

export const SCRIPTS = CASES.map((labelled): Case => ({ ...labelled, language: 'typescript' }));
