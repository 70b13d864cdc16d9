/** Where a run drew, beside what the rules have found: a draw confirms its finding, or is one that they missed. */
import type { Judged } from './judged';
import type { Range, Statement } from './python/ast';
import type { Generator } from './rules/rule';

/** Draws of a run that no seed of the notebook reached. */
export type SeenRun = { run: string; draws: readonly SeenDraw[] };

export type SeenDraw = {
  /** As records name it, such as `numpy.default_rng`. */
  source: string;
  /** Index of a cell that has not changed since. */
  cell: number;
  /** From 1. */
  line: number;
};

export type Program = {
  sourceOf: (cell: number) => string;
  /** None where it could not be parsed. */
  statementsOf: (cell: number) => readonly Statement[];
};

/** @returns what was found, marked where a run drew, and what was not */
export function withDraws(found: readonly Judged[], draws: readonly SeenDraw[], program: Program): Judged[] {
  const seen = new Set<Judged>();
  const missed = new Map<string, Judged>();
  for (const draw of draws) {
    const rule = ruleOf(draw.source);
    const range = lineRange(program.sourceOf(draw.cell), draw.line);
    if (rule === undefined || range === undefined) continue;
    const known = explaining(found, draw, range, program);
    const onLine = known.filter((each) => each.cell === draw.cell && meet(each.range, range));
    // Which of several it was is not known.
    for (const each of onLine.length > 0 || known.length > 1 ? onLine : known) seen.add(each);
    if (known.length > 0) continue;
    const { cell } = draw;
    missed.set(`${rule} ${cell} ${draw.line}`, { rule, verdict: 'unseeded', cell, range, isSeen: true });
  }
  const marked = found.map((each): Judged => (seen.has(each) ? { ...each, isSeen: true } : each));
  return [...marked, ...missed.values()];
}

function explaining(
  found: readonly Judged[],
  { source, cell }: SeenDraw,
  line: Range,
  { statementsOf }: Program,
): Judged[] {
  const fitting = found.filter((each) => fits(each, source));
  const statement = statementsOf(cell).find((each) => meet(each, line)) ?? line;
  const near = fitting.filter((each) => each.cell === cell && meet(each.range, statement));
  if (near.length > 0 || !(source in GLOBAL)) return near;
  // Only the statement that ran is known: an estimator made elsewhere, or a function defined elsewhere, drew in it.
  return fitting.filter((each) => {
    const at = statementsOf(each.cell).find((one) => meet(one, each.range));
    return !OWN.has(each.rule) || at?.type === 'function' || at?.type === 'class';
  });
}

const GLOBAL: Record<string, { generator: Generator; rule: string }> = {
  'python.random': { generator: 'python', rule: 'py-random-unseeded' },
  'numpy.global': { generator: 'numpy', rule: 'np-legacy-unseeded' },
  torch: { generator: 'torch', rule: 'pt-unseeded' },
};
const SYSTEM = new Set(['os.urandom', 'os.getrandom', 'secrets', 'SystemRandom', 'uuid1', 'uuid4']);
/** Rules about these sources themselves; those of libraries are about what draws from them. */
const OWN = new Set([
  ...Object.values(GLOBAL).map(({ rule }) => rule),
  'np-generator-unseeded',
  'py-random-instance-unseeded',
  'py-system-random',
]);

function ruleOf(source: string): string | undefined {
  if (source in GLOBAL) return GLOBAL[source]!.rule;
  if (SYSTEM.has(source)) return 'py-system-random';
  if (source === 'python.Random') return 'py-random-instance-unseeded';
  if (source === 'numba') return 'numba-seed';
  if (source.startsWith('torch.')) return 'pt-unseeded';
  if (source === 'sql.random') return 'data-sql-random';
  if (source.startsWith('tensorflow.')) return 'tf-generator-nondet';
  return source.startsWith('numpy.') ? 'np-generator-unseeded' : undefined;
}

function fits({ rule, row }: Judged, source: string): boolean {
  if (rule === ruleOf(source)) return true;
  if (row?.rule !== rule || OWN.has(rule) || SYSTEM.has(source)) return false;
  // What is given no seed makes a generator for itself, or takes the global one.
  return row.reach === null ? row.seed !== undefined : row.reach === GLOBAL[source]?.generator;
}

/** A line without the blanks around it; undefined where there is none. */
function lineRange(source: string, line: number): Range | undefined {
  const lines = source.split('\n');
  const text = lines[line - 1];
  if (text === undefined || text.trim() === '') return undefined;
  const begin = lines.slice(0, line - 1).reduce((at, each) => at + each.length + 1, 0);
  return { from: begin + text.search(/\S/), to: begin + text.trimEnd().length };
}

function meet(a: Range, b: Range): boolean {
  return a.from < b.to && b.from < a.to;
}
