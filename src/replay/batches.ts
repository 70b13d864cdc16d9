/** The batches of a run's training, by cell and by step (`reprise/batch/0`). */
import { Failure } from '../notebook/failure';
import type {
  BatchStream,
  CellLine,
  Ledger,
  LedgerBatch,
  RunRecord,
  Training,
  TrainingStep,
} from '../lineage/record';
import { floatOf } from './causes/training';

type Trainer = { index: number; id: string; training: Training };

export type Batches = {
  schema: 'reprise/batch/0';
  run: string;
  cells: {
    index: number;
    id: string;
    /** Optimizer steps. */
    taken: number;
    steps: TrainingStep[];
    streams: Omit<BatchStream, 'digests'>[];
  }[];
};

export type StepBatches = {
  schema: 'reprise/batch/0';
  run: string;
  cell: { index: number; id: string };
  step: number;
  /** What the record says of the step, where it noted it. */
  noted?: TrainingStep;
  streams: { source: string; at?: BatchStream['at']; batches: Omit<LedgerBatch, 'step'>[] }[];
};

/** @throws Failure `no-training` */
export function listBatches(record: RunRecord, cell?: number): Batches {
  const cells = trainers(record, cell).map(({ index, id, training }) => ({
    index,
    id,
    taken: training.taken,
    steps: training.steps,
    streams: training.streams.map(({ digests: _, ...stream }) => stream),
  }));
  return { schema: 'reprise/batch/0', run: record.header.run, cells };
}

/**
 * The batches that a step went by: those drawn since the step before. In a cell that took no steps, the batch of that
 * number in each of its streams.
 * @param ledgerOf the whole ledger of a cell
 * @throws Failure `no-training`, `which-cell`, `no-step`, `not-kept`
 */
export function batchesOfStep(
  record: RunRecord,
  step: number,
  cell: number | undefined,
  ledgerOf: (line: Trainer) => Ledger | undefined,
): StepBatches {
  const found = trainers(record, cell);
  const trainer = found[0]!;
  if (found.length > 1) {
    const cells = found.map(({ index }) => index).join(', ');
    throw new Failure(
      'usage',
      'which-cell',
      `Several cells trained: ${cells}. Say which one: --cell ${trainer.index}`,
    );
  }
  const { index, id, training } = trainer;
  const last =
    training.taken > 0 ? training.taken : Math.max(...training.streams.map(({ batches }) => batches));
  if (step > last) {
    const steps = training.taken > 0 ? 'optimizer steps' : 'batches, without an optimizer';
    throw new Failure(
      'usage',
      'no-step',
      `Cell ${index} took ${last} ${steps}: --step is from 1 to ${last}.`,
    );
  }
  const ledger = ledgerOf(trainer);
  if (ledger === undefined) {
    throw new Failure(
      'unverifiable',
      'no-ledger',
      `The ledger of cell ${index} is no longer in .reprise/objects; its line in the record is kept.`,
    );
  }
  const isOf = (batch: LedgerBatch): boolean =>
    training.taken > 0 ? batch.step === step - 1 : batch.n === step;
  const streams = ledger.streams.flatMap(({ source, at, batches }) => {
    const drawn = batches.filter(isOf).map(({ step: _, ...batch }) => batch);
    return drawn.length === 0 ? [] : [{ source, ...(at === undefined ? {} : { at }), batches: drawn }];
  });
  if (streams.length === 0) throw notKept(trainer, ledger, step);
  const noted = training.steps.find(({ n }) => n === step);
  const head = { schema: 'reprise/batch/0' as const, run: record.header.run, cell: { index, id }, step };
  return { ...head, ...(noted === undefined ? {} : { noted }), streams };
}

function notKept({ index, training }: Trainer, ledger: Ledger, step: number): Failure {
  const kept = ledger.streams.flatMap(({ batches }) =>
    batches.map((batch) => (training.taken > 0 ? batch.step + 1 : batch.n)),
  );
  if (kept.length === 0) {
    return new Failure(
      'usage',
      'not-kept',
      `No batch of cell ${index} was seen: it draws them in a way that is not recorded.`,
    );
  }
  const near = [...new Set(kept)].sort((a, b) => Math.abs(a - step) - Math.abs(b - step)).slice(0, 4);
  const why = training.streams.some(({ sampledFrom }) => sampledFrom !== undefined)
    ? 'digests of all batches would have slowed the training, so only some are kept'
    : 'it drew none';
  const nearest = near.sort((a, b) => a - b).join(', ');
  return new Failure(
    'usage',
    'not-kept',
    `No batch of step ${step} is kept: ${why}. The nearest steps that have one: ${nearest}.`,
  );
}

/** The last execution of each cell that trained something, in document order. */
function trainers(record: RunRecord, cell: number | undefined): Trainer[] {
  const last = new Map<string, CellLine>(record.cells.map((line) => [line.id, line]));
  const all = [...last.values()].flatMap(({ index, id, training }) =>
    training === undefined ? [] : [{ index, id, training }],
  );
  const found = all
    .filter(({ index }) => cell === undefined || index === cell)
    .sort((a, b) => a.index - b.index);
  if (found.length > 0) return found;
  const { run } = record.header;
  const others = all.map(({ index }) => index).join(', ');
  if (all.length > 0)
    throw new Failure(
      'usage',
      'no-training',
      `Cell ${cell} of run ${run} trained nothing. Cells that did: ${others}.`,
    );
  throw new Failure(
    'usage',
    'no-training',
    `Run ${run} recorded no training: no cell drew batches or took steps in a way that is seen, or it ran with --no-ledger.`,
  );
}

/** What is known of a step, on one line. */
export function stepWords({ n, loss, weights, sampled }: TrainingStep): string {
  const parts = [
    ...(loss === undefined ? [] : [`loss ${floatOf(loss)}`]),
    ...(weights === undefined ? [] : [`weights ${weights}${sampled ? ' (sampled)' : ''}`]),
  ];
  return `${n === 0 ? 'before the first step' : `after step ${n}`}: ${parts.join(', ') || 'nothing could be read'}`;
}
