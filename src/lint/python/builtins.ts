/** Python's own functions, as far as what goes through them matters. */
import { type ArgumentValue, UNKNOWN, type Value } from './values';

export const BUILTINS = new Set(
  'abs all any callable hasattr isinstance issubclass super bool bytes dict enumerate filter float frozenset getattr hash id int iter len list map max min next open ord print range repr reversed round set sorted str sum tuple type zip __import__'.split(
    ' ',
  ),
);

/** Takes a set and gives something in its order. */
export const KEEPS_ORDER = new Set(
  'list tuple enumerate iter next map filter zip reversed dict.fromkeys'.split(' '),
);

/** What takes values in any order and gives the same. */
export const ORDER_FREE = new Set('sorted len set frozenset min max any all sum in not test'.split(' '));

/** What hands on what it is given, so that what takes it decides. */
export const HANDS_ON = new Set('list tuple iter map filter reversed'.split(' '));

/** Methods of libraries that take values in any order. */
const ANY_ORDER = new Set(
  'isin drop unique union intersection difference symmetric_difference issubset issuperset isdisjoint update difference_update intersection_update discard remove natsorted Counter'.split(
    ' ',
  ),
);
const ANY_ORDER_NAMES = new Set(['stop_words', 'columns_to_drop']);

/** @param callee full name of what is called, or the name of a method */
export function takesAnyOrder(callee: string | undefined, argument: string | undefined): boolean {
  if (argument !== undefined && ANY_ORDER_NAMES.has(argument)) return true;
  return callee !== undefined && ANY_ORDER.has(callee.slice(callee.lastIndexOf('.') + 1));
}

/** What a built-in function gives; undefined where the call's own name says enough. */
export function givenBy(name: string, args: readonly ArgumentValue[]): Value | undefined {
  const first = args[0]?.value;
  switch (name) {
    case 'set':
    case 'frozenset':
      return {
        kind: 'set',
        strings: first !== undefined && !isOfNumbers(first) && !isLabels(args[0]!),
        ...(first !== undefined && first.kind !== 'set' ? { inOrder: true as const } : {}),
      };
    case 'dict':
      return dictOf(args);
    case 'list':
    case 'tuple':
      return first?.kind === 'sequence' ? first : first && isOfNumbers(first) ? NUMBERS_IN_ORDER : undefined;
    case 'sorted':
    case 'range':
      return { kind: 'instance', path: name };
    case 'id':
      return undefined;
    case 'hash':
      return first && isNumber(first) ? { kind: 'instance', path: 'int' } : undefined;
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

/** A list or an array of numbers, of which no rule asks how many. */
export const NUMBERS_IN_ORDER: Value = { kind: 'instance', path: 'range' };

/** What clustering calls its groups. */
function isLabels({ expression }: ArgumentValue): boolean {
  return expression.type === 'attribute' && expression.name === 'labels_';
}

function dictOf(args: readonly ArgumentValue[]): Value {
  const named = args.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value] as const]));
  return { kind: 'dict', entries: new Map(named), open: named.length < args.length };
}

/** Whether what it holds are numbers, for all that is known. */
export function isOfNumbers(value: Value): boolean {
  if (value.kind === 'instance') return value.path === 'range' || ARRAYS.test(value.path);
  if (value.kind === 'api') return /\.(shape|indices|indptr|ngroups)$/.test(value.path);
  if (value.kind === 'set') return !value.strings;
  return value.kind === 'sequence' && value.items.every(isNumber);
}

const ARRAYS =
  /^numpy\.(arange|linspace|zeros|ones|where|nonzero|argsort|argwhere|bincount|diff|cumsum|random\.\S+)$/;
const NUMBERS = new Set('int float len abs round sum ord'.split(' '));

/** Added up in any order it gives the same. */
export function isWhole(value: Value): boolean {
  if (value.kind === 'constant') return Number.isInteger(value.value) || typeof value.value === 'boolean';
  return value.kind === 'instance' && /^(int|len|ord|round)$/.test(value.path);
}

export function isNumber(value: Value): boolean {
  if (value.kind === 'constant') return typeof value.value !== 'string' && value.value !== null;
  return value.kind === 'instance'
    ? NUMBERS.has(value.path)
    : value.kind === 'sequence' && isOfNumbers(value);
}
