/** Outputs that differ in nothing but what looks like times or addresses: another cause is not proven by them. */
import { canonicalize } from '../../notebook/canon';
import { contextOf } from '../compare/outputs';
import type { CellView } from '../compare/view';
import { indexOf, type Context, type Suspect } from './context';

const UNITS = 'ns|µs|μs|us|ms|s|secs?|seconds?|mins?|minutes?|h|hours?';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*';
const TIMES = new RegExp(
  [
    String.raw`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?`,
    String.raw`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?(?:${MONTH} +\d{1,2}|\d{1,2} +${MONTH})(?:,? +\d{4})?\b`,
    String.raw`\b\d{1,3}(?::\d\d){1,2}(?:\.\d+)?\b`,
    String.raw`-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)? ?(?:${UNITS})\b`,
    // Seconds, and smaller parts of them, since 1970.
    String.raw`\b1[5-9]\d{8}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?\b`,
  ].join('|'),
  'g',
);
const ADDRESSES = /\b0x[0-9a-f]{6,16}\b|\b(?:94|139|140)\d{12}\b/gi;

export function shownOnly(context: Context): Suspect[] {
  const { comparison } = context;
  const { original, replay, differences } = comparison;
  if (differences.length === 0 || differences.some(({ what }) => what !== 'output')) return [];
  const [before, after] = [original, replay].map(textOf);
  if (before === undefined || after === undefined || before === after) return [];
  const mask = [TIMES, ADDRESSES].find((each) => masked(before, each) === masked(after, each));
  if (mask === undefined) return [];
  const index = indexOf(comparison);
  return [
    {
      kind: mask === TIMES ? 'time' : 'volatile-output',
      strength: 'plausible',
      summary: `What cell ${index} shows differs in nothing but ${mask === TIMES ? 'times and durations' : 'memory addresses'}, it seems.`,
      evidence: evidenceOf(before, after, mask, index),
    },
  ];
}

function textOf(view: CellView | undefined): string | undefined {
  return view?.outputs && JSON.stringify(canonicalize(view.outputs, contextOf(view)).outputs);
}

function masked(text: string, pattern: RegExp): string {
  return text.replace(pattern, '‹›');
}

/** The first that differs. */
function evidenceOf(before: string, after: string, mask: RegExp, cell: number): Suspect['evidence'] {
  const [was, is] = [before.match(mask) ?? [], after.match(mask) ?? []];
  const first = was.findIndex((each, i) => each !== is[i]);
  return [{ what: 'output', where: { cell }, before: was[first] ?? '', after: is[first] ?? '' }];
}
