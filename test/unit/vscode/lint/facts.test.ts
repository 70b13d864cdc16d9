import { expect, it } from 'vitest';
import { factsOf } from '../../../../src/vscode/lint/facts';
import { messageOf } from '../../../../src/vscode/lint/findings';
import { lintCells } from '../../../../src/lint/lint';
import { ORIGINAL, SOURCES, stateAfter } from '../recorded';

const run = stateAfter('original', ORIGINAL);
const cells = Object.entries(SOURCES).map(([id, source], index) => ({ id, index: index + 1, source }));

it('takes the draws that no seed of the notebook reached, and the versions of packages', () => {
  expect(factsOf(run, cells)).toMatchObject({
    versions: { numpy: '2.4.6' },
    order: [],
    seen: {
      run: ORIGINAL,
      draws: [
        { source: 'uuid4', cell: 4, line: 1 },
        { source: 'uuid4', cell: 4, line: 2 },
        { source: 'numpy.default_rng', cell: 2, line: 1 },
      ],
    },
  });
});

it('takes none of a cell that has changed since, and follows one that has moved', () => {
  const edited = cells
    .map((cell) => (cell.id === 'a4' ? { ...cell, source: `${cell.source}\n` } : cell))
    .map((cell) => ({ ...cell, index: cell.index + 10 }));
  expect(factsOf(run, edited).seen?.draws).toEqual([{ source: 'numpy.default_rng', cell: 12, line: 1 }]);
});

it('says in which run it was seen, at the end', () => {
  const messages = lintCells(cells, { policy: 'close', ...factsOf(run, cells) }).map(messageOf);
  expect(messages).toContainEqual(
    expect.stringMatching(/ Recorded, so a replay repeats it\. Seen in run 20\d{6}-\d{6}-[0-9a-f]{6}\.$/),
  );
});
