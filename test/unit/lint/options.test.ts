/** What settings make of findings. */
import { describe, expect, it } from 'vitest';
import { fixAll } from '../../../src/lint/fixAll';
import { lintCells } from '../../../src/lint/lint';

const cells = (...sources: string[]) => sources.map((source, index) => ({ index, id: `c${index}`, source }));

describe('a rule', () => {
  const notebook = cells('import numpy as np\nnp.random.rand()', 'rng = np.random.default_rng()');

  it('counts as what is set for it', () => {
    const rules = { 'np-legacy-unseeded': 'error', 'np-generator-unseeded': 'info' } as const;
    const found = lintCells(notebook, { policy: 'close', rules });
    expect(found.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['np-legacy-unseeded', 'error'],
      ['np-generator-unseeded', 'info'],
    ]);
  });

  it('that is off finds nothing and fixes nothing', () => {
    const options = { policy: 'close', rules: { 'np-generator-unseeded': 'off' } } as const;
    expect(lintCells(notebook, options).map(({ rule }) => rule)).toEqual(['np-legacy-unseeded']);
    expect(fixAll(notebook, options)[1]).toEqual(notebook[1]);
  });

  it('that is set to more leaves what is milder for a reason as it is', () => {
    const seeded = cells('import numpy as np\nnp.random.seed(1)', 'np.random.rand()');
    const found = lintCells(seeded, { policy: 'close', rules: { 'np-legacy-unseeded': 'error' } });
    expect(found).toMatchObject([{ verdict: 'order-dependent', severity: 'info' }]);
  });
});

describe('the order of a live session', () => {
  const said = (order: number[] | undefined, ...sources: string[]) =>
    lintCells(cells(...sources), { policy: 'close', ...(order && { order }) }).map(
      ({ cell, verdict, message }) => `${cell.index} ${verdict}: ${message}`,
    );
  const draw = 'np.random.rand()';
  const seed = 'np.random.seed(1)';
  const load = 'import numpy as np';

  it('is that of the document where nothing has run', () => {
    expect(said(undefined, load, seed, draw)).toEqual([
      expect.stringMatching(
        /^2 order-dependent: .*seeded in cell 1: it repeats only if the cells run once and in order\.$/,
      ),
    ]);
    expect(said([0, 1], load, seed, draw)).toEqual(said(undefined, load, seed, draw));
  });

  it('decides which seed reaches a draw, and cells keep their places', () => {
    const [found, ...others] = said([0, 2, 1], load, draw, seed);
    expect(others).toEqual([]);
    expect(found).toMatch(
      /^1 order-dependent: .*seeded in cell 2: it repeats only if the cells run once and in the order in which they ran\.$/,
    );
  });

  it('puts cells that have not run behind, in document order', () => {
    expect(said([0, 2], load, draw, seed, draw).map((text) => text.slice(0, 17))).toEqual([
      '1 order-dependent',
      '3 order-dependent',
    ]);
  });

  it('knows what a cell left that ran again later', () => {
    expect(said([0, 1, 2, 0], load, seed, draw)).toEqual([
      expect.stringMatching(/^2 order-dependent: .*in the order in which they ran\.$/),
    ]);
    // Each generator is made once more, not twice.
    expect(said([0, 1, 1], load, 'rng = np.random.default_rng(7)')).toEqual([]);
  });

  it('moves no seed down to a draw that ran before it', () => {
    const all = cells(load, seed, draw);
    const [found] = lintCells(all, { policy: 'close', order: [0, 2, 1] });
    expect(found).toMatchObject({ rule: 'nb-seed-order', cell: { index: 1 }, fixes: [] });
  });

  it('leaves out cells that are gone', () => {
    expect(said([9, 0, 2, 1], load, draw, seed)).toHaveLength(1);
  });
});
