import { describe, expect, it } from 'vitest';
import { kernelEnvironment } from '../../../src/determinism/policy';
import { drawEntropy, hashSeed, seedValue } from '../../../src/determinism/streams';

const given = { OPENBLAS_NUM_THREADS: '3' };

describe('streams', () => {
  // The agent derives the same numbers: test/agent/test_streams.py holds the same pairs.
  it.each([
    ['abc1', '2629603153'],
    ['2a', '1716533288'],
  ])('hash seed of %s', (value, expected) => {
    expect(hashSeed(value)).toBe(expected);
  });

  it('writes a fixed seed as the integer in hexadecimal', () => {
    expect([42, -1, 2n ** 70n].map(seedValue)).toEqual(['2a', '-1', '400000000000000000']);
  });

  it('draws 128 bits, other ones each time', () => {
    expect(drawEntropy()).toMatch(/^[0-9a-f]{32}$/);
    expect(drawEntropy()).not.toBe(drawEntropy());
  });
});

describe('the kernel environment', () => {
  it('is untouched under observe', () => {
    expect(kernelEnvironment('observe', 'abc1', { given, cores: 2 })).toEqual({});
  });

  it('holds only the hash seed under close', () => {
    expect(kernelEnvironment('close', 'abc1', { given, cores: 2 })).toEqual({ PYTHONHASHSEED: '2629603153' });
  });

  it('fixes the number of threads under full, the user’s number first', () => {
    const variables = kernelEnvironment('full', 'abc1', { given, cores: 2 });
    expect(variables).toMatchObject({
      OPENBLAS_NUM_THREADS: '3',
      OMP_NUM_THREADS: '2',
      TF_DETERMINISTIC_OPS: '1',
    });
  });

  it.each([
    [undefined, '--xla_gpu_deterministic_ops=true'],
    ['', '--xla_gpu_deterministic_ops=true'],
    ['--xla_dump_to=here', '--xla_dump_to=here --xla_gpu_deterministic_ops=true'],
    ['--xla_gpu_deterministic_ops=false', '--xla_gpu_deterministic_ops=false'],
    [
      '--xla_gpu_deterministic_ops_too=1 --xla_a',
      '--xla_gpu_deterministic_ops_too=1 --xla_a --xla_gpu_deterministic_ops=true',
    ],
  ])('adds its flag to those that XLA_FLAGS has already (%s)', (flags, expected) => {
    const variables = kernelEnvironment('full', 'abc1', { given: { XLA_FLAGS: flags }, cores: 2 });
    expect(variables.XLA_FLAGS).toBe(expected);
    expect(kernelEnvironment('close', 'abc1', { given: {}, cores: 2 })).not.toHaveProperty('XLA_FLAGS');
  });

  it('takes the thread counts of the run that is replayed', () => {
    const recorded = { OMP_NUM_THREADS: '16', OPENBLAS_NUM_THREADS: '16' };
    const variables = kernelEnvironment('full', 'abc1', { given, cores: 2, recorded });
    expect(variables).toMatchObject({
      OMP_NUM_THREADS: '16',
      OPENBLAS_NUM_THREADS: '16',
      MKL_NUM_THREADS: '2',
    });
  });

  it('fixes thread counts under close too where the processors are a share of a machine', () => {
    const quota = { given: {}, cores: 3, isQuota: true };
    expect(kernelEnvironment('close', 'abc1', quota)).toMatchObject({ OMP_NUM_THREADS: '3' });
    expect(kernelEnvironment('observe', 'abc1', quota)).toEqual({});
    const recorded = { OMP_NUM_THREADS: '4', MKL_NUM_THREADS: '4' };
    const asked = { ...quota, recorded, given: { OMP_NUM_THREADS: '2' } };
    expect(kernelEnvironment('close', 'abc1', asked)).toMatchObject({
      OMP_NUM_THREADS: '2',
      MKL_NUM_THREADS: '4',
    });
  });
});
