import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../../src/notebook/canon';
import type { Output } from '../../../src/notebook/output';
import { takeOutNumbers } from '../../../src/notebook/printed';

const text = (printed: string): Output => ({ output_type: 'stream', name: 'stdout', text: printed });
const taken = (outputs: Output[], count?: number) => takeOutNumbers(canonicalize(outputs).outputs, count);

describe('numbers taken out of outputs', () => {
  it('are those that stand by themselves, as printed', () => {
    const { numbers } = taken([text('epoch 3: loss=0.2500 -1e-3 nan v2.1.0 2024-01-02 x7\n')]);
    expect(numbers).toEqual(['3', '0.2500', '-1e-3', 'nan']);
  });

  it('leave the same rest whatever they are, and whatever padding their width took', () => {
    const rests = ['a  9.99\nb 10.00\n', 'a 11.50\nb  1.25\n'].map((printed) => taken([text(printed)]).rest);
    expect(rests[0]).toBe(rests[1]);
    expect(taken([text('c  9.99\nb 10.00\n')]).rest).not.toBe(rests[0]);
  });

  it('leave spaces alone that are not beside them', () => {
    expect(taken([text('  a 1\n')]).rest).not.toBe(taken([text('a 1\n')]).rest);
    expect(taken([text('1 a  b\n')]).rest).not.toBe(taken([text('1 a b\n')]).rest);
  });

  it('are the first so many: any other number belongs to the rest', () => {
    const [one, other] = ['1 2 3', '9 2 4'].map((printed) => taken([text(printed)], 2));
    expect([one?.numbers, other?.numbers]).toEqual([['1', '2'], ['9', '2']]); // prettier-ignore
    expect(one?.rest).not.toBe(other?.rest);
  });

  it('come from text/plain before other forms, and from no JSON, picture or error', () => {
    const table: Output = {
      output_type: 'display_data',
      data: { 'text/html': '<b>2</b>', 'text/plain': '1', 'application/json': { a: 3 }, 'image/png': '4' },
    };
    const raised: Output = { output_type: 'error', ename: 'E', evalue: '5', traceback: [] };
    expect(taken([table, raised]).numbers).toEqual(['1', '2']);
  });
});
