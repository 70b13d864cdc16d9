/** `shuffle(…)` and then `take` and `skip`: each pass over the data shuffles again, and the parts exchange rows. */
import { argumentOf } from '../arguments';
import type { Judged } from '../judged';
import type { Seen, SeenCall, Value } from '../python/values';

const PARTS = /^tensorflow\.data\.Dataset\.(take|skip)$/;

export function splits(seen: readonly Seen[]): Judged[] {
  const parts = new Map<SeenCall, Set<string>>();
  return seen.flatMap((each) => {
    if (each.seen !== 'call' || !PARTS.test(each.api)) return [];
    const shuffle = shuffledBy(each.receiver);
    if (shuffle === undefined) return [];
    const names = parts.get(shuffle) ?? new Set();
    parts.set(shuffle, names.add(each.api));
    if (names.size < 2) return [];
    const { cell, call, api } = shuffle;
    const because = 'so that `take` and `skip` give rows of each other’s in the next round';
    return [
      {
        rule: 'tf-shuffle-split-leak',
        verdict: 'order-dependent',
        api,
        cell,
        range: call.callee,
        call: shuffle,
        because,
      },
    ];
  });
}

function shuffledBy(value: Value | undefined): SeenCall | undefined {
  if (value?.kind !== 'instance' || value.made === undefined) return undefined;
  const { made } = value;
  if (!made.api.startsWith('tensorflow.data.Dataset.')) return undefined;
  if (made.api !== 'tensorflow.data.Dataset.shuffle') return shuffledBy(made.receiver);
  const again = argumentOf(made, ['reshuffle_each_iteration'], 2);
  if (again.is === 'given' && again.value.kind === 'constant' && again.value.value === false)
    return undefined;
  return again.is === 'unknown' ? undefined : made;
}
