/** Each row of the catalogue: flagged as it is, silent where a seed is given or a condition does not hold. */
import { expect, it } from 'vitest';
import { lintCells } from '../../../src/lint/lint';
import type { Constant } from '../../../src/lint/python/ast';
import { APIS, RULES } from '../../../src/lint/rules';
import type { Api, Condition } from '../../../src/lint/rules/rule';

const lint = (source: string) =>
  lintCells([{ index: 0, id: 'a', source }], { policy: 'close' }).filter(
    ({ range }) => range.start.line === 1,
  );

const MADE: Record<string, string> = {
  'tensorflow.data.Dataset': 'tensorflow.data.Dataset.range(9)',
  'polars.LazyFrame': 'polars.scan_csv("a.csv")',
  'polars.Expr': 'polars.col("a")',
  'torch.Tensor': 'torch.zeros(3)',
  'multiprocessing.pool.Pool': 'multiprocessing.Pool()',
  'tensorflow.random.Generator': 'tensorflow.random.Generator',
  'datasets.Dataset': 'datasets.load_dataset("a")',
  'gymnasium.Env': 'gymnasium.make("a")',
  'scipy.spatial.transform.Rotation': 'scipy.spatial.transform.Rotation',
};

function callee({ api }: Api): string {
  const [owner, name] = [api.slice(0, api.lastIndexOf('.')), api.slice(api.lastIndexOf('.') + 1)];
  const isMethod = /\.[A-Z]\w*$/.test(owner);
  return isMethod ? `${MADE[owner] ?? `${owner}(x)`}.${name}` : api;
}

const python = (value: Constant): string =>
  value === null ? 'None' : typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);

/** What makes a condition hold; nothing where the default does. */
function meeting(condition: Condition): string[] {
  const { param, fallback } = condition;
  if ('given' in condition) return [`${param}=3`];
  if ('matches' in condition) return [`${param}="https://example.com/a.csv"`];
  if ('is' in condition)
    return condition.is.includes(fallback ?? '') ? [] : [`${param}=${python(condition.is[0]!)}`];
  return fallback !== undefined && !condition.not.includes(fallback) ? [] : [`${param}="other"`];
}

function write(row: Api, more: string[] = []): string {
  const root = row.api.split('.')[0]!;
  const args = [...(row.when?.[0] ?? []).flatMap(meeting), ...more];
  return `import ${root}, multiprocessing\n${callee(row)}(${args.join(', ')})`;
}

const rows = [...APIS.values()];

it('knows the rule of each row', () => {
  expect(rows.filter(({ rule }) => !RULES.has(rule))).toEqual([]);
  expect(rows.length).toBeGreaterThan(500);
});

it.each(rows)('$api is flagged', (row) => {
  const [finding, ...others] = lint(write(row));
  expect(others.filter(({ rule }) => rule !== 'np-seed-none')).toEqual([]);
  expect(finding).toMatchObject({
    rule: row.rule,
    api: row.api,
    verdict: RULES.get(row.rule)!.verdict ?? 'unseeded',
  });
});

it.each(rows.filter(({ seed }) => seed))('$api with a seed is not', (row) => {
  const wants = row.when?.flat().some(({ param }) => row.seed!.names.includes(param));
  const given = `${row.seed!.names[0]}=1`;
  const source = wants ? `import ${row.api.split('.')[0]}\n${callee(row)}(${given})` : write(row, [given]);
  expect(lint(source)).toEqual([]);
});

it.each(rows.filter(({ seed }) => seed?.at !== undefined))('$api with a seed by its place is not', (row) => {
  const args = Array.from({ length: row.seed!.at! }, (_, i) => `a${i}`);
  const root = row.api.split('.')[0]!;
  expect(lint(`import ${root}\n${callee(row)}(${[...args, '1'].join(', ')})`)).toEqual([]);
});

it.each(rows.filter(({ when }) => when))('$api where its condition does not hold is not', (row) => {
  const against = row
    .when!.map(([first]) => first!)
    .flatMap((condition) => {
      const { param } = condition;
      if ('given' in condition) return [];
      if ('matches' in condition) return [`${param}="a.csv"`];
      if ('not' in condition) return [`${param}=${python(condition.not[0]!)}`];
      return [
        `${param}=${condition.is.includes(null) ? '7' : python(typeof condition.is[0] === 'boolean' ? !condition.is[0] : 'other')}`,
      ];
    });
  const once = [...new Map(against.map((text) => [text.split('=')[0], text])).values()];
  const root = row.api.split('.')[0]!;
  expect(lint(`import ${root}\n${callee(row)}(${once.join(', ')})`)).toEqual([]);
});
