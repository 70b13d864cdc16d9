/** What operators make of values. */
import { UNKNOWN, type Value } from './values';

export function combined(operator: string, left: Value, right: Value): Value {
  if (/^([<>]=?|[=!]==?|in|instanceof)$/.test(operator)) return UNKNOWN;
  if (/^(\|\||&&|\?\?)$/.test(operator)) {
    if (left.kind !== 'constant') return UNKNOWN;
    const isLeft = operator === '??' ? left.value !== null : Boolean(left.value) === (operator === '||');
    return isLeft ? left : right;
  }
  // The time that passed is the usual reason to read a clock.
  if (operator === '-' && left.kind === 'varying' && right.kind === 'varying') return UNKNOWN;
  for (const side of [left, right]) {
    if (side.kind !== 'varying') continue;
    const { api, cell, from, to } = side;
    return { kind: 'varying', api, cell, from, to };
  }
  if (left.kind !== 'constant' || right.kind !== 'constant') return UNKNOWN;
  return folded(operator, left.value, right.value);
}

function folded(operator: string, left: unknown, right: unknown): Value {
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) {
    return { kind: 'constant', value: String(left) + String(right) };
  }
  if (typeof left !== 'number' || typeof right !== 'number') return UNKNOWN;
  const by: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '**': (a, b) => a ** b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  };
  const work = by[operator];
  return work ? { kind: 'constant', value: work(left, right) } : UNKNOWN;
}
