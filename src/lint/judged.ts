import type { FindingVerdict } from './finding';
import type { Range } from './python/ast';
import type { Context, Seen, SeenCall } from './python/values';
import type { Api, Generator } from './rules/rule';

/** A finding before it has words for people and a place in lines. */
export type Judged<Call = SeenCall> = {
  rule: string;
  api?: string;
  verdict: FindingVerdict;
  cell: number;
  range: Range;
  /** Behind the rule's title. */
  because?: string;
  severity?: 'info' | 'error';
  enforced?: false;
  /** Instead of the rule's title. */
  title?: string;
  call?: Call;
  row?: Api;
  /** Where it stands, where it is no call. */
  context?: Context;
  /** What can stand instead of a part of it; where the text is empty, a seed of its own. */
  replace?: { range: Range; text: string };
  /** A set that is taken in its order. */
  set?: Extract<Seen, { seen: 'set-order' }>;
  /** The notebook makes the generator random again, whatever seeds it before. */
  isUndone?: boolean;
  /** A statement that belongs before another one. */
  move?: Record<'from' | 'to', Context['statement']>;
  /** A run drew there. */
  isSeen?: true;
};

/** Where something draws. */
export type Place = { api: string; cell: number; range: Range; context: Context; call?: SeenCall; row?: Api };

/** What seeds each generator. */
export const SEEDED_BY: Record<Generator, string> = {
  python: 'random.seed',
  numpy: 'np.random.seed',
  torch: 'torch.manual_seed',
  tensorflow: 'tf.random.set_seed',
  keras: 'keras.utils.set_random_seed',
  polars: 'pl.set_random_seed',
  dask: 'da.random.seed',
  numba: 'np.random.seed in a compiled function',
  environment: 'env.reset(seed=…)',
  spaces: 'env.action_space.seed',
  javascript: "seedrandom('…', { global: true })",
};

export function notSeeded(reach: Generator): string {
  return `which nothing has seeded before (\`${SEEDED_BY[reach]}\`)`;
}

/** @param inOrder how the cells ran */
export function seededIn(
  cell: number,
  inOrder = 'in order',
): Pick<Judged, 'verdict' | 'severity' | 'because'> {
  const because = `seeded in cell ${cell}: it repeats only if the cells run once and ${inOrder}`;
  return { verdict: 'order-dependent', severity: 'info', because };
}
