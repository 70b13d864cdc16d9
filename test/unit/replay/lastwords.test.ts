import { describe, expect, it } from 'vitest';
import { judgeByLastWords } from '../../../src/replay/lastwords';
import { type CellSpec, record, stdout, wrote } from './build';

const REPLAY = '20261126-101500-abcdef';

function judged(cells: CellSpec[], change: (digests: string[]) => string[] = (same) => same) {
  const original = record(cells);
  const digests = change(original.cells.map(({ outputs }) => outputs.raw.slice(0, 16)));
  return judgeByLastWords(original, { run: REPLAY, root: 'ab', cells: digests.join('') });
}

const two: CellSpec[] = [{ outputs: [stdout('1')] }, { outputs: [stdout('2')], writes: ['x'] }];

describe('the verdict by last words', () => {
  it('is the same where every digest is', () => {
    const judgement = judged(two);
    expect(judgement.verdict).toBe('identical');
    expect(judgement.covered).toEqual({
      outputs: 2,
      files: 0,
      variables: { compared: 0, uncompared: 1 },
      runs: 1,
    });
    expect(judgement.replays).toEqual([REPLAY]);
  });

  it('names the first cell whose outputs differ', () => {
    const judgement = judged(two, ([one]) => [one!, '0'.repeat(16)]);
    expect(judgement.verdict).toBe('different');
    expect(judgement.firstDivergence?.index).toBe(1);
    expect(judgement.causes[0]?.summary).toMatch(/replay again to see in what/);
  });

  it('cannot tell of cells that the message had no room for, and of none at all', () => {
    expect(judged(two, ([one]) => [one!]).verdict).toBe('unverifiable');
    expect(judged(two, () => []).verdict).toBe('unverifiable');
    expect(judged([]).verdict).toBe('unverifiable');
  });

  it('cannot tell of a cell that wrote a file, or drew what no seed reached', () => {
    expect(judged([{ files: [wrote('out.csv', 'a')] }]).cells[0]?.causes[0]?.summary).toContain(
      'out.csv was lost',
    );
    const entropy = [{ source: 'os.urandom', reach: 'unreached' as const, count: 1 }];
    expect(judged([{ entropy, writes: ['key'] }]).verdict).toBe('unverifiable');
  });
});
