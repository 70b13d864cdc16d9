/** What lint takes from a run of the notebook. */
import type { LintCell, LintOptions } from '../../lint/lint';
import { type RunState, sessionOrder } from '../follow/state';

export function factsOf(run: RunState, cells: readonly LintCell[]): Pick<LintOptions, 'order'> {
  const indexes = new Map(cells.map(({ id, index }) => [id, index]));
  return { order: sessionOrder(run).flatMap((id) => indexes.get(id) ?? []) };
}
