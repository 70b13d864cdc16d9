import { describe, expect, it } from 'vitest';
import type { Drift, Loaded } from '../../../src/environment/fingerprint';
import { compareLoaded } from '../../../src/environment/loadeddrift';

const OPENBLAS = {
  name: 'openblas',
  api: 'blas',
  of: 'numpy',
  version: '0.3.31',
  architecture: 'Haswell',
  layer: 'pthreads',
  threads: 2,
};
const SAID = { how: {}, unavailable: {} };

const drift = (before: Partial<Loaded>, after: Partial<Loaded>, variables: string[] = []): Drift[] =>
  compareLoaded(
    { ...SAID, ...before },
    { ...SAID, ...after },
    variables.map((what) => ({ what, kind: 'variable', affects: ['numbers'] })),
  );

describe('what another library, or another choice of it, can change', () => {
  it('is nothing where nothing differs, or where one of two records does not say', () => {
    const all: Partial<Loaded> = { libraries: [OPENBLAS], dispatch: ['AVX2'], torch: { threads: '2' } };
    expect(drift(all, all)).toEqual([]);
    expect(drift({}, all)).toEqual([]);
    expect(drift(all, {})).toEqual([]);
  });

  it.each<[string, Partial<Loaded>, Partial<Loaded>, Partial<Drift>]>([
    [
      'BLAS',
      { libraries: [OPENBLAS] },
      { libraries: [{ ...OPENBLAS, name: 'mkl' }] },
      { kind: 'package', before: 'openblas', after: 'mkl', affects: ['numbers'] },
    ],
    [
      'openblas of numpy: version',
      { libraries: [OPENBLAS] },
      { libraries: [{ ...OPENBLAS, version: '0.3.30' }] },
      { kind: 'package', affects: ['numbers'] },
    ],
    [
      'openblas of numpy: core type',
      { libraries: [OPENBLAS] },
      { libraries: [{ ...OPENBLAS, architecture: 'SkylakeX' }] },
      { kind: 'cpu', before: 'Haswell', after: 'SkylakeX', affects: ['numbers'] },
    ],
    [
      'openblas of numpy: threads',
      { libraries: [OPENBLAS] },
      { libraries: [{ ...OPENBLAS, threads: 1 }] },
      { kind: 'cpu', before: '2', after: '1', affects: ['numbers'] },
    ],
    [
      'numpy dispatch',
      { dispatch: ['SSE2', 'AVX2', 'AVX512F'] },
      { dispatch: ['SSE2', 'AVX2'] },
      { kind: 'cpu', before: 'AVX512F', affects: ['numbers', 'order'] },
    ],
    [
      'start method',
      { startMethod: 'fork' },
      { startMethod: 'spawn' },
      { kind: 'python', affects: ['streams'] },
    ],
    [
      'torch: cpu capability',
      { torch: { 'cpu capability': 'AVX512' } },
      { torch: { 'cpu capability': 'AVX2' } },
      { kind: 'cpu', affects: ['streams', 'numbers'] },
    ],
    [
      'torch: matmul precision',
      { torch: { 'matmul precision': 'highest' } },
      { torch: { 'matmul precision': 'high' } },
      { kind: 'variable', affects: ['numbers'] },
    ],
    [
      'torch: cudnn',
      { torch: { cudnn: '91002' } },
      { torch: { cudnn: '91200' } },
      { kind: 'package', affects: ['numbers'] },
    ],
    [
      'jax: partitionable',
      { jax: { partitionable: 'False' } },
      { jax: { partitionable: 'True' } },
      { kind: 'variable', affects: ['streams'] },
    ],
    [
      'gpu partitions (MIG)',
      { gpus: [{ product: 'H100', mig: 'Disabled' }] },
      { gpus: [{ product: 'H100', mig: 'Enabled' }] },
      { kind: 'gpu', affects: ['numbers'] },
    ],
    [
      'gpu error correction',
      { gpus: [{ product: 'H100', ecc: 'Disabled' }] },
      { gpus: [{ product: 'H100', ecc: 'Enabled' }] },
      { kind: 'gpu', affects: ['nothing'] },
    ],
  ])('%s', (what, before, after, expected) => {
    expect(drift(before, after)).toEqual([expect.objectContaining({ what, ...expected })]);
  });

  it('leaves versions to the rows of packages', () => {
    expect(drift({ torch: { version: '2.13' } }, { torch: { version: '2.14' } })).toEqual([]);
  });

  it.each<[string, Partial<Loaded>, Partial<Loaded>]>([
    [
      'OPENBLAS_CORETYPE',
      { libraries: [OPENBLAS] },
      { libraries: [{ ...OPENBLAS, architecture: 'Prescott' }] },
    ],
    ['OPENBLAS_NUM_THREADS', { libraries: [OPENBLAS] }, { libraries: [{ ...OPENBLAS, threads: 1 }] }],
    ['NPY_DISABLE_CPU_FEATURES', { dispatch: ['AVX2'] }, { dispatch: [] }],
    [
      'ATEN_CPU_CAPABILITY',
      { torch: { 'cpu capability': 'AVX2' } },
      { torch: { 'cpu capability': 'DEFAULT' } },
    ],
  ])('is not of the machine where %s is why', (variable, before, after) => {
    expect(drift(before, after, [variable])).toMatchObject([{ kind: 'variable' }]);
  });
});
