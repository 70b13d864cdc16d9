/** Applies fixes to the text of cells. */
import { diffWordsWithSpace } from 'diff';
import type { Finding, Fix, Position } from './finding';
import { Linter, type LintCell, type LintOptions } from './lint';
import { linesOf } from './positions';

/** More than any notebook has; each round fixes one finding, and a fix adds none. */
const MOST = 1000;

/**
 * Every safe fix, one after the other, because each takes a seed that no other call has.
 * @param within `cell`: only fixes that stay in the cell of their finding, so that each cell can be taken by itself
 */
export function fixAll(
  cells: readonly LintCell[],
  options: LintOptions,
  within: 'notebook' | 'cell' = 'notebook',
): LintCell[] {
  const linter = new Linter();
  let fixed = [...cells];
  let findings: readonly Finding[] = linter.lint(fixed, options);
  const failed = new Set<string>();
  for (let round = 0; round < MOST; round++) {
    const fix = findings
      .flatMap(({ cell, fixes }) => {
        const stays = ({ edits }: Fix): boolean => edits.every((edit) => edit.cell === cell.index);
        return fixes.filter((each) => each.safe && (within === 'notebook' || stays(each))).slice(0, 1);
      })
      .find((each) => !failed.has(JSON.stringify(each.edits)));
    if (fix === undefined) return fixed;
    const after = fixed.map((cell) => ({ ...cell, source: applied(cell, fix) }));
    const left = linter.lint(after, options);
    if (weightOf(left) < weightOf(findings)) [fixed, findings] = [after, left];
    else failed.add(JSON.stringify(fix.edits));
  }
  return fixed;
}

/** The same as edits of the cells as they are: nothing is in them but what changes. */
export function allFixes(...[cells, ...how]: Parameters<typeof fixAll>): Fix['edits'] {
  const fixed = fixAll(cells, ...how);
  return cells.flatMap((cell, i) => editsBetween(cell, fixed[i]!.source));
}

function editsBetween({ index, source }: LintCell, after: string): Fix['edits'] {
  if (source === after) return [];
  const edits: Fix['edits'] = [];
  let at = 0;
  for (const { added, removed, value } of diffWordsWithSpace(source, after)) {
    const to = added ? at : at + value.length;
    if (added || removed) {
      edits.push({ cell: index, range: linesOf(source, { from: at, to }), text: added ? value : '' });
    }
    at = to;
  }
  return edits;
}

/** A seed for all turns warnings into notes; a fix that leaves as many as there were is none. */
function weightOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { severity }) => sum + (severity === 'info' ? 1 : 1000), 0);
}

/** A cell's text with the edits of a fix that are in it. */
export function applied({ index, source }: LintCell, { edits }: Pick<Fix, 'edits'>): string {
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
