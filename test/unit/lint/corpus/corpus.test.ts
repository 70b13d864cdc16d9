import { expect, it } from 'vitest';
import { lintCells } from '../../../../src/lint/lint';
import { CASES } from '.';

const lint = (sources: string[]) =>
  lintCells(
    sources.map((source, index) => ({ index, id: `c${index}`, source })),
    { policy: 'close' },
  );

/** What a comment says: `!` for error and warning, `~` for what only the order of the cells repeats. */
function expected(sources: string[]): string[] {
  return sources.flatMap((source, cell) =>
    source.split('\n').flatMap((line, number) => {
      const found = /# ([!~] [a-z-\d]+(?:, [!~] [a-z-\d]+)*)$/.exec(line);
      return found ? found[1]!.split(', ').map((mark) => `${cell}:${number} ${mark}`) : [];
    }),
  );
}

function said(sources: string[]): string[] {
  return lint(sources).map(({ cell, range, verdict, rule }) => {
    return `${cell.index}:${range.start.line} ${verdict === 'order-dependent' ? '~' : '!'} ${rule}`;
  });
}

it.each(CASES)('$name', ({ cells }) => {
  expect(said(cells).sort()).toEqual(expected(cells).sort());
});

it('is right about all of the corpus', () => {
  const counts = CASES.map(({ cells }) => {
    const [wanted, found] = [expected(cells), said(cells)];
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
