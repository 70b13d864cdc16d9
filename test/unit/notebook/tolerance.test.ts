import { describe, expect, it } from 'vitest';
import { withinTolerance } from '../../../src/notebook/tolerance';

const loose = { rtol: 0.01, atol: 0 };

describe('two texts are within tolerance', () => {
  it.each([
    ['loss: 0.5', 'loss: 0.501'],
    ['loss:0.5', 'loss:0.501'],
    ['acc=12.5%', 'acc=12.51%'],
    ['[1.0, -2.0, 3e-5]', '[1.001, -2.001, 3.001e-5]'],
    ['{"a":[1,100]}', '{"a":[1,100.5]}'],
    ['<td>100</td>', '<td>100.9</td>'],
    ['[1. 2. nan inf -inf]', '[1. 2.001 nan inf -inf]'],
    ['[ 9.99 10.  ]', '[10.01 10.  ]'],
    ['0  9.99\n1  1.00', '0 10.01\n1  1.00'],
    ['[0.5   0.25 ]', '[0.501 0.25 ]'],
    ['x', 'x'],
  ])('%j and %j', (a, b) => {
    expect(withinTolerance(a, b, loose).ok).toBe(true);
  });

  it.each([
    ['beyond it', 'loss: 0.5', 'loss: 0.506'],
    ['a sign', 'x = 0.5', 'x = -0.5'],
    ['from zero', 'x = 0.0', 'x = 0.001'],
    ['a word', 'loss: 100', 'lose: 100'],
    ['a space', 'loss: 100', 'loss:  100'],
    ['a space beside a changed number', 'loss: 100', 'loss:  101'],
    ['a line', '100\n', '100'],
    ['one number more', '100', '100 100'],
    ['nan and a number', '[nan]', '[1.0]'],
    ['two infinities', '[inf]', '[-inf]'],
    ['a word with digits', 'layer1000', 'layer1001'],
    ['an id', 'sk-1000', 'sk-1001'],
    ['a hexadecimal number', '0x1000', '0x1001'],
    ['a date', '2000-01-02', '2001-01-02'],
    ['a time', '12:30', '12:31'],
    ['a version', '1.100.1', '1.101.1'],
    ['a fraction', '1000/1001', '1001/1001'],
    ['a number with leading zeros', '0100', '0101'],
  ])('not with %s: %j and %j', (_, a, b) => {
    expect(withinTolerance(a, b, loose).ok).toBe(false);
  });

  it('adds the absolute bound', () => {
    expect(withinTolerance('0', '0.5', { rtol: 0, atol: 0.5 }).ok).toBe(true);
    expect(withinTolerance('100', '102', { rtol: 0.01, atol: 1 }).ok).toBe(true);
    expect(withinTolerance('100', '102.1', { rtol: 0.01, atol: 1 }).ok).toBe(false);
  });

  it('with bounds of zero only where the numbers are equal', () => {
    const exact = { rtol: 0, atol: 0 };
    expect(withinTolerance('1.0', '1.00', exact).ok).toBe(true);
    expect(withinTolerance('[1.5, inf]', '[1.50, inf]', exact).ok).toBe(true);
    expect(withinTolerance('9007199254740992', '9007199254740993', exact).ok).toBe(false);
  });

  it('and the pair that deviates most is named', () => {
    expect(withinTolerance('1 100 4', '1 101 4.02', loose)).toEqual({
      ok: true,
      worst: { before: '100', after: '101', relative: 0.01 },
    });
    expect(withinTolerance('0 2', '1 3', loose)).toEqual({
      ok: false,
      worst: { before: '0', after: '1', relative: Infinity },
    });
    expect(withinTolerance('same', 'same', loose)).toEqual({ ok: true });
  });
});
