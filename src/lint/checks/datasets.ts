/** A generator that a dataset keeps is copied to each worker of its loader, where it starts anew in each epoch. */
import { argumentOf } from '../arguments';
import type { Judged } from '../judged';
import type { Seen, SeenCall } from '../python/values';

const DATASET = /^torch\.utils\.data\.(\w*\.)?(Dataset|IterableDataset)\./;
const GENERATORS = new Set(['numpy.random.Generator', 'numpy.random.RandomState', 'random.Random']);

export function datasets(seen: readonly Seen[]): Judged[] {
  const isSplit = seen.some((each) => each.seen === 'call' && hasWorkers(each));
  if (!isSplit) return [];
  const judged = seen.flatMap((each): Judged[] => {
    if (each.seen !== 'setting' || !DATASET.test(each.api)) return [];
    const { value, cell, statement } = each;
    if (value.kind !== 'instance' || !GENERATORS.has(value.path)) return [];
    return [{ rule: 'pt-dataset-rng', verdict: 'seed-reuse', cell, range: statement }];
  });
  return [...new Map(judged.map((each) => [`${each.cell} ${each.range.from}`, each])).values()];
}

function hasWorkers(call: SeenCall): boolean {
  if (call.api !== 'torch.utils.data.DataLoader') return false;
  const workers = argumentOf(call, ['num_workers'], 5);
  const isNone = workers.is !== 'given' || (workers.value.kind === 'constant' && workers.value.value === 0);
  return !isNone && argumentOf(call, ['worker_init_fn'], 10).is === 'missing';
}
