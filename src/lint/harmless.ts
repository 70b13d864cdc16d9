/** Findings that come to nothing: an order that is made again, or that what takes it does not ask for. */
import type { Judged } from './judged';
import { ORDER_FREE } from './python/builtins';
import type { Seen, SeenCall } from './python/values';

const LISTED = new Set(['py-fs-order', 'pl-row-order']);
/** Methods and attributes that make an order, or give the same in each. */
const MAKES_ORDER =
  /^\.(sort|sort_values|sort_index|sorted|height|n_unique|len|shape|sum|is_empty|width|columns)$/;

/** @param seen all that the notebook does */
export function harmlessAmong(seen: readonly Seen[]): (judged: Judged) => boolean {
  const owners = seen.filter(seedsItsBase);
  const next = callsByWhatTheyAreOn(seen);
  return ({ rule, call, set }) => {
    // Places in an order that is not kept are numbers: no sorting takes them back.
    if (set) return set.into !== undefined && set.consumer !== 'enumerate()' && isOrdered(set.into, next);
    if (call && LISTED.has(rule)) return isOrdered(call, next);
    return call !== undefined && owners.some((owner) => takes(owner, call));
  };
}

type Next = ReadonlyMap<SeenCall, readonly SeenCall[]>;

function callsByWhatTheyAreOn(seen: readonly Seen[]): Next {
  const next = new Map<SeenCall, SeenCall[]>();
  for (const each of seen) {
    if (each.seen !== 'call' || each.receiver?.kind !== 'instance' || !each.receiver.made) continue;
    const { made } = each.receiver;
    next.set(made, [...(next.get(made) ?? []), each]);
  }
  return next;
}

/** Whether whatever takes it makes an order of its own. */
function isOrdered(call: SeenCall, next: Next): boolean {
  if (call.uses.includes('.sort')) return true;
  const takers = call.consumer === 'assignment' ? call.uses : [call.consumer ?? ''];
  if (takers.length > 0 && takers.every(isFree)) return true;
  const calls = next.get(call) ?? [];
  return calls.length > 0 && calls.every((each) => isFree(`.${lastOf(each.api)}`) || isOrdered(each, next));
}

function isFree(taker: string): boolean {
  return ORDER_FREE.has(taker) || MAKES_ORDER.test(taker);
}

/** An ensemble with a seed seeds what it is made of. */
const SEEDS_ITS_BASE =
  /^sklearn\.(ensemble\.(Bagging|AdaBoost)\w+|multioutput\.\w+Chain|multiclass\.OutputCodeClassifier|model_selection\.SelfTraining\w*)$/;

function seedsItsBase(each: Seen): each is SeenCall {
  if (each.seen !== 'call' || !SEEDS_ITS_BASE.test(each.api)) return false;
  return each.args.some(({ name, value }) => {
    return name === 'random_state' && !(value.kind === 'constant' && value.value === null);
  });
}

function takes({ args }: SeenCall, call: SeenCall): boolean {
  return args.some(({ value }) => value.kind === 'instance' && value.made === call);
}

function lastOf(api: string): string {
  return api.slice(api.lastIndexOf('.') + 1);
}
