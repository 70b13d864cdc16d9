import { describe, expect, it } from 'vitest';
import { inForce } from '../../../src/determinism/settings';
import type { RunRecord } from '../../../src/lineage/record';
import { onceIn, rotated, spreadOf, standApart } from '../../../src/replay/cost/statistics';
import { ablated } from '../../../src/replay/cost/variants';

describe('a few timings', () => {
  it('have a median and a range, in whatever order they came', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, runs: [3, 1, 2] });
    expect(spreadOf([4, 1])).toMatchObject({ median: 2.5 });
  });

  it.each([
    [[1, 1.1, 1.2], [1.3, 1.4, 1.5], true],
    [[1.3, 1.4, 1.5], [1, 1.1, 1.2], true],
    [[1, 1.1, 1.3], [1.3, 1.4, 1.5], false],
    [[1, 1.1, 2], [1.3, 1.4, 1.5], false],
    [[1, 1], [2, 2], false],
    [[1], [9], false],
  ])('%j and %j stand apart: %s', (a, b, expected) => {
    expect(standApart(spreadOf(a), spreadOf(b))).toBe(expected);
  });

  it('stand apart by chance once in C(2n, n) / 2 comparisons', () => {
    expect([3, 4, 5].map(onceIn)).toEqual([10, 35, 126]);
  });

  it('begin each round with another variant, and leave none out', () => {
    const rounds = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''));
    expect(rounds).toEqual(['abc', 'bca', 'cab', 'abc']);
  });
});

describe('settings that are switched off in turn', () => {
  const record = (loaded: object, packages: string[] = []): Pick<RunRecord, 'header' | 'loaded'> =>
    ({
      header: { environment: { packages: Object.fromEntries(packages.map((name) => [name, '1'])) } },
      loaded,
    }) as unknown as Pick<RunRecord, 'header' | 'loaded'>;
  const rowsOf = (...args: Parameters<typeof ablated>): string[] => ablated(...args).rows.map(({ id }) => id);
  const machine = { given: {}, cores: 2 };

  it('are those that the notebook can feel', () => {
    const numpy = { dispatch: ['AVX2'], libraries: [{ name: 'openblas', api: 'blas', of: 'numpy' }] };
    const always = ['hash-seed', 'python-random', 'task-streams'];
    expect(rowsOf(record({}), machine)).toEqual(always);
    expect(rowsOf(record(numpy), machine)).toEqual(
      expect.arrayContaining([...always, 'numpy-random', 'openblas-threads', 'openmp-threads']),
    );
    expect(rowsOf(record(numpy), machine)).not.toContain('mkl-threads');
    expect(rowsOf(record({ torch: { version: '2.11' } }), machine)).toEqual(
      expect.arrayContaining(['torch-operations', 'cublas-workspace', 'mkl-threads']),
    );
    expect(rowsOf(record({}, ['Scikit-Learn']), machine)).toContain('sklearn-threads');
  });

  it('are not those that the environment has already, and each of the others is said to be left out', () => {
    const loaded = { libraries: [{ name: 'openblas', api: 'blas', of: 'numpy' }] };
    const given = { OPENBLAS_NUM_THREADS: '7', OMP_DYNAMIC: 'FALSE' };
    const { rows, leftOut } = ablated(record(loaded), { given, cores: 2 });
    expect(leftOut.filter(({ why }) => why === 'set-already').map(({ without }) => without)).toEqual([
      'openmp-dynamic',
      'openblas-threads',
    ]);
    expect(rows.length + leftOut.length).toBe(inForce('full').length);
  });
});
