/** Causes of what two sides do not have in common, with the evidence for each. */
import type { CellLine } from '../lineage/record';
import { isUnderRoot } from './compare/files';
import type { Cause } from './documents';
import { differingOperation } from './causes/audited';
import { changedSource, nothingFound, obstacles } from './causes/unknown';
import { linesOf, type Context, type Suspect } from './causes/context';
import { dataDrift } from './causes/data-drift';
import { environmentDrift, hardware } from './causes/environment';
import { executionOrder } from './causes/order';
import { hashSeed } from './causes/hash-seed';
import { nondeterministicOperation } from './causes/operations';
import { originOf, upstream } from './causes/upstream';
import { entropyFirst, otherEntropy } from './causes/other-entropy';
import { outside } from './causes/outside';
import { shownOnly } from './causes/shown';
import { time } from './causes/time';
import { timedFiles } from './causes/timed-files';
import { withTraining } from './causes/training';
import { writtenOn } from './causes/written-on';
import { unseededEntropy } from './causes/entropy';
import { declaredVolatile, masked } from './causes/volatile';

const FINDERS: readonly ((context: Context) => Suspect[])[] = [
  otherEntropy,
  executionOrder,
  unseededEntropy,
  dataDrift,
  writtenOn,
  upstream,
  changedSource,
  time,
  timedFiles,
  outside,
  shownOnly,
  differingOperation,
  nondeterministicOperation,
  hashSeed,
  environmentDrift,
  hardware,
];

/** Said of the whole run: once is enough. */
const OF_THE_RUN: ReadonlySet<Cause['kind']> = new Set([
  'order',
  'hidden-state',
  'environment-drift',
  'hardware',
]);

const RANK: Record<Cause['confidence'], number> = { certain: 0, likely: 1, possible: 2 };

/** Why this cell is not `identical`; strongest first. Empty for a cell that is. */
export function explainCell(context: Context): Cause[] {
  const { verdict } = context.comparison;
  if (verdict === 'identical') return [];
  if (verdict === 'canonical') {
    // Equality apart from these is proven: there is nothing else to look for.
    const capped = context.comparison.capped ? nondeterministicOperation(context) : [];
    return [...masked(context), ...capped].map((suspect) => asCause(suspect, 'certain'));
  }
  if (isOneSided(context)) return obstacles(context).map((suspect) => asCause(suspect, 'certain'));
  return findCauses(context);
}

/** Why this cell's inputs or results differ, also where its own verdict is good: variables are not always judged. */
export function findCauses(context: Context): Cause[] {
  const known = [...declaredVolatile(context)];
  const suspects = withTraining(
    context,
    FINDERS.flatMap((find) => find(context)),
  );
  const unexplained = known.length + suspects.length === 0 && context.comparison.obstacles.length === 0;
  const causes = [...known, ...(unexplained ? [nothingFound(context)] : suspects)].map((suspect) =>
    asCause(suspect, confidenceOf(suspect, suspects, context)),
  );
  causes.sort((a, b) => RANK[a.confidence] - RANK[b.confidence]);
  // What could not be compared is no explanation: it comes after those that are.
  return [...causes, ...obstacles(context).map((suspect) => asCause(suspect, 'certain'))];
}

/** Causes of the first divergence, followed by those of the cell that differed first; another entropy before all. */
export function leadingCauses(context: Context): Cause[] {
  const own = explainCell(context);
  const origin = originOf(context);
  const further = origin === context.comparison ? [] : findCauses({ ...context, comparison: origin });
  const isSaid = ({ kind, summary }: Cause): boolean =>
    own.some((cause) => cause.summary === summary || (cause.kind === kind && OF_THE_RUN.has(kind)));
  return entropyFirst(context, [...own, ...further.filter((cause) => !isSaid(cause))]);
}

function confidenceOf(suspect: Suspect, all: readonly Suspect[], context: Context): Cause['confidence'] {
  const isOnly = all.length === 1;
  switch (suspect.strength) {
    case 'proven':
      return 'certain';
    case 'decisive':
      return isOnly && (isFullyObserved(context) || isOfSealedData(suspect, context)) ? 'certain' : 'likely';
    case 'plausible':
      return all.every((other) => other === suspect || other.strength === 'faint') ? 'likely' : 'possible';
    case 'faint':
      return 'possible';
  }
}

/** Certainty by exclusion needs that nothing was left out of either record. */
function isFullyObserved(context: Context): boolean {
  const lines = linesOf(context);
  if (lines === undefined) return false;
  return [lines.before, lines.after].every(({ line }) => isObserved(line));
}

function isObserved({ notObserved, faults }: CellLine): boolean {
  return notObserved.length === 0 && faults.length === 0;
}

/**
 * Data of which the seal knows another version. A seal holds neither draws nor variables, but the same source ran with the
 * same entropy: what was seen of the replay stands for both, where every cell before gave what was sealed.
 */
function isOfSealedData({ kind }: Suspect, context: Context): boolean {
  const lines = linesOf(context);
  if (kind !== 'data-drift' || context.original.seal === undefined || lines === undefined) return false;
  const { line } = lines.after;
  const before = context.cells.slice(0, context.cells.indexOf(context.comparison));
  return (
    isObserved(line) &&
    // Files elsewhere are not sealed.
    line.files.every((file) => file.mode === 'write' || isUnderRoot(file)) &&
    before.every(({ verdict }) => verdict === 'identical')
  );
}

function isOneSided({ comparison: { original, replay } }: Context): boolean {
  return original?.ran !== true || replay?.ran !== true;
}

function asCause({ kind, summary, evidence }: Suspect, confidence: Cause['confidence']): Cause {
  return { kind, confidence, summary, evidence };
}
