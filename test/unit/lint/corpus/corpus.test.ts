import { expect, it } from 'vitest';
import { lintCells } from '../../../../src/lint/lint';
import { RULES } from '../../../../src/lint/rules';
import { type Case, CASES, cellsOf } from '.';
import { BY_RULE } from './rules';

/** What a comment says: `!` for error and warning, `~` for what only the order of the cells repeats. */
function expected({ cells }: Case): string[] {
  return cells.flatMap((source, cell) =>
    source.split('\n').flatMap((line, number) => {
      const found = /(?:#|\/\/) ([!~] [a-z-\d]+(?:, [!~] [a-z-\d]+)*)$/.exec(line);
      return found ? found[1]!.split(', ').map((mark) => `${cell}:${number} ${mark}`) : [];
    }),
  );
}

function said(labelled: Case): string[] {
  return lintCells(cellsOf(labelled), { policy: 'close' }).map(({ cell, range, verdict, rule }) => {
    return `${cell.index}:${range.start.line} ${verdict === 'order-dependent' ? '~' : '!'} ${rule}`;
  });
}

it.each(CASES)('$name', (labelled) => {
  expect(said(labelled).sort()).toEqual(expected(labelled).sort());
});

const inPython = [...RULES.keys()].filter((id) => !/^(tfjs|js)-/.test(id));

it('has cells for each rule about Python', () => {
  expect(Object.keys(BY_RULE).sort()).toEqual(inPython.sort());
});

it.each(Object.entries(BY_RULE))('%s: two cells that are wrong, and two that only look so', (rule, cells) => {
  const marks = (cell: string): string[] => expected({ name: rule, cells: [cell] });
  const unmarked = cells.flagged.filter((cell) => !marks(cell).some((mark) => mark.endsWith(` ${rule}`)));
  expect(unmarked).toEqual([]);
  expect(cells.flagged.length).toBeGreaterThanOrEqual(2);
  expect(cells.silent.flatMap(marks)).toEqual([]);
  expect(cells.silent.length).toBeGreaterThanOrEqual(2);
});

it('is right about all of the corpus', () => {
  const counts = CASES.map((labelled) => {
    const [wanted, found] = [expected(labelled), said(labelled)];
    return {
      wanted: wanted.length,
      found: found.length,
      both: found.filter((each) => wanted.includes(each)).length,
    };
  });
  const sum = (of: 'wanted' | 'found' | 'both') => counts.reduce((total, each) => total + each[of], 0);
  const [precision, recall] = [sum('both') / sum('found'), sum('both') / sum('wanted')];
  console.log(`${sum('wanted')} labelled findings: precision ${precision * 100} %, recall ${recall * 100} %`);
  expect([precision, recall]).toEqual([1, 1]);
});
