/** What operators make of values that are known. */
import { isNumber } from './builtins';
import { UNKNOWN, type Value } from './values';

export function combined(operator: string, left: Value, right: Value): Value {
  // The time that passed is the usual reason to read a clock.
  if (operator === '-' && left.kind === 'varying' && right.kind === 'varying') return UNKNOWN;
  if (left.kind === 'varying') return left;
  if (right.kind === 'varying') return right;
  if (/^[-|&^]$/.test(operator) && left.kind === 'set' && right.kind === 'set') {
    const strings = { '-': left.strings, '&': left.strings && right.strings }[operator];
    return { kind: 'set', strings: strings ?? (left.strings || right.strings) };
  }
  if (left.kind === 'constant' && right.kind === 'constant') return folded(operator, left.value, right.value);
  if (/^[-+*/%]|\/\/$/.test(operator) && isNumber(left) && isNumber(right))
    return { kind: 'instance', path: 'int' };
  return UNKNOWN;
}

function folded(operator: string, left: unknown, right: unknown): Value {
  if (typeof left === 'string' && typeof right === 'string' && operator === '+') {
    return { kind: 'constant', value: left + right };
  }
  if (typeof left !== 'number' || typeof right !== 'number') return UNKNOWN;
  const by: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '**': (a, b) => a ** b,
    '//': (a, b) => Math.floor(a / b),
    '%': (a, b) => ((a % b) + b) % b,
  };
  const work = by[operator];
  return work ? { kind: 'constant', value: work(left, right) } : UNKNOWN;
}
