/** Do two canonical lists of outputs differ in nothing but numbers, each by no more than the declared tolerance? */
import type { Canonical } from '../../notebook/canon';
import type { Json } from '../../notebook/digest';
import { isJsonMime } from '../../notebook/output';
import { withinTolerance, type Tolerance } from '../../notebook/tolerance';

type Masked = Canonical['outputs'][number];

export function outputsWithin(
  before: Canonical['outputs'],
  after: Canonical['outputs'],
  tolerance: Tolerance,
): boolean {
  return (
    before.length === after.length &&
    before.every((output, i) => outputWithin(output, after[i] as Masked, tolerance))
  );
}

function outputWithin(a: Masked, b: Masked, tolerance: Tolerance): boolean {
  if (a.output_type === 'stream' && b.output_type === 'stream') {
    return a.name === b.name && withinTolerance(a.text, b.text, tolerance).ok;
  }
  if (!('data' in a) || !('data' in b) || a.output_type !== b.output_type) return same(a, b);
  const mimes = Object.keys(a.data);
  return (
    mimes.length === Object.keys(b.data).length &&
    mimes.every((mime) => valueWithin(mime, a.data[mime], b.data[mime], tolerance))
  );
}

/** Pictures and what other types hold are compared as they are: digits in them are no printed numbers. */
function valueWithin(mime: string, a: Json | undefined, b: Json | undefined, tolerance: Tolerance): boolean {
  if (a === undefined || b === undefined) return false;
  if (isJsonMime(mime)) return jsonWithin(a, b, tolerance);
  if (mime.startsWith('text/') && typeof a === 'string' && typeof b === 'string') {
    return withinTolerance(a, b, tolerance).ok;
  }
  return same(a, b);
}

function jsonWithin(a: Json, b: Json, tolerance: Tolerance): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return a === b || Math.abs(b - a) <= tolerance.atol + tolerance.rtol * Math.abs(a);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [inA, inB] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    inA.length === inB.size &&
    inA.every(([key, value]) => {
      const other = inB.get(key);
      return other !== undefined && jsonWithin(value, other, tolerance);
    })
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
