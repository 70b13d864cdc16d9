/** The first operation of a cell whose results differ, where both runs were audited deeply. */
import { indexOf, linesOf, type Context, type Suspect } from './context';

type Audited = { op: string; given: string; found: string; line?: number };

// What they give depends on a generator, which is none of their inputs.
const DRAWS =
  /rand|normal_?$|uniform|bernoulli|dropout|multinomial|exponential|poisson|cauchy|geometric|Shuffle/i;
// Graphs and compiled functions read variables, which are known to the audit by their kind only.
const HOLDS_VARIABLES = /^tf::(__|.*PartitionedCall|ReadVariableOp|.*ReadVariableOp)/;

export function differingOperation(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { before, after } = lines;
  const [a, b] = [before, after].map(({ side, line }) => side.audited?.(line));
  if (a === undefined || b === undefined) return [];
  const [original, replay] = [parse(a), parse(b)];
  const at = original.findIndex((each, i) => !isSame(each, replay[i]));
  const [first, other] = [original[at], replay[at]];
  // Another operation, or other inputs: the cause came from elsewhere, and the other finders look for it.
  if (first === undefined || other === undefined) return [];
  if (first.op !== other.op || first.given !== other.given) return [];
  return [suspectOf(context, first, other, at + 1)];
}

function suspectOf(context: Context, first: Audited, other: Audited, number: number): Suspect {
  const cell = indexOf(context.comparison);
  const place = first.line === undefined ? `cell ${cell}` : `cell ${cell}, line ${first.line}`;
  const found = `The first operation that differs is \`${first.op}\`, operation ${number} of ${place}`;
  const evidence = [
    {
      what: `${first.op}, operation ${number}: digest of its results`,
      where: { cell, ...(first.line === undefined ? {} : { line: first.line }) },
      before: first.found,
      after: other.found,
    },
  ];
  if (DRAWS.test(first.op))
    return {
      kind: 'unseeded-entropy',
      strength: 'plausible',
      summary: `${found}: it draws from a generator, whose state differed.`,
      evidence,
    };
  if (HOLDS_VARIABLES.test(first.op))
    return {
      kind: 'nondeterministic-operation',
      strength: 'plausible',
      summary: `${found}: its inputs were the same, apart from variables, which are not known.`,
      evidence,
    };
  const moved = context.drift.some(({ kind }) => kind === 'cpu' || kind === 'gpu');
  return {
    kind: moved ? 'hardware' : 'nondeterministic-operation',
    strength: 'decisive',
    summary: `${found}: its inputs were the same${moved ? ', and the processor was another one' : ''}.`,
    evidence,
  };
}

function parse(log: string): Audited[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((text) => {
      const [op = '', given = '', found = '', line] = text.split(' ');
      return { op, given, found, ...(line === undefined || line === '-' ? {} : { line: Number(line) }) };
    });
}

function isSame(a: Audited, b: Audited | undefined): boolean {
  return a.op === b?.op && a.given === b.given && a.found === b.found;
}
