/** Applies fixes to the text of cells. */
import type { Finding, Fix, Position } from './finding';
import { Linter, type LintCell, type LintOptions } from './lint';

/** More than any notebook has; each round fixes one finding, and a fix adds none. */
const MOST = 1000;

/** Every safe fix, one after the other, because each takes a seed that no other call has. @param only a cell's index */
export function fixAll(cells: readonly LintCell[], options: LintOptions, only?: number): LintCell[] {
  const linter = new Linter();
  const isMine = ({ edits }: Fix): boolean => only === undefined || edits.every(({ cell }) => cell === only);
  let fixed = [...cells];
  let findings = linter.lint(fixed, options);
  const failed = new Set<string>();
  for (let round = 0; round < MOST; round++) {
    const fix = findings
      .filter(({ cell }) => only === undefined || cell.index === only)
      .flatMap(({ fixes }) => fixes.filter((each) => each.safe && isMine(each)).slice(0, 1))
      .find((each) => !failed.has(JSON.stringify(each.edits)));
    if (fix === undefined) return fixed;
    const after = fixed.map((cell) => ({ ...cell, source: applied(cell, fix) }));
    const left = linter.lint(after, options);
    if (weightOf(left) < weightOf(findings)) [fixed, findings] = [after, left];
    else failed.add(JSON.stringify(fix.edits));
  }
  return fixed;
}

/** A seed for all turns warnings into notes; a fix that leaves as many as there were is none. */
function weightOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { severity }) => sum + (severity === 'info' ? 1 : 1000), 0);
}

/** A cell's text with the edits of a fix that are in it. */
export function applied({ index, source }: LintCell, { edits }: Fix): string {
  const mine = edits
    .filter(({ cell }) => cell === index)
    .map(({ range, text }) => {
      return { from: offsetOf(source, range.start), to: offsetOf(source, range.end), text };
    });
  return mine
    .sort((a, b) => b.from - a.from || b.to - a.to)
    .reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), source);
}

function offsetOf(source: string, { line, character }: Position): number {
  const ends = [...source.matchAll(/\r\n|\r|\n/g)];
  const end = ends[line - 1];
  return (end === undefined ? 0 : end.index + end[0].length) + character;
}
