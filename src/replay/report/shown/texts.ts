/** Two texts as rows side by side, in which what changed is marked. */
import { diffLines, diffWordsWithSpace } from 'diff';
import { stripAnsi } from '../../../notebook/canon/text';
import { sha256 } from '../../../notebook/digest';
import { numbersOf, type Token } from '../../../notebook/tolerance';
import type { ReportPiece, ReportTextRow } from '../report';
import { largest, relativeOf } from './relative';

/** Of a longer text the head and the tail are compared, and its digest stands between them. */
const LONGEST = 200_000;
const HEAD = 60_000;
const TAIL = 20_000;
const LONGEST_LINE = 1000;
const CONTEXT = 2;
const ROWS = 160;

export function textRows(original: string, replay: string): ReportTextRow[] {
  const rows = aligned(bounded(original), bounded(replay));
  const shown = withoutFarContext(rows);
  const more = shown.length - ROWS;
  return more > 0 ? [...shown.slice(0, ROWS), { gap: `${more} more rows differ or surround these` }] : shown;
}

/** What of a text is compared and shown. */
export function bounded(text: string): string {
  if (text.length <= LONGEST) return stripAnsi(text);
  const left = text.length - HEAD - TAIL;
  const note = `… ${left} characters left out, sha256 of all ${text.length}: ${sha256(text)} …`;
  return [stripAnsi(text.slice(0, HEAD)), note, stripAnsi(text.slice(-TAIL))].join('\n');
}

function aligned(original: string, replay: string): ReportTextRow[] {
  // Beyond this the texts have next to nothing in common, and the search takes quadratic time.
  const changes = diffLines(original, replay, { maxEditLength: 2000 });
  if (changes === undefined) return paired(linesOf(original), linesOf(replay));
  const rows: ReportTextRow[] = [];
  let removed: string[] = [];
  for (const { added, removed: gone, value } of [...changes, { added: false, removed: false, value: '' }]) {
    const lines = linesOf(value);
    if (gone) {
      rows.push(...paired(removed, []));
      removed = lines;
    } else if (added) {
      rows.push(...paired(removed, lines));
      removed = [];
    } else {
      rows.push(...paired(removed, []), ...lines.map((text) => ({ both: clip(text) })));
      removed = [];
    }
  }
  return rows;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function paired(original: readonly string[], replay: readonly string[]): ReportTextRow[] {
  const length = Math.max(original.length, replay.length);
  return Array.from({ length }, (_, i) => changedRow(original[i], replay[i]));
}

function changedRow(original: string | undefined, replay: string | undefined): ReportTextRow {
  if (original === undefined || replay === undefined) {
    return {
      ...(original === undefined ? {} : { original: [clip(original)] }),
      ...(replay === undefined ? {} : { replay: [clip(replay)] }),
    };
  }
  const [a, b] = [clip(original), clip(replay)];
  return numbersRow(a, b) ?? wordsRow(a, b);
}

/** Of two lines that are the same but for their numbers. */
function numbersRow(a: string, b: string): ReportTextRow | undefined {
  const [inA, inB] = [numbersOf(a), numbersOf(b)];
  if (inA.length === 0 || inA.length !== inB.length || without(a, inA) !== without(b, inB)) return undefined;
  const differs = inA.map(({ text }, i) => text !== inB[i]?.text);
  if (!differs.includes(true)) return undefined;
  const relative = largest(inA.map(({ text }, i) => relativeOf(text, inB[i]?.text ?? '')));
  return {
    original: marked(a, inA, differs),
    replay: marked(b, inB, differs),
    ...(relative === undefined ? {} : { relative }),
  };
}

function without(text: string, numbers: readonly Token[]): string {
  let [rest, at] = ['', 0];
  for (const { start, end } of numbers) {
    rest += `${text.slice(at, start).trimEnd()}\0`;
    at = end;
  }
  return rest + text.slice(at);
}

function marked(text: string, numbers: readonly Token[], differs: readonly boolean[]): ReportPiece[] {
  const pieces: ReportPiece[] = [];
  let at = 0;
  numbers.forEach(({ start, end }, i) => {
    if (differs[i] !== true) return;
    if (start > at) pieces.push(text.slice(at, start));
    pieces.push({ changed: text.slice(start, end) });
    at = end;
  });
  return at < text.length ? [...pieces, text.slice(at)] : pieces;
}

function wordsRow(a: string, b: string): ReportTextRow {
  const changes = diffWordsWithSpace(a, b, { maxEditLength: 200 }) ?? [];
  const side = (leaveOut: 'added' | 'removed'): ReportPiece[] =>
    changes
      .filter((change) => !change[leaveOut])
      .map(({ value, added, removed }) => (added || removed ? { changed: value } : value));
  return changes.some(({ added, removed }) => !added && !removed)
    ? { original: side('added'), replay: side('removed') }
    : { original: [a], replay: [b] };
}

function withoutFarContext(rows: readonly ReportTextRow[]): ReportTextRow[] {
  const near = new Set<number>();
  rows.forEach((row, i) => {
    if ('both' in row) return;
    for (let at = i - CONTEXT; at <= i + CONTEXT; at++) near.add(at);
  });
  const shown: ReportTextRow[] = [];
  let far = 0;
  const close = (): void => {
    if (far > 0) shown.push({ gap: `${far} ${far === 1 ? 'line is' : 'lines are'} the same` });
    far = 0;
  };
  rows.forEach((row, i) => {
    if (!near.has(i)) return void (far += 1);
    close();
    shown.push(row);
  });
  close();
  return shown;
}

function clip(text: string): string {
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 1)}…` : text;
}
