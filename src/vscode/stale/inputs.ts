import type { RunPlan } from '../../lineage/stale/plan';

export const UPSTREAM_FIRST = 'Run Upstream First';
export const RUN_ANYWAY = 'Run Anyway';

export type StaleQuestion = { message: string; detail: string; buttons: string[] };

/**
 * What to ask before cells run on stale values.
 * @param plan of these cells
 * @param cells ids of those that are to run
 * @param order of all cells, by id
 * @returns undefined where they find what a run from the top would find
 */
export function staleInputs(
  plan: RunPlan,
  cells: readonly string[],
  order: readonly string[],
): StaleQuestion | undefined {
  const missing = plan.cells.filter((cell) => !cells.includes(cell));
  if (missing.length === 0 && plan.empty !== 'values') return undefined;
  const names = missing.map((cell) => `cell ${order.indexOf(cell)}`).join(', ');
  const what =
    missing.length === 0
      ? 'Only an empty kernel has what a run from the top would find there: restart it to be sure.'
      : `What it reads is not what a run from the top would find there. Not run, or stale, or overwritten since: ${names}.`;
  return {
    message: 'This would run on stale values.',
    detail: `${what} The policy is full, so you are asked, once for this kernel.`,
    buttons: missing.length === 0 ? [RUN_ANYWAY] : [UPSTREAM_FIRST, RUN_ANYWAY],
  };
}
