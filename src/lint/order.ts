/** In which order cells are looked at: as a live session ran them, then those that have not run as they stand. */
import type { LintCell } from './lint';

export type Step = { cell: LintCell; /** A later step runs the cell again. */ isRepeated: boolean };

/** @param order indexes of cells as they ran; one that ran more than once may stand there more than once */
export function stepsOf(cells: readonly LintCell[], order: readonly number[] = []): Step[] {
  const byIndex = new Map(cells.map((cell) => [cell.index, cell]));
  const ran = order.flatMap((index) => byIndex.get(index) ?? []);
  const all = [...ran, ...cells.filter((cell) => !ran.includes(cell))];
  return all.map((cell, at) => ({ cell, isRepeated: all.includes(cell, at + 1) }));
}

/** As findings say it. */
export function orderWords(steps: readonly Step[]): string {
  const isDocument = steps.every(({ cell }, at) => at === 0 || steps[at - 1]!.cell.index < cell.index);
  return isDocument ? 'in order' : 'in the order in which they ran';
}
