/** Applies fixes to the text of cells. */
import type { Fix, Position } from './finding';
import { Linter, type LintCell, type LintOptions } from './lint';

/** More than any notebook has; each round fixes one finding, and a fix adds none. */
const MOST = 1000;

/** Every safe fix, one after the other, because each takes a seed that no other call has. @param only a cell's index */
export function fixAll(cells: readonly LintCell[], options: LintOptions, only?: number): LintCell[] {
  const linter = new Linter();
  let fixed = [...cells];
  for (let round = 0; round < MOST; round++) {
    const fix = linter
      .lint(fixed, options)
      .filter(({ cell }) => only === undefined || cell.index === only)
      .flatMap(({ fixes }) => fixes.filter(({ safe }) => safe))[0];
    if (fix === undefined) return fixed;
    fixed = fixed.map((cell) => ({ ...cell, source: applied(cell, fix) }));
  }
  return fixed;
}

/** A cell's text with the edits of a fix that are in it. */
export function applied({ index, source }: LintCell, { edits }: Fix): string {
  const mine = edits
    .filter(({ cell }) => cell === index)
    .map(({ range, text }) => {
      return { from: offsetOf(source, range.start), to: offsetOf(source, range.end), text };
    });
  return mine
    .sort((a, b) => b.from - a.from)
    .reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), source);
}

function offsetOf(source: string, { line, character }: Position): number {
  const ends = [...source.matchAll(/\r\n|\r|\n/g)];
  const end = ends[line - 1];
  return (end === undefined ? 0 : end.index + end[0].length) + character;
}
