/** Each row of JavaScript's catalogue: flagged as it is, silent with a seed, and what a global seed makes of it. */
import { expect, it } from 'vitest';
import type { Finding } from '../../../../src/lint/finding';
import { lintCells } from '../../../../src/lint/lint';
import { RULES } from '../../../../src/lint/rules';
import type { Api, Condition } from '../../../../src/lint/rules/rule';
import { APIS } from '../../../../src/lint/rules/tfjs';

const IMPORTS = "import * as tf from '@tensorflow/tfjs';\nimport seedrandom from 'seedrandom';\n";
const MADE: Record<string, string> = {
  'tf.data.Dataset': 'tf.data.array(x)',
  'tf.LayersModel': 'tf.sequential()',
};

const rows = [...APIS.values()].flat();

const lint = (code: string, rule: string): Finding[] =>
  lintCells([{ index: 0, id: 'a', source: IMPORTS + code, language: 'javascript' }], {
    policy: 'close',
  }).filter((finding) => finding.rule === rule);

function callee({ api }: Api): string {
  const at = api.lastIndexOf('.');
  return (MADE[api.slice(0, at)] ?? api.slice(0, at)) + api.slice(at);
}

/** What makes a condition hold; nothing where the default does. */
function meeting(condition: Condition): string[] {
  if ('given' in condition) return [`${condition.param}: 0.5`];
  return 'is' in condition ? [`${condition.param}: ${JSON.stringify(condition.is[0])}`] : [];
}

function write(row: Api, seed?: string): string {
  if (row.options === undefined) {
    const args = Array.from({ length: row.seed?.at ?? 1 }, (_, i) => `a${i}`);
    return `${row.api === 'seedrandom' ? row.api : callee(row)}(${[...args, ...(seed ? [seed] : [])].join(', ')})`;
  }
  const properties = [...(row.when?.[0] ?? []).flatMap(meeting), ...(seed ? [`seed: ${seed}`] : [])];
  const before = Array.from({ length: row.options }, (_, i) => `a${i}`);
  return `${callee(row)}(${[...before, `{${properties.join(', ')}}`].join(', ')})`;
}

it('knows the rule of each row', () => {
  expect(rows.filter(({ rule }) => !RULES.has(rule))).toEqual([]);
  expect(rows.length).toBeGreaterThan(60);
});

it.each(rows)('$api is flagged', (row) => {
  expect(lint(write(row), row.rule)).toMatchObject([{ api: row.api, verdict: 'unseeded', enforced: false }]);
});

it.each(rows.filter(({ seed }) => seed))('$api with a seed is not', (row) => {
  expect(lint(write(row, '42'), row.rule)).toEqual([]);
});

it.each(rows.filter(({ seed }) => seed))('$api with a seed of 0', (row) => {
  expect(lint(write(row, '0'), row.rule)).toHaveLength(row.seed!.zeroIsNone ? 1 : 0);
});

it.each(rows)('$api with a global seed', (row) => {
  const seeded = `seedrandom('42', {global: true});\n${write(row)}`;
  const verdict = row.reach === null ? 'unseeded' : 'order-dependent';
  expect(lint(seeded, row.rule)).toMatchObject([{ verdict }]);
});

const drawing = rows.filter(({ when }) => when?.some((group) => group.some((each) => 'given' in each)));

it.each(drawing)('$api with a rate of 0 is not', (row) => {
  const none = row.when!.flat().map(({ param }) => `${param}: 0`);
  expect(lint(`${callee(row)}({${none.join(', ')}})`, row.rule)).toEqual([]);
});
