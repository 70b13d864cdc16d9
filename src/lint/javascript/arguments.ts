/** What a call was given for a parameter: at its place, or among the properties of an object of options. */
import type { SyntaxNode } from '@lezer/common';
import { meets } from '../arguments';
import type { Api, Condition } from '../rules/rule';
import type { SeenCall, Value } from './values';

export type Given =
  /** `isZero`: what is given counts as none. */
  | { is: 'missing'; isZero?: true }
  /** `node`: what stands there; undefined where it came by a name or a spread. */
  | { is: 'given'; value: Value; node?: SyntaxNode }
  /** It may be among what a spread or a name stands for, or the call is being typed. */
  | { is: 'unknown' };

/** @param options place of the object that holds it */
export function argumentOf(seen: SeenCall, name: string, at?: number, options?: number): Given {
  if (at !== undefined) return placed(seen, at);
  const object = options === undefined ? undefined : placed(seen, options);
  if (object?.is !== 'given') return object ?? { is: 'missing' };
  const { value, node } = object;
  if (value.kind === 'constant' && value.value === null) return { is: 'missing' };
  if (value.kind !== 'object') return { is: 'unknown' };
  const entry = value.entries.get(name);
  if (entry === undefined) return value.open || !seen.whole ? { is: 'unknown' } : { is: 'missing' };
  const written = node && propertyValue(node, name, seen.text);
  return { is: 'given', value: entry, ...(written ? { node: written } : {}) };
}

function placed({ args, whole }: SeenCall, at: number): Given {
  const spread = args.findIndex((argument) => argument.spread);
  if (spread >= 0 && spread <= at) return { is: 'unknown' };
  const argument = args[at];
  if (argument) return { is: 'given', value: argument.value, node: argument.node };
  return whole ? { is: 'missing' } : { is: 'unknown' };
}

/** The seed that a row asks for; one that counts as none is missing. */
export function seedOf(seen: SeenCall, { seed, options }: Api): Given {
  if (!seed) return { is: 'missing' };
  const given = argumentOf(seen, seed.names[0]!, seed.at, options);
  if (given.is !== 'given' || given.value.kind !== 'constant') return given;
  const { value } = given.value;
  if (value === null) return { is: 'missing' };
  return seed.zeroIsNone && value === 0 ? { is: 'missing', isZero: true } : given;
}

/** @returns whether the call is random; false where that cannot be known */
export function isRandom(seen: SeenCall, row: Api): boolean {
  return (
    row.when === undefined ||
    row.when.some((group) => group.every((each) => meets(each, conditionGiven(seen, row, each))))
  );
}

function conditionGiven(seen: SeenCall, { options }: Api, { param, at }: Condition): Given {
  return argumentOf(seen, param, at, options);
}

/** The conditions that make the call random, each with what was given. */
export function conditionsMet(seen: SeenCall, row: Api): { condition: Condition; given: Given }[] {
  return (row.when ?? []).flat().flatMap((condition) => {
    const given = conditionGiven(seen, row, condition);
    return meets(condition, given) ? [{ condition, given }] : [];
  });
}

/** What stands behind the colon of a property of an object. */
export function propertyValue(object: SyntaxNode, name: string, text: string): SyntaxNode | undefined {
  for (const property of object.getChildren('Property')) {
    const key = property.firstChild;
    const written = key && text.slice(key.from, key.to).replace(/^["']|["']$/g, '');
    if (written === name && property.lastChild !== key) return property.lastChild ?? undefined;
  }
  return undefined;
}
