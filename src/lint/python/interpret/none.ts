/** Whether a value is None. */
import { sameValue, UNKNOWN, type Value } from '../values';

/** Whether a value is None; undefined where that is not known. */
export function noneness(value: Value): boolean | undefined {
  if (value.kind === 'constant') return value.value === null;
  return ['instance', 'function', 'class', 'dict', 'sequence'].includes(value.kind) ? false : undefined;
}

/** What `a or b` gives. @param isNone of a */
export function alternative(one: Value, other: Value, isNone: boolean | undefined): Value {
  if (isNone === true) return other;
  return sameValue(one, other) ? one : UNKNOWN;
}
