import { expect, it } from 'vitest';
import { lintCells } from '../../../src/lint/lint';
import { CASES } from './corpus';

const lint = (sources: string[]) =>
  lintCells(
    sources.map((source, index) => ({ index, id: `c${index}`, source })),
    { policy: 'close' },
  );

/** What a comment says: `!` for error and warning, `~` for what only the order of the cells repeats. */
function expected(sources: string[]): string[] {
  return sources.flatMap((source, cell) =>
    source.split('\n').flatMap((line, number) => {
      const found = /# ([!~]) ([a-z-]+)$/.exec(line);
      return found ? [`${cell}:${number} ${found[1]} ${found[2]}`] : [];
    }),
  );
}

it.each(CASES)('$name', ({ cells }) => {
  const said = lint(cells).map(({ cell, range, verdict, rule }) => {
    return `${cell.index}:${range.start.line} ${verdict === 'order-dependent' ? '~' : '!'} ${rule}`;
  });
  expect(said).toEqual(expected(cells));
});
