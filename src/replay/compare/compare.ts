/** Two sides, cell by cell: what is the same, what differs, what cannot be said. Causes are found afterwards. */
import { volatileReason } from '../../notebook/model';
import type { Tolerance } from '../../notebook/tolerance';
import type { CellLine } from '../../lineage/record';
import { compareFiles } from './files';
import { compareOutputs, outputCount } from './outputs';
import { identical, together, unverifiable, worst, type Part } from './part';
import { compareSealedSource } from './sealed';
import { compareVariables } from './variables';
import type { Verdict } from '../documents';
import type { Side } from './side';
import { pairsOf, type CellView, type Pair } from './view';

export type Comparison = Pair &
  Part & {
    /** The verdict that counts for the run: declared-volatile outputs left out. */
    judged: Verdict;
    /** The reason given in the cell for a volatile output. */
    volatile?: string;
    /** Operations without a deterministic form that kept an otherwise identical cell at `canonical`. */
    capped: boolean;
    covered: { outputs: number; files: number; compared: number; uncompared: number };
  };

export type Whole = {
  cells: Comparison[];
  /** What keeps the whole run from being verified, whatever its cells say. */
  obstacles: string[];
};

const NOTHING_COVERED = { outputs: 0, files: 0, compared: 0, uncompared: 0 };

export function compareSides(original: Side, replay: Side, tolerance?: Tolerance): Whole {
  const cells = pairsOf(original, replay).map((pair) => compareCell(pair, tolerance));
  return { cells, obstacles: [...recordObstacles(original), ...recordObstacles(replay)] };
}

function compareCell(pair: Pair, tolerance?: Tolerance): Comparison {
  const { original, replay } = pair;
  if (original?.ran !== true || replay?.ran !== true) return oneSided(pair);
  const volatile = volatileReason(original.source);
  const outputs = compareOutputs(original, replay, tolerance);
  const rest = compareEffects(original, replay);
  const edited = original.sealed === undefined ? identical() : compareSealedSource(original.sealed, replay);
  const faults = together([original, replay].flatMap(({ line, side }) => faultsOf(line, side)));
  const judged = [edited, rest, faults];
  const kept = volatile === undefined ? [outputs, ...judged] : judged;
  const operations = [...(original.line?.operations ?? []), ...(replay.line?.operations ?? [])].length > 0;
  const cap = (verdict: Verdict): Verdict => (operations && verdict === 'identical' ? 'canonical' : verdict);
  const all = together([outputs, ...judged]);
  return {
    ...pair,
    ...all,
    verdict: cap(all.verdict),
    judged: cap(worst(kept.map(({ verdict }) => verdict))),
    ...(volatile === undefined ? {} : { volatile }),
    capped: operations && all.verdict === 'identical',
    covered: { ...rest.covered, outputs: volatile === undefined ? outputCount(original) : 0 },
  };
}

/** Files and variables, which only a record knows. */
function compareEffects(original: CellView, replay: CellView): Part & { covered: Comparison['covered'] } {
  const [a, b] = [original.line, replay.line];
  if (a === undefined || b === undefined) return { ...identical(), covered: NOTHING_COVERED };
  const files = compareFiles(a, b);
  const variables = compareVariables({ ...original, line: a }, { ...replay, line: b });
  const { compared, uncompared } = variables;
  return {
    ...together([files, variables]),
    covered: { outputs: 0, files: files.count, compared, uncompared },
  };
}

function oneSided(pair: Pair): Comparison {
  const { original, replay } = pair;
  const ran = original?.ran === true ? 'original' : 'replay';
  const exists = original !== undefined && replay !== undefined;
  const where = ran === 'original' && original?.sealed !== undefined ? 'seal' : ran;
  const summary = exists ? `ran only in the ${where}` : `is only in the ${where}`;
  const view = (ran === 'original' ? original : replay) as CellView;
  const part = unverifiable(`Cell ${view.index} ${summary}.`, { what: 'output', name: 'outputs', summary });
  return { ...pair, ...part, judged: 'unverifiable', capped: false, covered: NOTHING_COVERED };
}

/** A fault of ours fails open for the cell and closed for the verdict. */
function faultsOf(line: CellLine | undefined, side: Side): Part[] {
  return (line?.faults ?? []).map((fault) =>
    unverifiable(`Recording cell ${line?.index} of ${side.run} was incomplete (${fault}).`),
  );
}

function recordObstacles({ record, run }: Side): string[] {
  if (record === null) return [];
  const { broken, summary, header } = record;
  const found: string[] = [];
  if (broken !== null) found.push(`${run}: ${brokenSentence(broken)}`);
  // A kernel that another front end started may end without anybody to write a summary.
  if (broken === null && summary === null && header.starter === 'runner') {
    found.push(`${run}: the record has no end; the run was cut off.`);
  }
  if (summary?.status === 'died' || summary?.status === 'cancelled') {
    found.push(`${run}: the run ${summary.status === 'died' ? 'died' : 'was cancelled'} before its end.`);
  }
  return [...found, ...(summary?.faults ?? []).map((fault) => `${run}: ${fault}.`)];
}

export function brokenSentence({ line, reason }: NonNullable<NonNullable<Side['record']>['broken']>): string {
  switch (reason) {
    case 'torn':
      return `the record breaks off in line ${line}; the lines before it are whole.`;
    case 'changed':
      return `line ${line} of the record was changed after it was written; only the lines before it count.`;
    case 'unreadable':
      return `line ${line} of the record cannot be read; only the lines before it count.`;
  }
}
