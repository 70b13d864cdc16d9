/** Two texts that differ: a sentence about how, and a short diff. */
import { createTwoFilesPatch } from 'diff';

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\b(?:nan|inf)\b/g;
const LONGEST = 200_000;
const SHOWN = 40;

export function summarizeText(before: string, after: string): string {
  if (before === '') return 'only in the replay';
  if (after === '') return 'only in the original';
  if (before.replace(/\s+/g, '') === after.replace(/\s+/g, '')) return 'only white space differs';
  return numbersDiffer(before, after) ?? linesDiffer(before, after);
}

/** At most 40 lines of a unified diff with one line of context; '' for equal texts. */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return '';
  const [a, b] = [before, after].map((text) => text.slice(0, LONGEST)) as [string, string];
  const patch = createTwoFilesPatch('original', 'replay', a, b, undefined, undefined, {
    context: 1,
    // Beyond this the texts have next to nothing in common, and the search takes quadratic time.
    maxEditLength: 2000,
  });
  const hunks = patch?.split('\n').slice(3);
  const lines = hunks?.filter((line) => !line.startsWith('\\ ')) ?? [...marked('-', a), ...marked('+', b)];
  while (lines.at(-1) === '') lines.pop();
  const more = lines.length - SHOWN;
  return [...lines.slice(0, SHOWN), ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n');
}

/** For texts that are the same but for numbers: how many differ, and the first of them with its relative difference. */
function numbersDiffer(before: string, after: string): string | undefined {
  if (before.replace(NUMBER, '#') !== after.replace(NUMBER, '#')) return undefined;
  const [a, b] = [before.match(NUMBER) ?? [], after.match(NUMBER) ?? []];
  const at = a.flatMap((number, i) => (number === b[i] ? [] : [i]));
  const [was = '', is = ''] = [a[at[0] ?? 0], b[at[0] ?? 0]];
  const relative = relativeDifference(Number(was), Number(is));
  const first = `${was} became ${is}${relative === undefined ? '' : ` (relative difference ${relative})`}`;
  return at.length === 1 ? first : `${at.length} of ${a.length} numbers differ; the first: ${first}`;
}

function relativeDifference(was: number, is: number): string | undefined {
  const difference = Math.abs(is - was) / Math.abs(was);
  return Number.isFinite(difference) ? difference.toExponential(1) : undefined;
}

function linesDiffer(before: string, after: string): string {
  const ended = before.endsWith('\n') && after.endsWith('\n');
  const [a, b] = [before, after].map((text) => (ended ? text.slice(0, -1) : text).split('\n')) as [
    string[],
    string[],
  ];
  if (a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n')) {
    return 'the same lines in another order';
  }
  const first = a.findIndex((line, i) => line !== b[i]);
  const at = first < 0 ? a.length : first;
  if (a.length !== b.length)
    return `${a.length} lines became ${b.length}; the first that differs is line ${at + 1}`;
  if (a.length === 1) return `${quote(a[0] ?? '')} became ${quote(b[0] ?? '')}`;
  const count = a.filter((line, i) => line !== b[i]).length;
  return `${count} of ${a.length} lines differ, first line ${at + 1}: ${quote(a[at] ?? '')} became ${quote(b[at] ?? '')}`;
}

function quote(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
}

function marked(sign: string, text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => sign + line);
}
