/** What a run drew, beside what is found by reading. */
import { describe, expect, it } from 'vitest';
import type { SeenDraw } from '../../../src/lint/drawn';
import { lintCells } from '../../../src/lint/lint';

const run = '20260101-120000-abcdef';

function said(sources: string[], draws: SeenDraw[], policy: 'close' | 'observe' = 'close') {
  const cells = sources.map((source, index) => ({ index, id: `c${index}`, source }));
  return lintCells(cells, { policy, seen: { run, draws } }).map(({ rule, cell, range, seen }) => {
    return `${rule} in ${cell.index}:${range.start.line}${seen === run ? ', seen' : ''}`;
  });
}

const load = 'import numpy as np, random';

describe('a draw of a run', () => {
  it('confirms the finding of its line, and no other', () => {
    const two = 'a = np.random.default_rng()\nb = np.random.default_rng()';
    expect(said([load, two], [{ source: 'numpy.default_rng', cell: 1, line: 2 }])).toEqual([
      'np-generator-unseeded in 1:0',
      'np-generator-unseeded in 1:1, seen',
    ]);
  });

  it('confirms what a statement of several lines draws', () => {
    const source = 'x = [\n  np.random.rand(),\n]';
    expect(said([load, source], [{ source: 'numpy.global', cell: 1, line: 1 }])).toEqual([
      'np-legacy-unseeded in 1:1, seen',
    ]);
  });

  it('is of the function that was defined elsewhere', () => {
    const cells = [load, 'def throw():\n  return np.random.rand()', 'throw()'];
    expect(said(cells, [{ source: 'numpy.global', cell: 2, line: 1 }])).toEqual([
      'np-legacy-unseeded in 1:1, seen',
    ]);
  });

  it('is of the estimator that was made elsewhere', () => {
    const cells = [
      'from sklearn.ensemble import RandomForestClassifier\nf = RandomForestClassifier()',
      'f.fit(X, y)',
    ];
    expect(said(cells, [{ source: 'numpy.global', cell: 1, line: 1 }])).toEqual([
      'sk-random-state in 0:1, seen',
    ]);
  });

  it.each([
    ['numpy.default_rng', 'np-generator-unseeded'],
    ['numpy.RandomState', 'np-generator-unseeded'],
    ['numpy.global', 'np-legacy-unseeded'],
    ['python.random', 'py-random-unseeded'],
    ['python.Random', 'py-random-instance-unseeded'],
    ['torch', 'pt-unseeded'],
    ['torch.seed', 'pt-unseeded'],
    ['torch.Generator.seed', 'pt-unseeded'],
    ['tensorflow.Generator', 'tf-generator-nondet'],
    ['numba', 'numba-seed'],
    ['sql.random', 'data-sql-random'],
    ['os.urandom', 'py-system-random'],
    ['uuid4', 'py-system-random'],
    ['secrets', 'py-system-random'],
  ])('of %s that reading misses is a finding of %s where it was made', (source, rule) => {
    expect(said(['import study', 'x = 1\n  study.make()  '], [{ source, cell: 1, line: 2 }])).toEqual([
      `${rule} in 1:1, seen`,
    ]);
  });

  it('that is missed is told by its line', () => {
    const cells = [{ index: 0, id: 'a', source: 'import study\nrng = study.make()' }];
    const seen = { run, draws: [{ source: 'numpy.default_rng', cell: 0, line: 2 }] };
    expect(lintCells(cells, { policy: 'close', seen })).toMatchObject([
      {
        message: '`rng = study.make()` makes a generator without a seed, which no global seed reaches.',
        enforced: true,
        range: { start: { line: 1, character: 0 }, end: { line: 1, character: 18 } },
        fixes: [],
      },
    ]);
  });

  it('is found once a line, however many there are', () => {
    const draw = { source: 'uuid4', cell: 0, line: 1 };
    expect(said(['study.key()'], [draw, { ...draw, source: 'os.urandom' }])).toEqual([
      'py-system-random in 0:0, seen',
    ]);
  });

  it('is left alone where the line is ignored, whatever rule it was found by', () => {
    const ignored = 'df = frame.sample(3)  # reprise: ignore[pd-sample]';
    const cells = ['import pandas as pd\nframe = pd.DataFrame()', ignored];
    expect(said(cells, [{ source: 'numpy.global', cell: 1, line: 1 }])).toEqual([]);
    expect(said(['study.make()  # reprise: ignore'], [{ source: 'uuid4', cell: 0, line: 1 }])).toEqual([]);
  });

  it('that no rule is about, or of a line that is not there, is nothing', () => {
    expect(said(['f()'], [{ source: 'worker processes', cell: 0, line: 1 }])).toEqual([]);
    expect(said(['f()'], [{ source: 'uuid4', cell: 0, line: 7 }])).toEqual([]);
    expect(said(['f()'], [{ source: 'uuid4', cell: 3, line: 1 }])).toEqual([]);
  });
});
