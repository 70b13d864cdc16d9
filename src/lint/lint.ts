/** Lints a notebook's cells as one program, in document order or as a live session ran them. */
import type { Tree } from '@lezer/common';
import type { Versions } from './checks';
import { type SeenRun, withDraws } from './drawn';
import type { Fix, SeenFinding, Severity } from './finding';
import { fixesOf } from './fixes';
import { Notebook } from './fixes/text';
import { type Judged } from './judged';
import { judge } from './judge';
import { isIgnored } from './ignore';
import { scriptFixesOf } from './javascript/fixes';
import { judgeJavaScript } from './javascript/judge';
import { parseJavaScript } from './javascript/syntax';
import type { Statement } from './python/ast';
import { Interpreter } from './python/interpret';
import { hideMagics, type Magic } from './python/magics';
import { parsePython } from './python/parse';
import type { Seen } from './python/values';
import { orderWords, stepsOf } from './order';
import { linesOf } from './positions';
import { NAMES, RULES } from './rules';
import { inCommands } from './commands';

export type LintCell = {
  index: number;
  id: string;
  source: string;
  /** Python where nothing is said. */
  language?: 'python' | 'javascript' | 'typescript';
  /** The cell is declared volatile: what it draws is meant to differ. */
  volatile?: boolean;
};

export type LintOptions = {
  policy: 'close' | 'full' | 'observe';
  /** Whether what the operating system gives is replaced too. */
  entropy?: 'record' | 'enforce';
  /** Of packages in the environment, as far as it is known. */
  versions?: Versions;
  /** Text of a file by its path from the notebook's folder; undefined where there is none. */
  read?: (path: string) => string | undefined;
  /** Indexes of cells as a live session ran them, again where it ran them again. */
  order?: readonly number[];
  /** What the newest run drew. */
  seen?: SeenRun;
  /** What rules count as here, by their ids; a finding that is milder than its rule stays so. */
  rules?: RuleLevels;
};

export type RuleLevels = Readonly<Record<string, Severity | 'off'>>;

type PythonCell = { statements: Statement[]; magics: Magic[] };
type Parsers = { python: (source: string) => PythonCell; javascript: (source: string) => Tree };

const PARSERS: Parsers = {
  python: (source) => {
    const { code, magics } = hideMagics(source);
    // A byte order mark is no indentation.
    return { statements: parsePython(code.replace(/^\uFEFF/, '\n')), magics };
  },
  javascript: parseJavaScript,
};

/** Lints a notebook again and again while it is edited: only cells that changed are parsed. */
export class Linter {
  private readonly python = new Kept(PARSERS.python);
  private readonly javascript = new Kept(PARSERS.javascript);

  lint(cells: readonly LintCell[], options: LintOptions): SeenFinding[] {
    return lintCells(cells, options, { python: this.python.round(), javascript: this.javascript.round() });
  }
}

/** What was parsed in the round before. */
class Kept<Parsed> {
  private parsed = new Map<string, Parsed>();

  constructor(private readonly parse: (source: string) => Parsed) {}

  round(): (source: string) => Parsed {
    const before = this.parsed;
    const now = (this.parsed = new Map<string, Parsed>());
    return (source) => {
      const parsed = before.get(source) ?? this.parse(source);
      now.set(source, parsed);
      return parsed;
    };
  }
}

type Found = { judged: Judged<unknown>; fixes: () => Fix[] };

export function lintCells(
  cells: readonly LintCell[],
  options: LintOptions,
  parsers = PARSERS,
): SeenFinding[] {
  const notebook = new Notebook(cells);
  const python = cells.filter((cell) => !isScript(cell));
  const found = [
    ...foundInPython(python, notebook, options, parsers.python),
    ...foundInScripts(cells.filter(isScript), notebook, parsers.javascript),
  ];
  const byIndex = new Map(cells.map((cell) => [cell.index, cell]));
  return found
    .sort((a, b) => byPlace(a.judged, b.judged))
    .flatMap(({ judged, fixes }) => {
      const cell = byIndex.get(judged.cell);
      if (cell === undefined || cell.volatile || options.rules?.[judged.rule] === 'off') return [];
      if (isIgnored(cell.source, judged.range, judged.rule)) return [];
      return [findingOf(judged, cell, options, fixes)];
    });
}

