/** What a cause is looked for in: one cell of two runs, its surroundings, and what an experiment showed. */
import type { CellLine } from '../../lineage/record';
import type { Drift } from '../../environment/fingerprint';
import type { CauseKind, Evidence } from '../documents';
import type { Comparison } from '../compare/compare';
import type { Side } from '../compare/side';
import type { CellView } from '../compare/view';

/** Two replays of one record: in the order it was executed in, and in document order. */
export type Experiment = { executedRepeats: boolean; documentDoes: boolean };

export type Ran = CellView & { line: CellLine };

export type Context = {
  comparison: Comparison;
  cells: readonly Comparison[];
  original: Side;
  replay: Side;
  /** Differences of the environment that can change a result. */
  drift: readonly Drift[];
  experiment?: Experiment;
};

/**
 * A possible cause. `proven`: by construction or experiment, whatever else there is. `decisive`: enough by itself, and
 * certain where it is the only thing that differs. `plausible` and `faint` never become certain.
 */
export type Suspect = {
  kind: CauseKind;
  strength: 'proven' | 'decisive' | 'plausible' | 'faint';
  summary: string;
  evidence: Evidence[];
};

/** Both executions of the cell; undefined where one of the sides has no record of it. */
export function linesOf({ comparison }: Context): { before: Ran; after: Ran } | undefined {
  const { original, replay } = comparison;
  if (original?.line === undefined || replay?.line === undefined) return undefined;
  return { before: { ...original, line: original.line }, after: { ...replay, line: replay.line } };
}

export function indexOf({ original, replay }: Comparison): number {
  return original?.index ?? replay?.index ?? 0;
}

/** Unknown counts as the same: without records nothing says otherwise. */
export function sameEntropy({ original, replay }: Context): boolean {
  const [a, b] = [original.record?.header.seed.value, replay.record?.header.seed.value];
  return a === undefined || b === undefined || a === b;
}

export function sentenceList(items: readonly string[], shown = 3): string {
  const rest = items.length - shown;
  const named = rest > 0 ? [...items.slice(0, shown), `${rest} more`] : [...items];
  const last = named.pop() ?? '';
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`;
}
