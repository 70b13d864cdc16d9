/** What a quick fix makes of a call in JavaScript, and which are offered as safe. */
import { describe, expect, it } from 'vitest';
import { applied } from '../../../../src/lint/fixAll';
import type { Finding } from '../../../../src/lint/finding';
import { lintCells, type LintCell } from '../../../../src/lint/lint';

const TF = "import * as tf from '@tensorflow/tfjs';\n";

function linted(source: string): { cell: LintCell; findings: Finding[] } {
  const cell: LintCell = { index: 0, id: 'a', source: TF + source, language: 'typescript' };
  return { cell, findings: lintCells([cell], { policy: 'close' }) };
}

/** The cell after the first fix of its only finding. */
function fixed(source: string): string | undefined {
  const { cell, findings } = linted(source);
  expect(findings).toHaveLength(1);
  const [fix] = findings[0]!.fixes;
  return fix && applied(cell, fix).slice(TF.length);
}

describe('a seed is put', () => {
  it.each([
    ['tf.randomNormal([2])', 'tf.randomNormal([2], undefined, undefined, undefined, 1)'],
    ["tf.randomNormal([2], 0, 3, 'int32')", "tf.randomNormal([2], 0, 3, 'int32', 1)"],
    ["tf.randomNormal([2], 0, 3, 'int32', 0)", "tf.randomNormal([2], 0, 3, 'int32', 1)"],
    ['tf.randomUniformInt([2], 0, 9,)', 'tf.randomUniformInt([2], 0, 9, 1,)'],
    ['tf.multinomial(p, 3, null, true)', 'tf.multinomial(p, 3, 1, true)'],
    ['tf.data.array(x).shuffle(9)', "tf.data.array(x).shuffle(9, '1')"],
    ['tf.data.array(x).shuffle(9, undefined, false)', "tf.data.array(x).shuffle(9, '1', false)"],
    ['tf.initializers.heNormal()', 'tf.initializers.heNormal({seed: 1})'],
    ['tf.initializers.heNormal({})', 'tf.initializers.heNormal({seed: 1})'],
    ['tf.initializers.randomNormal({ stddev: 0.1, })', 'tf.initializers.randomNormal({ stddev: 0.1, seed: 2, })'],
    ['tf.initializers.heNormal({seed: 0})', 'tf.initializers.heNormal({seed: 1})'],
    ['tf.layers.dense({units: 9})', 'tf.layers.dense({units: 9, kernelInitializer: tf.initializers.glorotNormal({seed: 1})})'],
    ["tf.layers.dense({units: 9, kernelInitializer: 'HeNormal'})", 'tf.layers.dense({units: 9, kernelInitializer: tf.initializers.heNormal({seed: 1})})'],
    [
      'tf.layers.dense({\n  units: 9, // one\n})',
      'tf.layers.dense({\n  units: 9, kernelInitializer: tf.initializers.glorotNormal({seed: 1}), // one\n})',
    ],
    [
      "tf.layers.gru({units: 9, kernelInitializer: 'heNormal'})",
      'tf.layers.gru({units: 9, kernelInitializer: tf.initializers.heNormal({seed: 1}), recurrentInitializer: tf.initializers.orthogonal({seed: 2})})',
    ],
    ["tf.randomUniform([2], 0, 1, 'float32', Date.now())", "tf.randomUniform([2], 0, 1, 'float32', 3)"],
    ['tf.dropout(a, 0.5, b, 42); tf.dropout(c, 0.5, b, 42)', 'tf.dropout(a, 0.5, b, 42); tf.dropout(c, 0.5, b, 1)'],
    ["require('seedrandom')()", "require('seedrandom')('1')"],
    ["const x = '🎲𝒳'; tf.dropout(t, 0.5)", "const x = '🎲𝒳'; tf.dropout(t, 0.5, undefined, 1)"],
    ['tf.tidy(() => tf.randomUniform([2], 0, 1))', 'tf.tidy(() => tf.randomUniform([2], 0, 1, undefined, 3))'],
  ])('%s', (source, after) => {
    expect(fixed(source)).toBe(after);
    expect(linted(source).findings[0]!.fixes[0]!.safe).toBe(true);
    expect(linted(after).findings).toEqual([]);
  }); // prettier-ignore
});

it('is another one than each number of the notebook', () => {
  expect(fixed("const a = 1; tf.randomUniform([2], 0, 3, 'float32')")).toContain("'float32', 4)");
});

describe('no fix is offered', () => {
  it.each([
    ['for a mask, which a seed would make the same at each step', 'tf.layers.dropout({rate: 0.5})'],
    ['where the options are written elsewhere', 'const o = {units: 3};\ntf.layers.dense(o)'],
    ['where nothing names the library', 'const { dense } = tf.layers;\ndense({units: 3})'],
    ['for Math.random', 'Math.random()'],
    ['for a version that nobody knows', "import 'https://unpkg.com/d3'"],
  ])('%s', (_, source) => expect(fixed(source)).toBeUndefined());
});

describe('a fix that changes the science is not safe', () => {
  it.each([
    ['a training on rows in their order', 'tf.sequential().fit(x, y, {epochs: 2})', 'tf.sequential().fit(x, y, {epochs: 2, shuffle: false})'],
    ['the same noise at each step', 'for (const x of xs) tf.randomUniform([2], 0, 1)', 'for (const x of xs) tf.randomUniform([2], 0, 1, undefined, 3)'],
    ['the same noise at each call', 'function draw() { return tf.randomUniform([2], 0, 1); }', 'function draw() { return tf.randomUniform([2], 0, 1, undefined, 3); }'],
    ['the same noise for each element', 'xs.map(() => tf.randomUniform([2], 0, 1))', 'xs.map(() => tf.randomUniform([2], 0, 1, undefined, 3))'],
    ['the same weights in each layer', 'while (more()) tf.initializers.heNormal()', 'while (more()) tf.initializers.heNormal({seed: 1})'],
  ])('%s', (_, source, after) => {
    expect(fixed(source)).toBe(after);
    expect(linted(source).findings[0]!.fixes[0]!.safe).toBe(false);
  }); // prettier-ignore
});

it('gives a model of a function its weights', () => {
  const { findings } = linted('function make() {\n  return tf.layers.dense({units: 3});\n}');
  expect(findings[0]!.fixes).toMatchObject([{ safe: true }]);
});

describe('says', () => {
  it.each([
    ['tf.randomNormal([2])', "`tf.randomNormal()` draws from `Math.random`, which nothing has seeded before (`seedrandom('…', { global: true })`)."],
    ["tf.randomNormal([2], 0, 1, 'float32', 0)", '`tf.randomNormal()` draws from `Math.random`, because a seed of 0 counts as none here.'],
    ['tf.data.array(x).shuffle(3)', '`tf.data.array(x).shuffle()` shuffles by the clock, which no seed of `Math.random` reaches.'],
    ['crypto.randomUUID()', '`crypto.randomUUID()` takes its value from the operating system, which nothing can seed.'],
    ["f(Date.now() - new Date('2020'))", '`Date.now()` is another time in each run.'],
    ["import 'https://unpkg.com/d3'", '`https://unpkg.com/d3` loads what is newest on that day.'],
    ["Math.seedrandom('1'); Math.random()", '`Math.random()` draws from JavaScript’s own generator, seeded in cell 0: it repeats only if the cells run once and in order.'],
  ])('of %s', (source, message) => {
    expect(linted(source).findings.map((finding) => finding.message)).toEqual([message]);
  }); // prettier-ignore
});
