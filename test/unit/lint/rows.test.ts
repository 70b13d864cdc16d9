/** Each row of the catalogue: flagged as it is, silent where a seed is given or a condition does not hold. */
import { expect, it } from 'vitest';
import type { Finding } from '../../../src/lint/finding';
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
  'datasets.Dataset': 'datasets.Dataset.from_dict(x)',
  'gymnasium.Env': 'gymnasium.make("a")',
  'scipy.spatial.transform.Rotation': 'scipy.spatial.transform.Rotation',
  'gymnasium.Env.action_space': 'gymnasium.make("a").action_space',
  'gymnasium.Env.observation_space': 'gymnasium.make("a").observation_space',
  'optuna.study.Study': 'optuna.create_study(sampler=s)',
  'transformers.PreTrainedModel': 'transformers.AutoModel',
  'sqlite3.Connection': 'sqlite3.connect(x)',
  'sqlite3.Cursor': 'sqlite3.connect(x).cursor()',
  'duckdb.DuckDBPyConnection': 'duckdb.connect(x)',
  'psycopg.Connection': 'psycopg.connect(x)',
  'psycopg.Cursor': 'psycopg.connect(x).cursor()',
  'psycopg2.Cursor': 'psycopg2.connect(x).cursor()',
  'transformers.AutoModelForHead': 'transformers.AutoModelForCausalLM',
};

function callee({ api }: Api): string {
  const [owner, name] = [api.slice(0, api.lastIndexOf('.')), api.slice(api.lastIndexOf('.') + 1)];
  const isMethod = /\.[A-Z]\w*$/.test(owner);
  return isMethod ? `${MADE[owner] ?? `${owner}(x)`}.${name}` : api;
}

const python = (value: Constant): string =>
  value === null ? 'None' : typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);

const of = ({ rule }: Api, findings: Finding[]) => findings.filter((finding) => finding.rule === rule);

const TEXTS = [
  'https://example.com/a.csv', '/home/me/a.csv', 'select * from t limit 10', 'PYTHONHASHSEED', 'pip install torch', 'owner/name', 'main', 'select random()', 'shuf a.csv',
]; // prettier-ignore

/** What makes a condition hold; nothing where the default does. */
function meeting(condition: Condition): string[] {
  const { param, fallback } = condition;
  if ('given' in condition) return [`${param}=3`];
  if ('single' in condition) return [];
  if ('textual' in condition) return [`${param}="a"`];
  if ('words' in condition)
    return [`${param}=${condition.words.test('shuf a') ? '["shuf", "a"]' : '["pip", "install", "torch"]'}`];
  if ('matches' in condition) {
    const text = TEXTS.find((each) => condition.matches.test(each))!;
    return fallback === text ? [] : [`${param}=${python(text)}`];
  }
  if ('is' in condition)
    return fallback !== undefined && condition.is.includes(fallback)
      ? []
      : [`${param}=${python(condition.is[0]!)}`];
  return fallback !== undefined && !condition.not.includes(fallback) ? [] : [`${param}="other"`];
}

/** A value to be read at once, for what only counts then. */
function consumed(text: string, { consumers }: Api): string {
  if (consumers === undefined) return text;
  return consumers.test('subscript')
    ? `${text}[:3]`
    : consumers.test('.head')
      ? `${text}.head()`
      : `${text} + 1`;
}

function argumentsFor(conditions: Condition[]): string[] {
  const inside = conditions.filter((condition) => condition.inside).flatMap(meeting);
  const entries = inside.map((text) => text.replace(/^(\w+)=/, '"$1": ')).join(', ');
  const dict = conditions.some((condition) => condition.inside) ? [`params={${entries}}`] : [];
  return [...dict, ...conditions.filter((condition) => !condition.inside).flatMap(meeting)];
}

function write(row: Api, more: string[] = []): string {
  const root = row.api.split('.')[0]!;
  const args = [...argumentsFor(row.when?.[0] ?? []), ...more];
  return `import ${root}, multiprocessing\n${consumed(`${callee(row)}(${args.join(', ')})`, row)}`;
}

const rows = [...APIS.values()].flat();

it('knows the rule of each row', () => {
  expect(rows.filter(({ rule }) => !RULES.has(rule))).toEqual([]);
  expect(rows.length).toBeGreaterThan(500);
});

it.each(rows)('$api is flagged', (row) => {
  const findings = lint(write(row));
  const finding = findings.find(({ rule }) => rule === row.rule);
  const allowed = new Set(['np-seed-none', ...APIS.get(row.api)!.map(({ rule }) => rule)]);
  expect(findings.filter(({ rule }) => !allowed.has(rule))).toEqual([]);
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
  expect(of(row, lint(source))).toEqual([]);
});

it.each(rows.filter(({ seed }) => seed?.at !== undefined))('$api with a seed by its place is not', (row) => {
  const args = Array.from({ length: row.seed!.at! }, (_, i) => `a${i}`);
  const root = row.api.split('.')[0]!;
  const source = `import ${root}\n${callee(row)}(${[...args, '1'].join(', ')})`;
  expect(of(row, lint(source))).toEqual([]);
});

it.each(rows.filter(({ when }) => when))('$api where its condition does not hold is not', (row) => {
  const against = row.when!.map(([first]) => first!);
  const args = against.flatMap(failing);
  const once = [...new Map(args.map((text) => [text.split('=')[0], text])).values()];
  const inside = against.some((condition) => condition.inside);
  const root = row.api.split('.')[0]!;
  const given = inside ? `params={${once.join(', ').replace(/(\w+)=/g, '"$1": ')}}` : once.join(', ');
  expect(of(row, lint(`import ${root}\n${consumed(`${callee(row)}(${given})`, row)}`))).toEqual([]);
});

/** What makes a condition not hold. */
function failing(condition: Condition): string[] {
  const { param, fallback } = condition;
  if ('textual' in condition) return [`${param}=1`];
  if ('words' in condition) return [`${param}=["pip", "install", "torch==2.15.0"]`];
  if ('given' in condition || 'single' in condition) return [];
  if ('matches' in condition) {
    const text = ['a.csv', './a', 'a'.repeat(40), 'name:1.0'].find((each) => !condition.matches.test(each))!;
    return [`${param}=${python(text)}`];
  }
  if ('not' in condition)
    return condition.not.includes(fallback ?? '') ? [] : [`${param}=${python(condition.not.at(-1)!)}`];
  const [first] = condition.is;
  const other = typeof first === 'boolean' ? !first : condition.is.includes(null) ? '7' : 'other';
  return [`${param}=${condition.is.includes(null) ? '7' : python(other)}`];
}
