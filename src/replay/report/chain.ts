/** How a difference went from cell to cell: each cell that differs, below the cell that it has the difference from. */
import type { Cause, CellVerdict, Judgement } from '../documents';
import type { ReportStep } from './report';

const SHOWN = 40;

/** Empty where no cell handed a difference on to another. */
export function reportChain({ cells }: Pick<Judgement, 'cells'>): ReportStep[] {
  const told = cells.filter(({ causes }) => causes.length > 0);
  const parents = new Map(told.map((cell) => [cell.index, parentOf(cell)]));
  const carriers = [...parents.values()].filter((index) => index !== undefined);
  if (carriers.length === 0) return [];
  const steps = told.flatMap((cell) => stepOf(cell, depthOf(cell.index, parents)));
  const silent = [...new Set(carriers)].filter((index) => !parents.has(index));
  const sources = silent.map((index): ReportStep => ({
    cell: index,
    depth: 0,
    text: 'What it left is not the same, though what it showed is.',
    where: { cell: index },
  }));
  return ordered([...steps, ...sources], parents).slice(0, SHOWN);
}

function stepOf({ index, causes }: CellVerdict, depth: number): ReportStep[] {
  const cause = upstreamOf(causes) ?? causes[0];
  if (cause === undefined) return [];
  const line = cause.evidence.find(({ where }) => where?.cell === index && where.line !== undefined)?.where
    ?.line;
  return [
    {
      cell: index,
      depth,
      text: cause.summary,
      confidence: cause.confidence,
      where: { cell: index, ...(line === undefined ? {} : { line }) },
    },
  ];
}

/** The cell from which this one has its difference. */
function parentOf({ index, causes }: CellVerdict): number | undefined {
  const at = upstreamOf(causes)?.evidence[0]?.where?.cell;
  return at === index ? undefined : at;
}

function upstreamOf(causes: readonly Cause[]): Cause | undefined {
  return causes.find(({ kind }) => kind === 'upstream');
}

function depthOf(index: number, parents: ReadonlyMap<number, number | undefined>): number {
  let depth = 0;
  const seen = new Set<number>();
  for (let at = parents.get(index); at !== undefined && !seen.has(at); at = parents.get(at)) {
    seen.add(at);
    depth += 1;
  }
  return depth;
}

/** Each step right below the one that it follows from, else in document order. */
function ordered(steps: ReportStep[], parents: ReadonlyMap<number, number | undefined>): ReportStep[] {
  const left = new Set([...steps].sort((a, b) => a.cell - b.cell));
  const result: ReportStep[] = [];
  const take = (step: ReportStep): void => {
    if (!left.delete(step)) return;
    result.push(step);
    for (const next of left) if (parents.get(next.cell) === step.cell) take(next);
  };
  for (const step of left) if (step.depth === 0) take(step);
  for (const step of left) take(step);
  return result;
}
