/** Keys of JAX that are used twice: both calls draw the same numbers. */
import type { Judged } from '../judged';
import type { Seen, SeenCall, Value } from '../python/values';

const SAMPLES =
  /^jax\.random\.(?!PRNGKey$|key$|split$|fold_in$|key_data$|wrap_key_data$|clone$|key_impl$)\w+$/;

export function keys(seen: readonly Seen[]): Judged[] {
  const used = new Map<Value, SeenCall>();
  return seen.flatMap((each) => {
    if (each.seen !== 'call' || !SAMPLES.test(each.api)) return [];
    const key =
      each.args.find(({ name }) => name === 'key') ?? each.args.find(({ name }) => name === undefined);
    if (key?.value.kind !== 'instance' || key.value.path !== 'jax.Key') return [];
    const before = used.get(key.value);
    used.set(key.value, before ?? each);
    if (before === undefined || (before.cell === each.cell && before.call.from === each.call.from)) return [];
    const { cell, call, api } = each;
    const because = `(\`${before.api.replace('jax.random.', '')}\` in cell ${before.cell})`;
    return [
      { rule: 'jax-key-reuse', verdict: 'seed-reuse', api, cell, range: call.callee, call: each, because },
    ];
  });
}
