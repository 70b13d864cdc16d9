/** Findings that come to nothing: an order that is made again, or that what takes it does not ask for. */
import type { Judged } from './judge';
import { ORDER_FREE } from './python/builtins';
import type { Seen, SeenCall } from './python/values';

const LISTED = new Set(['py-fs-order', 'pl-row-order']);
/** Methods and attributes that make an order, or give the same in each. */
const MAKES_ORDER =
  /^\.(sort|sort_values|sort_index|sorted|height|n_unique|len|shape|sum|is_empty|width|columns)$/;

/** @param seen all that the notebook does */
export function harmlessAmong(seen: readonly Seen[]): (judged: Judged) => boolean {
  const owners = seen.filter(seedsItsBase);
  return ({ rule, call, set }) => {
    if (set) return set.into !== undefined && isOrdered(set.into, seen, set.consumer === 'enumerate()');
    if (call && LISTED.has(rule)) return isOrdered(call, seen, false);
    return call !== undefined && owners.some((owner) => takes(owner, call));
  };
}

/** Whether whatever takes it makes an order of its own. @param isNumbered whether its places are numbers in it */
function isOrdered(call: SeenCall, seen: readonly Seen[], isNumbered: boolean): boolean {
  if (isNumbered) return false;
  if (call.uses.includes('.sort')) return true;
  const takers = call.consumer === 'assignment' ? call.uses : [call.consumer ?? ''];
  if (takers.length > 0 && takers.every(isFree)) return true;
  const next = seen.filter((each): each is SeenCall => {
    return each.seen === 'call' && each.receiver?.kind === 'instance' && each.receiver.made === call;
  });
  return (
    next.length > 0 && next.every((each) => isFree(`.${lastOf(each.api)}`) || isOrdered(each, seen, false))
  );
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
