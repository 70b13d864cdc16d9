/** What a call was given for a parameter, as far as it can be known without running it. */
import type { Constant } from './python/ast';
import { isNumber } from './python/builtins';
import type { ArgumentValue, SeenCall, Value } from './python/values';
import type { Condition } from './rules/rule';

export type Given =
  | { is: 'missing' }
  | { is: 'given'; value: Value; argument: ArgumentValue }
  /** It may be among what a `*` or `**` stands for, or the call is being typed. */
  | { is: 'unknown' };

export function argumentOf({ args, call }: SeenCall, names: readonly string[], at?: number): Given {
  const named = args.find(({ name }) => name !== undefined && names.includes(name));
  if (named) return { is: 'given', value: named.value, argument: named };
  const positional = args.filter(({ name, star }) => name === undefined && star !== '**');
  const spread = positional.findIndex(({ star }) => star === '*');
  if (at !== undefined && spread >= 0 && spread <= at) return { is: 'unknown' };
  const placed = at === undefined ? undefined : positional[at];
  if (placed) return { is: 'given', value: placed.value, argument: placed };
  for (const argument of args) {
    if (argument.star !== '**') continue;
    const { value } = argument;
    if (value.kind !== 'dict' || value.open) return { is: 'unknown' };
    const name = names.find((each) => value.entries.has(each));
    if (name !== undefined) return { is: 'given', value: value.entries.get(name)!, argument };
  }
  return call.whole ? { is: 'missing' } : { is: 'unknown' };
}

/** @returns whether the call is random; false where that cannot be known */
export function holds(seen: SeenCall, when: readonly Condition[][] | undefined): boolean {
  return when === undefined || when.some((group) => group.every((condition) => holdsOne(seen, condition)));
}

function holdsOne(seen: SeenCall, condition: Condition): boolean {
  const given = condition.inside
    ? entryOf(seen, condition.inside, condition.param)
    : argumentOf(seen, [condition.param], condition.at);
  if (given.is === 'unknown') return false;
  if ('words' in condition) return given.is === 'given' && condition.words.test(wordsOf(given.value));
  if ('textual' in condition) return given.is === 'given' && !isNumber(given.value);
  if ('single' in condition) return !(given.is === 'given' && isSeveral(given.value));
  return meets(condition, given);
}

/** @param given as much of it as is known in whichever language */
export function meets(
  condition: Condition,
  given: { is: 'missing' | 'unknown' } | { is: 'given'; value: { kind: string; value?: unknown } },
): boolean {
  if (given.is === 'unknown') return false;
  if (given.is === 'given' && given.value.kind !== 'constant') return 'given' in condition;
  const value = given.is === 'given' ? (given.value.value as Constant) : condition.fallback;
  if ('matches' in condition) return typeof value === 'string' && condition.matches.test(value);
  if ('given' in condition) return given.is === 'given' && Boolean(value);
  if (value === undefined || 'single' in condition || 'textual' in condition || 'words' in condition)
    return false;
  return 'is' in condition ? condition.is.includes(value) : !condition.not.includes(value);
}

function entryOf(seen: SeenCall, { param, at }: { param: string; at: number }, name: string): Given {
  const parameters = argumentOf(seen, [param], at);
  if (parameters.is !== 'given') return parameters;
  const { value, argument } = parameters;
  if (value.kind !== 'dict' || value.open) return { is: 'unknown' };
  const entry = value.entries.get(name);
  return entry ? { is: 'given', value: entry, argument } : { is: 'missing' };
}

function isSeveral(value: Value): boolean {
  return value.kind === 'sequence' ? value.items.length > 1 : value.kind !== 'constant';
}

/** A command as it would be typed. */
function wordsOf(value: Value): string {
  if (value.kind === 'constant') return String(value.value);
  return value.kind === 'sequence' ? value.items.map(wordsOf).join(' ') : '?';
}
