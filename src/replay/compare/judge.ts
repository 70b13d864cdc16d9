/** The verdict over an original and its replays (`reprise/verdict/1`). */
import manifest from '../../../package.json';
import { CANON } from '../../notebook/canon';
import type { Tolerance } from '../../notebook/tolerance';
import { compareFingerprints, driftThatMatters } from '../../environment/drift';
import { compareLoaded, withoutMootThreads } from '../../environment/loadeddrift';
import type { Drift } from '../../environment/fingerprint';
import { explainCell, leadingCauses } from '../explain';
import { compareSides, type Comparison, type Whole } from './compare';
import { worst } from './part';
import type { Context, Experiment } from '../causes/context';
import type { Cause, CellVerdict, Judgement, Verdict } from '../documents';
import type { Side } from './side';

export type { Experiment };

export type JudgeOptions = {
  /** Name and version of what judges; this program where absent. */
  tool?: string;
  /** Path of the notebook relative to the root; the original's where absent. */
  notebook?: string;
  /** The notebook's own `settings.tolerance`; there is no default. */
  tolerance?: Tolerance;
  experiment?: Experiment;
};

type Trial = { replay: Side; whole: Whole; drift: Drift[] };
type Judged = { comparison: Comparison; context: Context; masks: string[] };

export function judge(original: Side, replays: readonly Side[], options: JudgeOptions = {}): Judgement {
  const trials = replays.map((replay) => ({
    replay,
    whole: compareSides(original, replay, options.tolerance),
    drift: driftBetween(original, replay),
  }));
  const cells = worstOfEach(original, trials, options.experiment);
  const covered = coverage(trials);
  const obstacles = [...new Set(trials.flatMap(({ whole }) => whole.obstacles)), ...uncovered(covered)];
  const first = cells.find(
    ({ comparison: { judged } }) => judged === 'different' || judged === 'unverifiable',
  );
  return {
    schema: 'reprise/verdict/1',
    notebook: options.notebook ?? original.notebook,
    original: original.run,
    replays: replays.map(({ run }) => run),
    verdict: runVerdict(cells, obstacles),
    cells: cells.map(cellVerdict),
    firstDivergence: first === undefined ? null : identityOf(first.comparison),
    causes: [...(first === undefined ? [] : leadingCauses(first.context)), ...obstacles.map(asCause)],
    environment: distinct(trials.flatMap(({ drift }) => drift)),
    masks: [...new Set(cells.flatMap(({ masks }) => masks))].sort(),
    covered,
    by: {
      tool: options.tool ?? `reprise ${manifest.version}`,
      canon: CANON,
      runs: [original, ...replays].map(({ run, record, ranBy }) => ({
        run,
        root: record?.root ?? '',
        ranBy,
      })),
    },
  };
}

/** Over all replays, the comparison that went worst for each cell, in document order. */
function worstOfEach(original: Side, trials: readonly Trial[], experiment?: Experiment): Judged[] {
  const found = new Map<string, Judged>();
  for (const { replay, whole, drift } of trials) {
    for (const comparison of whole.cells) {
      const key = keyOf(comparison);
      const known = found.get(key);
      const masks = [...new Set([...(known?.masks ?? []), ...comparison.masks])].sort();
      const surroundings = { cells: whole.cells, original, replay, drift: driftThatMatters(drift) };
      const context = { comparison, ...surroundings, ...(experiment === undefined ? {} : { experiment }) };
      const keep = known !== undefined && !isWorse(comparison, known.comparison);
      found.set(key, keep ? { ...known, masks } : { comparison, context, masks });
    }
  }
  return [...found.values()].sort((a, b) => a.comparison.place - b.comparison.place);
}

function isWorse(a: Comparison, b: Comparison): boolean {
  const worse = (x: Verdict, y: Verdict): boolean => x !== y && worst([x, y]) === x;
  return worse(a.judged, b.judged) || (a.judged === b.judged && worse(a.verdict, b.verdict));
}

function runVerdict(cells: readonly Judged[], obstacles: readonly string[]): Verdict {
  const limit: Verdict[] = obstacles.length > 0 ? ['unverifiable'] : [];
  return worst([...cells.map(({ comparison }) => comparison.judged), ...limit]);
}

function cellVerdict({ comparison, context, masks }: Judged): CellVerdict {
  return {
    ...identityOf(comparison),
    verdict: comparison.verdict,
    ...(comparison.volatile === undefined ? {} : { declared: 'volatile' as const }),
    masks,
    differences: comparison.differences,
    causes: explainCell(context),
  };
}

/** What every replay was compared in: a cell counts for the least that any of them allowed. */
function coverage(trials: readonly Trial[]): Judgement['covered'] {
  const byCell = new Map<string, Comparison['covered']>();
  for (const comparison of trials.flatMap(({ whole }) => whole.cells)) {
    const known = byCell.get(keyOf(comparison)) ?? comparison.covered;
    byCell.set(keyOf(comparison), {
      outputs: Math.min(known.outputs, comparison.covered.outputs),
      files: Math.min(known.files, comparison.covered.files),
      compared: Math.min(known.compared, comparison.covered.compared),
      uncompared: Math.max(known.uncompared, comparison.covered.uncompared),
    });
  }
  const sum = (pick: (covered: Comparison['covered']) => number): number =>
    [...byCell.values()].reduce((total, covered) => total + pick(covered), 0);
  return {
    outputs: sum(({ outputs }) => outputs),
    files: sum(({ files }) => files),
    variables: { compared: sum(({ compared }) => compared), uncompared: sum(({ uncompared }) => uncompared) },
    runs: trials.length,
  };
}

function uncovered({ outputs, files, variables, runs }: Judgement['covered']): string[] {
  if (runs === 0) return ['There is no replay to judge by.'];
  const any = outputs + files + variables.compared > 0;
  return any
    ? []
    : [
        'No cell has an output, a written file or a variable that could be compared: there is nothing to judge by.',
      ];
}

function driftBetween(original: Side, replay: Side): Drift[] {
  if (original.seal !== undefined) return replay.record === null ? [] : original.seal.drift(replay.record);
  const [before, after] = [original.record?.header.environment, replay.record?.header.environment];
  if (before === undefined || after === undefined) return [];
  const drift = compareFingerprints(before, after);
  const [had, has] = [original.record?.loaded, replay.record?.loaded];
  const edits = newEdits(original, replay);
  if (had === undefined || has === undefined) return [...drift, ...edits];
  return [...withoutMootThreads(drift, had, has), ...compareLoaded(had, has, drift), ...edits];
}

/** Files of the pin's environment that were edited between the two. */
function newEdits(original: Side, replay: Side): Drift[] {
  const editsOf = ({ record }: Side): Drift[] => record?.header.pin?.edits ?? [];
  const known = new Set(editsOf(original).map(({ what }) => what));
  return editsOf(replay).filter(({ what }) => !known.has(what));
}

function distinct(drift: readonly Drift[]): Drift[] {
  return [...new Map(drift.map((each) => [JSON.stringify(each), each])).values()];
}

function identityOf({ original, replay }: Comparison): { index: number; id: string } {
  const { index, id } = original ?? replay ?? { index: 0, id: '' };
  return { index, id };
}

function keyOf({ original, replay }: Comparison): string {
  return original === undefined ? `replay ${replay?.id}` : `original ${original.id}`;
}

function asCause(summary: string): Cause {
  return { kind: 'unknown', confidence: 'certain', summary, evidence: [{ what: summary }] };
}
