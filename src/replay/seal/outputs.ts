/** What a seal says of a cell's outputs. Making one and comparing with one take it from here, so that they agree. */
import { canonicalize, type CanonContext } from '../../notebook/canon';
import { rawDigest, type Output } from '../../notebook/output';
import { type Printed, takeOutNumbers } from '../../notebook/printed';

const MOST_NUMBERS = 64;

export type OutputDigests = Printed & { raw: string; canonical: string; layout: string };

/** @param count numbers to take out; as many as a seal may have where absent */
export function sealOutputs(
  outputs: readonly Output[],
  context: CanonContext,
  count = MOST_NUMBERS,
): OutputDigests {
  const canonical = canonicalize(outputs, context);
  const placed = canonicalize(outputs, { ...context, acrossDisplays: false });
  return {
    raw: rawDigest(outputs),
    canonical: canonical.digest,
    layout: placed.digest,
    ...takeOutNumbers(placed.outputs, count),
  };
}
