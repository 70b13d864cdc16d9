/** Puts changed cells back into their file, and leaves every other character of it as it is. */
import { diffChars } from 'diff';
import { applyEdits, type Edit, findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { Failure } from '../notebook/failure';
import { cellsOf } from './files';
import type { LintCell } from './lint';

type Change = { before: LintCell; after: LintCell };

/** @throws Failure `not-fixed` where what would be written is not what was meant */
export function rewritten(
  path: string,
  text: string,
  before: readonly LintCell[],
  after: readonly LintCell[],
): string {
  const changes = before
    .map((cell, i) => ({ before: cell, after: after[i]! }))
    .filter((change) => change.before.source !== change.after.source);
  if (changes.length === 0) return text;
  const isScript = path.endsWith('.py');
  const changed = isScript ? inScript(text, changes) : inNotebook(text, changes);
  // A script's places move with its cells; of a notebook, keys that are there twice could have led astray.
  if (!isScript && cellsOf(path, changed).some(({ source }, i) => source !== after[i]?.source)) {
    throw new Failure(
      'usage',
      'not-fixed',
      'Its fixes have no clear place in this file. It was not changed.',
    );
  }
  return changed;
}

function inNotebook(text: string, changes: Change[]): string {
  const document = parseTree(text)!;
  const edits = changes.flatMap(({ before, after }) => {
    const node = findNodeAtLocation(document, ['cells', before.index, 'source'])!;
    return editsOf(text, node, before.source, after.source);
  });
  return applyEdits(text, edits);
}

/** Only the characters that differ: escapes, line ends and layout around them stay as whoever wrote them chose. */
function editsOf(text: string, node: Node, before: string, after: string): Edit[] {
  const lines = node.type === 'array' ? node.children! : [node];
  const [first, second] = lines;
  if (first === undefined)
    return [{ offset: node.offset, length: node.length, content: JSON.stringify([after]) }];
  const places = lines.flatMap((line) => placesIn(text, line));
  const end = lines.at(-1)!.offset + lines.at(-1)!.length - 1;
  const between =
    second === undefined
      ? `,${text.slice(node.offset + 1, first.offset)}`
      : text.slice(first.offset + first.length, second.offset);
  // In a list each line stands by itself.
  const newline = node.type === 'array' ? `\\n"${between}"` : '\\n';
  let at = 0;
  return diffChars(before, after).flatMap(({ added, removed, value }): Edit[] => {
    const offset = places[at]?.from ?? end;
    if (added) return [{ offset, length: 0, content: value.split('\n').map(inJson).join(newline) }];
    at += value.length;
    return removed ? [{ offset, length: places[at - 1]!.to - offset, content: '' }] : [];
  });
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Where each UTF-16 unit of a JSON string is in the text. */
function placesIn(text: string, { offset, length }: Node): { from: number; to: number }[] {
  const literal = text.slice(offset + 1, offset + length - 1);
  return [...literal.matchAll(/\\u[\da-fA-F]{4}|\\.|[^\\]/g)].map(({ index, 0: unit }) => {
    const from = offset + 1 + index;
    return { from, to: from + unit.length };
  });
}

/** A cell's text begins where the text before it is blank; the last is replaced first, so that places stay. */
function inScript(text: string, changes: Change[]): string {
  return [...changes].reverse().reduce((changed, { before, after }) => {
    const from = before.source.search(/\S/);
    return changed.slice(0, from) + after.source.slice(from) + changed.slice(before.source.length);
  }, text);
}
