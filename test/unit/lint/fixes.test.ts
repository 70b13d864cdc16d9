/** A fix makes its finding go away and no other appear; after all of them no two streams are equal. */
import { expect, it } from 'vitest';
import type { Finding, Fix, Position } from '../../../src/lint/finding';
import { lintCells, type LintCell } from '../../../src/lint/lint';
import { CASES } from './corpus';

const cellsOf = (sources: string[]): LintCell[] =>
  sources.map((source, index) => ({ index, id: `c${index}`, source }));
const lint = (cells: LintCell[]): Finding[] => lintCells(cells, { policy: 'close' });

function offsetOf(source: string, { line, character }: Position): number {
  const before = source.split('\n').slice(0, line);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + character;
}

function apply(cells: LintCell[], { edits }: Fix): LintCell[] {
  return cells.map((cell) => {
    const mine = edits
      .filter((edit) => edit.cell === cell.index)
      .map(({ range, text }) => {
        return { from: offsetOf(cell.source, range.start), to: offsetOf(cell.source, range.end), text };
      })
      .sort((a, b) => b.from - a.from);
    let { source } = cell;
    for (const { from, to, text } of mine) source = source.slice(0, from) + text + source.slice(to);
    return { ...cell, source };
  });
}

const name = ({ cell, range, rule }: Finding): string => `${cell.index}:${range.start.line} ${rule}`;

const fixable = CASES.flatMap(({ name: title, cells }) =>
  lint(cellsOf(cells)).flatMap((finding) =>
    finding.fixes.map((fix) => ({
      title: `${title}: ${name(finding)}`,
      cells: cellsOf(cells),
      finding,
      fix,
    })),
  ),
);

it('has fixes to check', () => expect(fixable.length).toBeGreaterThan(20));

it.each(fixable)('$title', ({ cells, finding, fix }) => {
  const before = lint(cells).map(name);
  const after = lint(apply(cells, fix)).map(name);
  expect(after).not.toContain(name(finding));
  expect(after.filter((each) => !before.includes(each))).toEqual([]);
});

it.each(CASES)('all fixes of: $name', ({ cells: sources }) => {
  let cells = cellsOf(sources);
  for (let round = 0; round < 20; round++) {
    const fix = lint(cells).flatMap(({ fixes }) => fixes.filter(({ safe }) => safe))[0];
    if (fix === undefined) break;
    cells = apply(cells, fix);
  }
  const left = lint(cells);
  expect(left.flatMap(({ fixes }) => fixes.filter(({ safe }) => safe))).toEqual([]);
  const before = lint(cellsOf(sources)).filter(({ rule }) => rule === 'seed-reuse').length;
  expect(left.filter(({ rule }) => rule === 'seed-reuse').length).toBe(before);
});
