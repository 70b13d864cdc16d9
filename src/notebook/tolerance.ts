export type Tolerance = { rtol: number; atol: number };

export type Deviation = {
  /** The two numbers as they were printed. */
  before: string;
  after: string;
  /** |after − before| / |before|; infinite where `before` is 0 or only one of them is finite. */
  relative: number;
};

export type Token = { text: string; start: number; end: number };

/**
 * Whether two texts are equal apart from numbers, each with |b − a| ≤ atol + rtol·|a|; nan equals nan, an infinity itself.
 * A number stands by itself: digits of a word, a hexadecimal number, a date, a time, a version or a fraction (`3/4`) must be
 * equal. So must everything else, except the spaces that pad a number to the same width. `worst` is the number pair with
 * the largest relative deviation; it is there when any two numbers differ, also when the answer is no.
 */
export function withinTolerance(
  a: string,
  b: string,
  { rtol, atol }: Tolerance,
): { ok: boolean; worst?: Deviation } {
  if (a === b) return { ok: true };
  const [inA, inB] = [numbersOf(a), numbersOf(b)];
  if (inA.length !== inB.length) return { ok: false };
  let ok = gapsEqual(a, b, inA, inB);
  let worst: Deviation | undefined;
  inA.forEach((before, i) => {
    const after = inB[i] as Token;
    if (before.text === after.text) return;
    const { distance, size } = deviation(before.text, after.text);
    if (distance > 0 && distance > atol + rtol * size) ok = false;
    const relative = distance === 0 ? 0 : Number.isFinite(distance) ? distance / size : Infinity;
    if (!worst || relative > worst.relative) worst = { before: before.text, after: after.text, relative };
  });
  return worst ? { ok, worst } : { ok };
}

const NUMBER = String.raw`(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|nan|NaN|inf|Infinity`;
const STANDALONE = new RegExp(
  String.raw`(?<![\w.]|\d[-/:]|[A-Za-z_]-)(?:(?<![\w)\]])[-+])?(?:${NUMBER})(?!\w|\.\d|[-/:]\d)`,
  'g',
);

/** The numbers that stand by themselves in a text, in order. */
export function numbersOf(text: string): Token[] {
  return [...text.matchAll(STANDALONE)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

function deviation(before: string, after: string): { distance: number; size: number } {
  const [a, b] = [valueOf(before), valueOf(after)];
  if (Object.is(a, b)) {
    // Beyond 2^53 two integers can be equal as doubles and still differ.
    const areIntegers = /^[-+]?\d+$/.test(before) && /^[-+]?\d+$/.test(after);
    const distance = areIntegers ? Math.abs(Number(BigInt(after) - BigInt(before))) : 0;
    return { distance, size: Math.abs(a) };
  }
  if (!Number.isFinite(a) || !Number.isFinite(b)) return { distance: Infinity, size: 0 };
  return { distance: Math.abs(b - a), size: Math.abs(a) };
}

function valueOf(token: string): number {
  const [, sign, digits = ''] = /^([-+]?)(.*)$/.exec(token) ?? [];
  const magnitude = digits === 'inf' ? Infinity : Number(digits);
  return sign === '-' ? -magnitude : magnitude;
}

function gapsEqual(a: string, b: string, inA: Token[], inB: Token[]): boolean {
  for (let i = 0; i <= inA.length; i++) {
    const before = gap(a, inA[i - 1], inA[i]);
    const after = gap(b, inB[i - 1], inB[i]);
    if (before.text !== after.text && !padsToSameWidth(before, after)) return false;
  }
  return true;
}

type Gap = { text: string; previous: number; next: number };

function gap(text: string, previous: Token | undefined, next: Token | undefined): Gap {
  return {
    text: text.slice(previous?.end ?? 0, next?.start ?? text.length),
    previous: previous?.text.length ?? 0,
    next: next?.text.length ?? 0,
  };
}

/** A column is aligned by spaces before its numbers or after them. */
function padsToSameWidth(a: Gap, b: Gap): boolean {
  const [inA, inB] = [padding(a.text), padding(b.text)];
  if (inA.core !== inB.core) return false;
  const left = (g: Gap, spaces: number): number => g.previous + spaces;
  const right = (g: Gap, spaces: number): number => g.next + spaces;
  if (inA.core === '') {
    const [spacesA, spacesB] = [a.text.length, b.text.length];
    return (
      right(a, spacesA) === right(b, spacesB) ||
      left(a, spacesA) === left(b, spacesB) ||
      a.previous + right(a, spacesA) === b.previous + right(b, spacesB)
    );
  }
  const leads = inA.lead === inB.lead || (a.previous > 0 && left(a, inA.lead) === left(b, inB.lead));
  const trails = inA.trail === inB.trail || (a.next > 0 && right(a, inA.trail) === right(b, inB.trail));
  return leads && trails;
}

function padding(text: string): { lead: number; core: string; trail: number } {
  const lead = /^ */.exec(text)?.[0].length ?? 0;
  const core = text.slice(lead).replace(/ +$/, '');
  return { lead, core, trail: core === '' ? 0 : text.length - lead - core.length };
}
