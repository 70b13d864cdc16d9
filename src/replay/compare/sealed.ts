/** A cell against what a seal holds of it: outputs by digest, then within a declared tolerance by the numbers sealed. */
import type { SealedCell } from '../../notebook/seal';
import { volatileReason } from '../../notebook/model';
import type { Output } from '../../notebook/output';
import { canonicalize, type CanonContext } from '../../notebook/canon';
import { withinTolerance, type Tolerance } from '../../notebook/tolerance';
import type { Difference } from '../documents';
import { sealOutputs } from '../seal/outputs';
import type { CellView } from './view';
import { different, identical, unverifiable, type Part } from './part';

export function compareSealedOutputs(
  sealed: SealedCell,
  outputs: readonly Output[],
  context: CanonContext,
  tolerance?: Tolerance,
): Part {
  if (sealed.volatile && volatileReason(context.source ?? '') !== undefined) return identical();
  const { numbers = [] } = sealed;
  const found = sealOutputs(outputs, context, numbers.length);
  const canonical = sealed.canonical ?? sealed.raw;
  const sameNumbers =
    numbers.length === found.numbers.length && numbers.every((n, i) => n === found.numbers[i]);
  const sameRest = sealed.rest === undefined || sealed.rest === found.rest;
  const samePlaces = (sealed.layout ?? canonical) === found.layout;
  if (sameNumbers && sameRest && samePlaces && canonical === found.canonical) {
    if (sealed.raw === found.raw) return identical();
    const { masks } = canonicalize(outputs, context);
    return { ...identical(), verdict: 'canonical', masks };
  }
  if (sealed.raw === found.raw || canonical === found.canonical)
    return different(edited(numbers, found.numbers));
  const differences = differencesOf(numbers, found.numbers, sameRest);
  const close =
    tolerance !== undefined &&
    sealed.rest === found.rest &&
    !sameNumbers &&
    numbers.length === found.numbers.length &&
    numbers.every((number, i) => withinTolerance(number, found.numbers[i] as string, tolerance).ok);
  return close ? { ...identical(), verdict: 'within-tolerance', differences } : different(...differences);
}

/** The digest of an output vouches for its numbers: where they disagree it is the seal that was changed. */
function edited(sealed: readonly string[], printed: readonly string[]): Difference {
  const at = sealed.findIndex((number, i) => number !== printed[i]);
  const what = at < 0 ? '' : `: it says ${sealed[at]} where this output says ${printed[at] ?? 'nothing'}`;
  const summary = `the seal was edited, as its digest is that of this output${what}. Seal the notebook again: reprise seal`;
  return { what: 'output', name: 'outputs', summary };
}

/** A cell that is no longer what was sealed cannot be what was sealed. */
export function compareSealedSource(sealed: SealedCell, { index, line }: CellView): Part {
  return line === undefined || line.source === sealed.source
    ? identical()
    : unverifiable(`Cell ${index} was changed since the notebook was sealed.`);
}

/** What was printed is not in a seal but for its numbers, so they tell what they can. */
function differencesOf(before: readonly string[], after: readonly string[], sameRest: boolean): Difference[] {
  const at = before.findIndex((number, i) => number !== after[i]);
  const summary =
    at < 0
      ? `not the text that was sealed${before.length > 0 ? ', though its first numbers are the same' : ''}`
      : `${numbersDiffer(before, after, at)}${sameRest ? '' : '; the text around differs too'}`;
  return [{ what: 'output', name: 'outputs', summary }];
}

function numbersDiffer(before: readonly string[], after: readonly string[], at: number): string {
  const count = before.filter((number, i) => number !== after[i]).length;
  const first = `${before[at]}, as sealed, became ${after[at] ?? 'nothing'}`;
  return count === 1 ? first : `${count} of ${before.length} sealed numbers differ; the first: ${first}`;
}
