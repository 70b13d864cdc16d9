/** Two trainings of one cell: the first batch and the first step that differ, and which of them came first. */
import type { BatchStream, Ledger, Place, Training, TrainingStep } from '../../lineage/record';

export type Trained = { training: Training; ledger?: Ledger };

/** `lastSame`: the last one before it that is known to be the same, 0 for none. `next`: no batch between was left out. */
export type BatchDifference = {
  source: string;
  at?: Place;
  n: number;
  lastSame: number;
  next: boolean;
  /** Steps that had been taken when it was drawn, where the whole ledger says. */
  step?: number;
  before?: string;
  after?: string;
  /** Both sides drew the same batches, in another sequence. */
  resequenced: boolean;
};

export type StepDifference = { n: number; lastSame?: number; before: TrainingStep; after: TrainingStep };

/**
 * `data`: what was drawn differed before what was made of it. `start`: the weights differed before the first step.
 * `arithmetic`: the same batches and weights gave something else. `proven`: nothing between was left unseen.
 */
export type TrainingDifference = {
  first?: 'data' | 'start' | 'arithmetic';
  proven: boolean;
  batch?: BatchDifference;
  step?: StepDifference;
};

/** @returns undefined where everything that both sides noted is the same */
export function compareTraining(before: Trained, after: Trained): TrainingDifference | undefined {
  const pairs = pairStreams(before, after);
  const batches = pairs.flatMap(([a, b]) => firstBatch(a, b) ?? []);
  const batch = batches.sort((a, b) => drawnAt(a) - drawnAt(b))[0];
  const step = firstStep(before.training, after.training);
  if (batch === undefined && step === undefined) return undefined;
  const both = { ...(batch === undefined ? {} : { batch }), ...(step === undefined ? {} : { step }) };
  return { ...decide(batch, step, before.training.taken > 0, pairs), ...both };
}

function decide(
  batch: BatchDifference | undefined,
  step: StepDifference | undefined,
  steps: boolean,
  pairs: [Stream, Stream][],
): Pick<TrainingDifference, 'first' | 'proven'> {
  if (step?.n === 0) return { first: 'start', proven: true };
  if (batch === undefined || (step !== undefined && drawnAt(batch) >= step.n)) {
    const seen = pairs.length > 0 && pairs.every(([a, b]) => isWhole(a) && isWhole(b));
    if (pairs.length === 0) return { proven: false };
    return { first: 'arithmetic', proven: seen && step?.lastSame !== undefined };
  }
  const known = batch.step !== undefined && (step?.lastSame ?? 0) >= batch.step;
  return { first: 'data', proven: batch.next && (!steps || step === undefined || known) };
}

/** A batch drawn after so many steps is what the next one goes by. */
function drawnAt({ step, n }: BatchDifference): number {
  return step ?? n - 1;
}

type Known = { digest: string; step?: number };
type Stream = { line: BatchStream; known: Map<number, Known> };

function pairStreams(before: Trained, after: Trained): [Stream, Stream][] {
  const others = new Map(streamsOf(after));
  return streamsOf(before).flatMap(([key, stream]): [Stream, Stream][] => {
    const other = others.get(key);
    return other === undefined ? [] : [[stream, other]];
  });
}

/** By source, line and, where a line has several, their sequence. */
function streamsOf({ training, ledger }: Trained): [string, Stream][] {
  const count = new Map<string, number>();
  return training.streams.map((line, position) => {
    const place = `${line.source} ${line.at?.cell} ${line.at?.line}`;
    count.set(place, (count.get(place) ?? 0) + 1);
    const known = new Map<number, Known>();
    for (const [n, digest] of Object.entries(line.digests)) known.set(Number(n), { digest });
    for (const { n, step, digest } of ledger?.streams[position]?.batches ?? []) {
      if (digest !== undefined)
        known.set(n, { digest: digest.slice(0, SHORT), ...(training.taken > 0 ? { step } : {}) });
    }
    return [`${place} ${count.get(place)}`, { line, known }];
  });
}

const SHORT = 16;

function firstBatch(a: Stream, b: Stream): BatchDifference | undefined {
  if (a.line.chain !== undefined && a.line.chain === b.line.chain) return undefined;
  const common = [...a.known.keys()].filter((n) => b.known.has(n)).sort((x, y) => x - y);
  const differing = common.find((n) => a.known.get(n)?.digest !== b.known.get(n)?.digest);
  const shorter = Math.min(a.line.batches, b.line.batches);
  const n = differing ?? (a.line.batches === b.line.batches ? undefined : shorter + 1);
  if (n === undefined) return undefined;
  const same = common.filter((each) => each < n);
  const [was, is] = [a.known.get(n), b.known.get(n)];
  const step = was?.step ?? is?.step;
  return {
    source: a.line.source,
    ...(a.line.at === undefined ? {} : { at: a.line.at }),
    n,
    lastSame: same.at(-1) ?? 0,
    next: same.length === n - 1,
    ...(step === undefined ? {} : { step }),
    ...(was === undefined ? {} : { before: was.digest }),
    ...(is === undefined ? {} : { after: is.digest }),
    resequenced: isResequenced(a, b),
  };
}

function isResequenced(a: Stream, b: Stream): boolean {
  const [was, is] = [a, b].map(({ line, known }) =>
    known.size === line.batches ? [...known.values()].map(({ digest }) => digest).sort().join() : undefined,
  ); // prettier-ignore
  return was !== undefined && was === is;
}

/** Every batch has a digest, and nothing in it was left out. */
function isWhole({ line }: Stream): boolean {
  return line.chain !== undefined && line.partial !== true;
}

function firstStep(before: Training, after: Training): StepDifference | undefined {
  const others = new Map(after.steps.map((step) => [step.n, step]));
  let lastSame: number | undefined;
  for (const was of [...before.steps].sort((a, b) => a.n - b.n)) {
    const is = others.get(was.n);
    if (is === undefined) continue;
    // A digest of all weights says nothing of one of a sample, and equal samples prove nothing of the rest.
    const comparable = was.sampled === is.sampled;
    if ((comparable && differs(was.weights, is.weights)) || differs(was.loss, is.loss)) {
      return { n: was.n, ...(lastSame === undefined ? {} : { lastSame }), before: was, after: is };
    }
    if (was.weights !== undefined && was.weights === is.weights && !was.sampled) lastSame = was.n;
  }
  return undefined;
}

function differs(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
