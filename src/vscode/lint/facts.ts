/** What lint takes from a run of the notebook. */
import type { LintCell, LintOptions } from '../../lint/lint';
import { cellDigest } from '../../notebook/digest';
import { drawsOf, type RunState, sessionOrder } from '../follow/state';

/** What cells drew that have changed since says nothing of them as they are. */
export function factsOf(
  run: RunState,
  cells: readonly LintCell[],
): Pick<LintOptions, 'order' | 'seen' | 'versions'> {
  const now = new Map(cells.map((cell) => [cell.id, cell]));
  const unchanged = [...run.cells].filter(([id, { source }]) => {
    const cell = now.get(id);
    return cell !== undefined && cellDigest(cell.source) === source;
  });
  const draws = (['unreached', 'enforced'] as const)
    .flatMap((reach) => drawsOf({ ...run, cells: new Map(unchanged) }, reach))
    .flatMap(({ source, at: { id, line } }) => {
      const cell = id === undefined ? undefined : now.get(id)?.index;
      return cell === undefined || line === undefined ? [] : [{ source, cell, line }];
    });
  return {
    order: sessionOrder(run).flatMap((id) => now.get(id)?.index ?? []),
    seen: { run: run.run, draws },
    versions: run.header?.environment.packages ?? {},
  };
}
