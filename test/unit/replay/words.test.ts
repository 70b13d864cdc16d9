import { describe, expect, it } from 'vitest';
import { coverage, duration, endSentence, firstLine, headline, seedWords } from '../../../src/replay/words';
import { record } from './build';

describe('words', () => {
  it('name the verdict', () => {
    const said = (
      verdict: Parameters<typeof headline>[0]['verdict'],
      more: Partial<Parameters<typeof headline>[0]> = {},
    ): string =>
      headline({ verdict, original: 'o', replays: ['r'], firstDivergence: null, masks: [], ...more });
    const first = { index: 7, id: 'a' };
    expect(said('identical')).toBe('Same in 1 of 1 run');
    expect(said('identical', { replays: ['r', 's'] })).toBe('Same in 2 of 2 runs');
    expect(said('canonical', { masks: ['address', 'timing'] })).toBe(
      'Same apart from addresses, timings in 1 of 1 run',
    );
    expect(said('canonical')).toBe('Same apart from what no policy reaches in 1 of 1 run');
    expect(said('within-tolerance')).toBe('Close in 1 of 1 run');
    expect(said('different', { firstDivergence: first })).toBe('Different from cell 7');
    expect(said('unverifiable', { firstDivergence: first })).toBe('Cannot tell from cell 7');
    expect(said('unverifiable')).toBe('Cannot tell');
    const original = 'study/train.repro.json';
    expect(said('identical', { original })).toBe('Same in 1 of 1 run, against the seal');
    expect(said('different', { original, firstDivergence: first })).toBe(
      'Different from cell 7, against the seal',
    );
  });

  it('count what was compared', () => {
    const covered = { outputs: 1, files: 0, variables: { compared: 2, uncompared: 1 }, runs: 1 };
    expect(coverage({ covered })).toBe('1 output, 0 files, 2 of 3 variables compared');
  });

  it('name the seed', () => {
    expect(seedWords({ value: '9f', from: 'fresh' })).toBe('fresh entropy, recorded');
    expect(seedWords({ value: '2a', from: 'notebook' })).toBe('fixed seed 42');
    expect(seedWords({ value: '-7', from: 'option' })).toBe('fixed seed -7');
    expect(seedWords({ value: '9f', from: 'replayed' })).toBe('entropy of the run it replays');
  });

  it('say how a run ended', () => {
    const cells = [{}, { status: 'error' as const, error: { ename: 'KeyError', evalue: 'x' } }];
    expect(endSentence(record([{}]), 'ok')).toBe('Ran 1 cell in 1.0 s.');
    expect(endSentence(record(cells), 'error')).toBe(
      'Stopped at an error: 2 cells in 1.0 s, cell 1 raised KeyError.',
    );
    expect(endSentence(record(cells), 'cancelled')).toBe(
      'Cancelled after 2 cells in 1.0 s; what was recorded until then is kept.',
    );
    const died = { status: 'died' as const, died: { index: 2, id: 'c', signal: 'SIGSEGV' } };
    expect(endSentence(record([{}], { summary: died }), 'died')).toBe(
      'The kernel died in cell 2 (SIGSEGV); what was recorded until then is kept.',
    );
  });

  it('name a cell by the first line that says something, and a time in the unit that fits', () => {
    expect(firstLine('\n# a comment\n  x = 1\ny = 2')).toBe('x = 1');
    expect(firstLine('# only a comment\n')).toBe('# only a comment');
    expect(firstLine(' \n')).toBe('');
    expect([3.2, 1234, 61_000].map(duration)).toEqual(['3 ms', '1.2 s', '1 min 1 s']);
  });
});
