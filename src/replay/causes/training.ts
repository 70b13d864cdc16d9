/** What the training ledgers of both sides say: whether the data or the arithmetic differed first, and where. */
import type { TrainingStep } from '../../lineage/record';
import {
  compareTraining,
  type BatchDifference,
  type StepDifference,
  type TrainingDifference,
} from '../compare/training';
import type { CauseKind, Evidence } from '../documents';
import { linesOf, type Context, type Ran, type Suspect } from './context';

type First = NonNullable<TrainingDifference['first']>;

/** What each finding speaks for. A draw within a model (dropout) shows as arithmetic: the batches are the same. */
const FITS: Record<First, ReadonlySet<CauseKind>> = {
  data: new Set(['data-drift', 'order', 'hidden-state', 'unseeded-entropy', 'environment-drift', 'upstream']),
  start: new Set(['order', 'hidden-state', 'unseeded-entropy', 'environment-drift', 'upstream']),
  arithmetic: new Set(['hardware', 'nondeterministic-operation', 'environment-drift', 'unseeded-entropy']),
};
const ALONE: Record<First, CauseKind> = {
  data: 'unknown',
  start: 'unknown',
  arithmetic: 'nondeterministic-operation',
};
/** Causes that change no batch. */
const COMPUTED: ReadonlySet<CauseKind> = new Set(['hardware', 'nondeterministic-operation']);

/** The suspects with what the ledgers say for them, and against them; where it fits none, with one of its own. */
export function withTraining(context: Context, suspects: Suspect[]): Suspect[] {
  const difference = differenceOf(context);
  const { first } = difference ?? {};
  if (difference === undefined || first === undefined) return suspects;
  const [summary, ...evidence] = evidenceOf(difference, first);
  if (summary === undefined) return suspects;
  const fitting = suspects.filter(({ kind }) => FITS[first].has(kind));
  if (fitting.length === 0) {
    const alone = { kind: ALONE[first], strength: 'faint' as const, summary: summary.what, evidence };
    return [...suspects.map((suspect) => against(suspect, difference)), alone];
  }
  return suspects.map((suspect) =>
    fitting.includes(suspect)
      ? { ...suspect, evidence: [summary, ...evidence, ...suspect.evidence] }
      : against(suspect, difference),
  );
}

/** Batches that differed before any weight did were not made different by the processor. */
function against(suspect: Suspect, { first, proven }: TrainingDifference): Suspect {
  const refuted =
    first === 'data' && proven && COMPUTED.has(suspect.kind) && suspect.strength === 'plausible';
  return refuted ? { ...suspect, strength: 'faint' } : suspect;
}

function differenceOf(context: Context): TrainingDifference | undefined {
  const lines = linesOf(context);
  const { before, after } = lines ?? {};
  if (before?.line.training === undefined || after?.line.training === undefined) return undefined;
  return compareTraining(trained(before), trained(after));
}

function trained({ line, side }: Ran): Parameters<typeof compareTraining>[0] {
  const ledger = side.ledger?.(line);
  return { training: line.training!, ...(ledger === undefined ? {} : { ledger }) };
}

/** The sentence first. */
function evidenceOf(difference: TrainingDifference, first: First): Evidence[] {
  const { batch, step } = difference;
  const where = batch?.at === undefined ? {} : { where: batch.at };
  const found: Evidence[] = [{ what: sentenceOf(difference, first), ...where }];
  if (batch !== undefined && first === 'data')
    found.push({
      what: `batch ${batch.n} of ${batch.source}`,
      ...where,
      ...(batch.before === undefined ? {} : { before: batch.before }),
      ...(batch.after === undefined ? {} : { after: batch.after }),
    });
  return step === undefined ? found : [...found, ...stepEvidence(step)];
}

function stepEvidence({ n, before, after }: StepDifference): Evidence[] {
  const changed = (what: string, was?: string, is?: string): Evidence[] =>
    was === undefined || is === undefined || was === is ? [] : [{ what, before: was, after: is }];
  return [
    ...changed(`loss at step ${n}`, shownLoss(before), shownLoss(after)),
    ...changed(
      n === 0 ? 'weights before the first step' : `weights after step ${n}`,
      weightsOf(before, after),
      weightsOf(after, before),
    ),
  ];
}

function sentenceOf({ batch, step, proven }: TrainingDifference, first: First): string {
  const seems = proven ? '' : ', it seems';
  switch (first) {
    case 'data':
      return `${batchWords(batch!)}: the data differed first${seems}.`;
    case 'start':
      return 'The weights differ before the first step of the training.';
    case 'arithmetic':
      return `${stepWords(step!)}: the arithmetic differed first${seems}.`;
  }
}

function batchWords({ n, lastSame, next, at, step, resequenced, before, after }: BatchDifference): string {
  const line = at === undefined ? '' : ` of line ${at.line}`;
  const atStep = step === undefined ? '' : ` (step ${step + 1})`;
  const which = `${sameWords(n, lastSame, next, line)}${atStep}`;
  if (before === undefined || after === undefined) return `${which} was drawn on one side only`;
  return `${which} differs${resequenced ? ', and all of them are the same in another sequence' : ''}`;
}

function sameWords(n: number, lastSame: number, next: boolean, line: string): string {
  if (lastSame === 0) return `Batch ${n}${line}`;
  if (!next) return `Up to batch ${lastSame}${line} those that were looked at are the same, batch ${n}`;
  const same = lastSame === 1 ? `The first batch${line} is` : `The first ${lastSame} batches${line} are`;
  return `${same} the same, batch ${n}`;
}

function stepWords({ n, lastSame, before, after }: StepDifference): string {
  const weights = before.weights !== undefined && weightsOf(before, after) !== weightsOf(after, before);
  const what = weights ? `the weights differ after step ${n}` : `the loss differs at step ${n}`;
  const until =
    lastSame === undefined ? '' : lastSame === 0 ? ', not before it' : `, not after step ${lastSame}`;
  return `The batches are the same and ${what}${until}`;
}

/** Undefined where the other side digested another part of them. */
function weightsOf(step: TrainingStep, other: TrainingStep): string | undefined {
  return step.sampled === other.sampled ? step.weights : undefined;
}

function shownLoss({ loss }: TrainingStep): string | undefined {
  return loss === undefined ? undefined : String(floatOf(loss));
}

/** The number whose bits C's `%a` wrote. */
export function floatOf(text: string): number {
  const found = /^(-?)0x([01])(?:\.([0-9a-f]*))?p([+-]\d+)$/.exec(text);
  if (found === null) return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : NaN;
  const [, sign, whole, fraction = '', exponent] = found;
  const digits = Number.parseInt(`${whole}${fraction}`, 16);
  return (sign === '-' ? -1 : 1) * digits * 2 ** (Number(exponent) - 4 * fraction.length);
}
