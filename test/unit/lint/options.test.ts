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