/** A `%%javascript` cell of a Python notebook runs in the browser, and is gone through with the others there. */
function isScript({ language = 'python', source }: LintCell): boolean {
  if (language !== 'python') return true;
  return /^\s*%%/.test(source) && hideMagics(source).language === 'javascript';
}

function foundInPython(
  cells: readonly LintCell[],
  notebook: Notebook,
  options: LintOptions,
  parse: Parsers['python'],
): Found[] {
  const interpreter = new Interpreter(NAMES);
  const steps = stepsOf(cells, options.order);
  const repeated = new Set<Seen>();
  const parsed = new Map<number, PythonCell>();
  for (const { cell, isRepeated } of steps) {
    const before = interpreter.seen.length;
    if (/^\s*%run\b/m.test(cell.source)) interpreter.elsewhere(cell.index);
    whereItEnds(() => {
      const python = parse(cell.source);
      parsed.set(cell.index, python);
      interpreter.run(cell.index, python.statements);
    });
    for (const seen of isRepeated ? interpreter.seen.slice(before) : []) repeated.add(seen);
  }
  whereItEnds(() => interpreter.finish());
  const commands = cells.flatMap(({ index, source }) => {
    return inCommands(index, source, parsed.get(index)?.magics ?? [], options);
  });
  const circumstances = { versions: options.versions, repeated, inOrder: orderWords(steps) };
  const sourceOf = (index: number): string => notebook.source(index);
  const statementsOf = (index: number): Statement[] => parsed.get(index)?.statements ?? [];
  const judged = [...commands, ...judge(interpreter.seen, sourceOf, circumstances)];
  return withDraws(judged, options.seen?.draws ?? [], { sourceOf, statementsOf }).map((each) => {
    return { judged: each, fixes: () => fixesOf(each, notebook, interpreter.seen, options.versions) };
  });
}

/** Brackets nested a thousand deep: nobody's code, and no reason to leave the other cells. */
function whereItEnds(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

function foundInScripts(
  cells: readonly LintCell[],
  notebook: Notebook,
  parse: Parsers['javascript'],
): Found[] {
  const programs = cells.map(({ index, source }) => ({ cell: index, text: source, tree: parse(source) }));
  return judgeJavaScript(programs).map((judged) => {
    return { judged, fixes: () => scriptFixesOf(judged, notebook) };
  });
}

function byPlace(a: Judged<unknown>, b: Judged<unknown>): number {
  return a.cell - b.cell || a.range.from - b.range.from;
}

/** Fixes are worked out when they are asked for: an editor does it for one finding, and lints at every keystroke. */
function findingOf(
  judged: Judged<unknown>,
  cell: LintCell,
  { policy, entropy, rules, seen }: LintOptions,
  fixesOfIt: () => Fix[],
): SeenFinding {
  const rule = RULES.get(judged.rule)!;
  const isReplaced = rule.id === 'py-system-random' && entropy === 'enforce';
  const isReached =
    policy === 'full'
      ? rule.enforced !== false || isReplaced
      : policy === 'close' && (rule.enforced === true || isReplaced);
  let fixes: Fix[] | undefined;
  return {
    rule: rule.id,
    ...(judged.api === undefined ? {} : { api: judged.api }),
    verdict: judged.verdict,
    enforced: isReached && judged.enforced !== false,
    severity: severityOf(judged, rule.severity, rules?.[rule.id]),
    message: messageOf(judged, cell, judged.title ?? rule.title),
    cell: { index: cell.index, id: cell.id },
    range: linesOf(cell.source, judged.range),
    get fixes() {
      return (fixes ??= fixesOfIt());
    },
    docs: `docs/rules/${rule.id}.md`,
    ...(judged.isSeen && seen ? { seen: seen.run } : {}),
  };
}

function severityOf(
  { severity }: Judged<unknown>,
  ofRule: Severity,
  level: RuleLevels[string] | undefined,
): Severity {
  if (severity === 'info' || level === undefined || level === 'off') return severity ?? ofRule;
  return level;
}

const LONGEST = 60;

function messageOf(
  { range, api, call, because }: Judged<unknown>,
  { source }: LintCell,
  title: string,
): string {
  const text = source.slice(range.from, range.to).replace(/\s+/g, ' ');
  const name = text.length > LONGEST ? (api ?? `${text.slice(0, LONGEST)}…`) : text;
  return (
    [`\`${name}${call ? '()' : ''}\` ${title}`, because]
      .filter(Boolean)
      .join(/^[a-z]/.test(because ?? '') ? ', ' : ' ') + '.'
  );
}
