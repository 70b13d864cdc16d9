/** What is said of a stale cell. */
import type { StaleReason } from '../../lineage/graph';
import { reasonWords } from '../../lineage/reasons';
import type { CellState, State } from '../../lineage/stale/state';

/** Why which cells are stale is not known of a notebook in JavaScript. */
export const NOT_OBSERVED = 'JavaScript kernels let nobody look into their variables';

export type StaleItem = {
  text: string;
  /** All reasons. */
  tooltip: string;
  /** For a screen reader. */
  spoken: string;
};

/** Reasons with cells called by their position. */
export function reasonsOf({ reasons }: CellState, { order }: Pick<State, 'order'>): string[] {
  const named = (reason: StaleReason): StaleReason => {
    const index = reason.cell === undefined ? -1 : order.indexOf(reason.cell);
    if (index >= 0) return { ...reason, cell: `cell ${index}` };
    const { cell: _gone, ...rest } = reason;
    return rest;
  };
  return [...new Set(reasons.map((reason) => reasonWords(named(reason))))];
}

/**
 * @param hasOutput a cell that never ran says nothing that could be untrue unless outputs of an earlier session stand there
 * @returns undefined for a cell of which nothing need be said
 */
export function staleItem(state: State, id: string, hasOutput: boolean): StaleItem | undefined {
  const cell = state.cells[id];
  if (cell?.status !== 'stale') return undefined;
  if (!hasOutput && cell.reasons.every(({ type }) => type === 'never-executed')) return undefined;
  const reasons = reasonsOf(cell, state);
  const more = reasons.length > 1 ? ` (+${reasons.length - 1})` : '';
  const all = reasons.map((reason) => `• ${reason}`).join('\n');
  return {
    text: `$(warning) Stale: ${reasons[0]}${more}`,
    tooltip: `A run from the top might not give this output:\n${all}\nClick to see what it came from.`,
    spoken: `Stale: ${reasons.join('; ')}. Shows what it came from.`,
  };
}
