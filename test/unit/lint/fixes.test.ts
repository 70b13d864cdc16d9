/** A fix makes its finding go away and no other appear; after all of them no two streams are equal. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Finding, Fix } from '../../../src/lint/finding';
import { applied, fixAll } from '../../../src/lint/fixAll';
import { lintCells, type LintCell } from '../../../src/lint/lint';
import { CASES, type Case, cellsOf } from './corpus';

const PAGES = path.resolve(__dirname, '../../../docs/rules');

const pages: Case[] = readdirSync(PAGES).map((file) => {
  const text = readFileSync(path.join(PAGES, file), 'utf8');
  const [, language, code] = /```(python|javascript|typescript)\n([^]*?)```/.exec(text) ?? [];
  return { name: file, cells: [code ?? ''], language: language as LintCell['language'] };
});

const lint = (cells: LintCell[]): Finding[] => lintCells(cells, { policy: 'close' });

function apply(cells: LintCell[], fix: Fix): LintCell[] {
  return cells.map((cell) => ({ ...cell, source: applied(cell, fix) }));
}

/** Lines move; what a finding is about does not. What a seed reaches is left as a note, which is no new finding. */
function names(cells: LintCell[]): string[] {
  return lint(cells)
    .filter(({ verdict }) => verdict !== 'order-dependent')
    .map((finding) => nameOf(finding, cells));
}

function nameOf({ cell, range, rule, message }: Finding, cells: LintCell[]): string {
  const line = cells[cell.index]!.source.split('\n')[range.start.line]!;
  return `${cell.index} ${rule} ${/`([^`]*)`/.exec(message)?.[1]} ${/^\s*/.exec(line)![0].length}`;
}

const counted = (all: string[], one: string): number => all.filter((each) => each === one).length;

const all = [...CASES, ...pages];
const fixable = all.flatMap((labelled) => {
  const cells = cellsOf(labelled);
  return lint(cells).flatMap((finding) =>
    finding.fixes.map((fix) => ({
      title: `${labelled.name}: ${nameOf(finding, cells)}: ${fix.title}`,
      cells,
      finding,
      fix,
    })),
  );
});

it('has fixes to check', () => expect(fixable.length).toBeGreaterThan(100));

it.each(fixable)('$title', ({ cells, finding, fix }) => {
  const [before, fixed] = [names(cells), apply(cells, fix)];
  const after = names(fixed);
  const name = nameOf(finding, cells);
  if (finding.verdict === 'order-dependent') {
    const noted = (each: LintCell[]) => lint(each).map((one) => nameOf(one, each));
    expect(counted(noted(fixed), name)).toBeLessThan(counted(noted(cells), name));
  } else expect(counted(after, name)).toBeLessThan(counted(before, name));
  const rules = (each: string[]) => each.map((text) => text.split(' ').slice(0, 2).join(' '));
  for (const rule of new Set(rules(after))) {
    expect([rule, counted(rules(after), rule) <= counted(rules(before), rule)]).toEqual([rule, true]);
  }
});

it.each(all)('all fixes of: $name', (labelled) => {
  const cells = cellsOf(labelled);
  const fixed = fixAll(cells, { policy: 'close' });
  expect(lint(fixed).filter(({ rule }) => rule === 'seed-reuse')).toEqual([]);
  // What is fixed once stays as it is.
  expect(fixAll(fixed, { policy: 'close' })).toEqual(fixed);
});
