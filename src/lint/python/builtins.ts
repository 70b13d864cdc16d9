/** Python's own functions, as far as what goes through them matters. */
import { type ArgumentValue, UNKNOWN, type Value } from './values';

export const BUILTINS = new Set(
  'abs all any bool bytes dict enumerate filter float frozenset getattr hash id int iter len list map max min next open ord print range repr reversed round set sorted str sum tuple type zip __import__'.split(
    ' ',
  ),
);

/** Takes a set and gives something in its order. */
export const KEEPS_ORDER = new Set('list tuple enumerate iter next map filter zip reversed'.split(' '));

/** What takes values in any order and gives the same. */
export const ORDER_FREE = new Set('sorted len set frozenset min max any all'.split(' '));

/** What a built-in function gives; undefined where the call's own name says enough. */
export function givenBy(name: string, args: readonly ArgumentValue[]): Value | undefined {
  const first = args[0]?.value;
  switch (name) {
    case 'set':
    case 'frozenset':
      return { kind: 'set', strings: first !== undefined && !isOfNumbers(first) };
    case 'sorted':
    case 'range':
      return { kind: 'instance', path: name };
    case 'hash':
    case 'id':
      return undefined;
    case 'int':
    case 'float':
    case 'str':
    case 'abs':
    case 'round':
      return first?.kind === 'varying' || first?.kind === 'constant'
        ? first
        : { kind: 'instance', path: name };
    case 'len':
    case 'ord':
      return { kind: 'instance', path: name };
    default:
      return first?.kind === 'varying' ? first : UNKNOWN;
  }
}

/** Whether what it holds are numbers, for all that is known. */
export function isOfNumbers(value: Value): boolean {
  if (value.kind === 'instance') return value.path === 'range';
  if (value.kind === 'set') return !value.strings;
  return value.kind === 'sequence' && value.items.every(isNumber);
}

const NUMBERS = new Set('int float len abs round sum ord'.split(' '));

export function isNumber(value: Value): boolean {
  if (value.kind === 'constant') return typeof value.value !== 'string' && value.value !== null;
  return value.kind === 'instance'
    ? NUMBERS.has(value.path)
    : value.kind === 'sequence' && isOfNumbers(value);
}
