/** What `explain` says where both runs were audited deeply. */
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/replay/compare/judge';
import type { Judgement } from '../../../src/replay/documents';
import type { Side } from '../../../src/replay/compare/side';
import { FINGERPRINT, side, stdout, type RunSpec } from './build';

function audited(text: string, log: string, spec: RunSpec = {}): Side {
  const ran = side([{ outputs: [stdout(text)] }], spec);
  return { ...ran, audited: () => log };
}

function judged(original: string, replay: string, specs: [RunSpec, RunSpec] = [{}, {}]): Judgement {
  return judge(audited('1', original, specs[0]), [audited('2', replay, { run: 'replay', ...specs[1] })]);
}

const BEFORE = 'aten::t aaaa bbbb 2\naten::mm cccc dddd 7\naten::sum eeee ffff 8\n';

describe('the first operation that differs', () => {
  it('is named with its number and line where it took the same and gave something else', () => {
    const { causes } = judged(BEFORE, 'aten::t aaaa bbbb 2\naten::mm cccc 0000 7\naten::sum 1111 2222 8\n');
    expect(causes[0]).toEqual({
      kind: 'nondeterministic-operation',
      confidence: 'certain',
      summary:
        'The first operation that differs is `aten::mm`, operation 2 of cell 0, line 7: its inputs were the same.',
      evidence: [
        {
          what: 'aten::mm, operation 2: digest of its results',
          where: { cell: 0, line: 7 },
          before: 'dddd',
          after: '0000',
        },
      ],
    });
  });

  it('is the processor’s where that is another one', () => {
    const other = { ...FINGERPRINT, cpu: { ...FINGERPRINT.cpu, model: 'another', flags: 'other' } };
    const { causes } = judged(BEFORE, BEFORE.replace('dddd', '0000'), [{}, { environment: other }]);
    expect(causes.find(({ summary }) => summary.includes('aten::mm'))?.kind).toBe('hardware');
  });

  it('is a draw where the operation takes from a generator', () => {
    const log = (found: string): string => `aten::normal_ aaaa ${found} 3\n`;
    const { causes } = judged(log('bbbb'), log('cccc'));
    expect(causes[0]?.kind).toBe('unseeded-entropy');
    expect(causes[0]?.confidence).not.toBe('certain');
  });

  it.each([
    ['took something else', BEFORE.replace('cccc dddd', '0000 1111')],
    ['is another one', BEFORE.replace('aten::mm', 'aten::bmm')],
    ['is nowhere to be found', BEFORE],
  ])('is not blamed where it %s', (_, replay) => {
    expect(judged(BEFORE, replay).causes.some(({ summary }) => summary.includes('aten::'))).toBe(false);
  });
});
