/** What the training ledgers of two runs say: which batch and which step differ, and which of them came first. */
import { describe, expect, it } from 'vitest';
import type { BatchStream, Ledger, Training, TrainingStep } from '../../../src/lineage/record';
import { batchesOfStep, listBatches, stepWords } from '../../../src/replay/batches';
import { floatOf } from '../../../src/replay/causes/training';
import { judge } from '../../../src/replay/compare/judge';
import type { Cause } from '../../../src/replay/documents';
import { draw, read, record, sha, side, stdout, type CellSpec } from './build';

const short = (text: string): string => sha(text).slice(0, 16);

/** Batches by their content, all of them with digests. */
function stream(batches: readonly string[], more: Partial<BatchStream> = {}): BatchStream {
  return {
    source: 'torch.DataLoader',
    at: { cell: 0, line: 3 },
    batches: batches.length,
    passes: 1,
    digests: Object.fromEntries(batches.map((batch, i) => [String(i + 1), short(batch)])),
    chain: sha(batches.join()),
    ...more,
  };
}

/** Weights after steps 0, 1, 2, 4 and 8, by their content. */
function steps(weights: readonly string[], losses: readonly string[] = []): TrainingStep[] {
  return weights.map((each, i) => ({
    n: [0, 1, 2, 4, 8][i]!,
    weights: short(each),
    ...(losses[i] === undefined ? {} : { loss: losses[i] }),
  }));
}

function training(
  batches: readonly string[],
  weights: readonly string[],
  more: Partial<Training> = {},
): Training {
  return { streams: [stream(batches)], steps: steps(weights), taken: 8, ledger: sha('ledger'), ...more };
}

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const SAME = ['w0', 'w1', 'w2', 'w4', 'w8'];
const changed = (from: number, list: readonly string[]): string[] =>
  list.map((each, i) => (i < from ? each : `other ${each}`));

/** Every batch of a run that took one step a batch. */
function ledger(batches: readonly string[]): Ledger {
  const all = batches.map((batch, i) => ({ n: i + 1, step: i, digest: sha(batch).slice(0, 32), size: 4 }));
  return {
    schema: 'reprise/ledger/1',
    streams: [{ source: 'torch.DataLoader', at: { cell: 0, line: 3 }, passes: [], batches: all }],
    steps: [],
  };
}

function causes(
  [was, is]: [Training, Training],
  cells: [CellSpec, CellSpec] = [{}, {}],
  ledgers?: [Ledger, Ledger],
): Cause[] {
  const [original, replay] = [was, is].map((each, i) => ({
    ...side(
      [{ outputs: [stdout(String(i))], training: each, ...cells[i] }],
      i === 0 ? {} : { run: 'replay' },
    ),
    ...(ledgers === undefined ? {} : { ledger: () => ledgers[i] }),
  }));
  return judge(original!, [replay!], {}).causes;
}

describe('the first difference of two trainings', () => {
  it('is a batch, where one differs before the weights do', () => {
    const after = [...ROWS.slice(0, 3), 'x', ...ROWS.slice(4)];
    const found = causes(
      [training(ROWS, SAME), training(after, changed(3, SAME))],
      [{ files: [read('a.csv', '1')] }, { files: [read('a.csv', '2')] }],
    );
    expect(found.map(({ kind, confidence }) => `${kind} ${confidence}`)).toEqual(['data-drift certain']);
    expect(found[0]!.evidence.slice(0, 3)).toEqual([
      {
        what: 'The first 3 batches of line 3 are the same, batch 4 differs: the data differed first, it seems.',
        where: { cell: 0, line: 3 },
      },
      {
        what: 'batch 4 of torch.DataLoader',
        where: { cell: 0, line: 3 },
        before: short('d'),
        after: short('x'),
      },
      { what: 'weights after step 4', before: short('w4'), after: short('other w4') },
    ]);
  });

  it('is proven where the weights are known to be the same right before that batch', () => {
    const after = [...ROWS.slice(0, 2), 'x', ...ROWS.slice(3)];
    const found = causes(
      [training(ROWS, SAME), training(after, changed(3, SAME))],
      [{ entropy: [draw('torch', 'unreached')] }, { entropy: [draw('torch', 'unreached')] }],
      [ledger(ROWS), ledger(after)],
    );
    expect(found[0]!.kind).toBe('unseeded-entropy');
    expect(found[0]!.evidence[0]!.what).toBe(
      'The first 2 batches of line 3 are the same, batch 3 (step 3) differs: the data differed first.',
    );
  });

  it('says that the batches are the same in another sequence', () => {
    const other = [...ROWS].reverse();
    const both: [Training, Training] = [training(ROWS, SAME), training(other, changed(1, SAME))];
    const found = causes(both, [{}, {}], [ledger(ROWS), ledger(other)]);
    expect(found.map(({ kind, confidence }) => `${kind} ${confidence}`)).toEqual(['unknown possible']);
    expect(found[0]!.summary).toBe(
      'Batch 1 of line 3 (step 1) differs, and all of them are the same in another sequence: the data differed first.',
    );
  });

  it('is the arithmetic, where the batches are the same and the weights are not', () => {
    const losses = ['', '0x1.0000000000000p-1', '0x1.8000000000000p-1'];
    const [a, b] = [training(ROWS, SAME), training(ROWS, changed(2, SAME))];
    a.steps = steps(SAME, losses);
    b.steps = steps(changed(2, SAME), [...losses.slice(0, 2), '0x1.8000000000001p-1']);
    const found = causes([a, b]);
    expect(found.map(({ kind, confidence }) => `${kind} ${confidence}`)).toEqual([
      'nondeterministic-operation possible',
    ]);
    expect(found[0]!.summary).toBe(
      'The batches are the same and the weights differ after step 2, not after step 1: the arithmetic differed first.',
    );
    expect(found[0]!.evidence).toEqual([
      { what: 'loss at step 2', before: '0.75', after: '0.7500000000000001' },
      { what: 'weights after step 2', before: short('w2'), after: short('other w2') },
    ]);
  });

  it('supports the operation that the record names, and takes nothing from a draw that no seed reached', () => {
    const operation = { operations: [{ op: 'put_', at: { cell: 0, line: 5 } }] };
    const both: [Training, Training] = [training(ROWS, SAME), training(ROWS, changed(1, SAME))];
    const [cause] = causes(both, [operation, operation]);
    expect(cause).toMatchObject({ kind: 'nondeterministic-operation', confidence: 'likely' });
    expect(cause!.evidence[0]!.what).toContain(
      'the weights differ after step 1, not before it: the arithmetic',
    );
    const dropout = { entropy: [draw('torch', 'unreached', 6)] };
    expect(causes(both, [dropout, dropout])[0]!.evidence[0]!.what).toContain('the arithmetic differed first');
  });

  it('speaks against an operation where the data differed first', () => {
    const operation = { operations: [{ op: 'put_', at: { cell: 0, line: 5 } }] };
    const other = ['x', ...ROWS.slice(1)];
    const found = causes(
      [training(ROWS, SAME), training(other, changed(1, SAME))],
      [operation, operation],
      [ledger(ROWS), ledger(other)],
    );
    expect(found.map(({ kind, confidence }) => `${kind} ${confidence}`)).toEqual([
      'nondeterministic-operation possible',
      'unknown possible',
    ]);
  });

  it('is what the training starts from, where the weights differ before the first step', () => {
    const dropout = { entropy: [draw('torch', 'unreached', 6)] };
    const both: [Training, Training] = [training(ROWS, SAME), training(changed(0, ROWS), changed(0, SAME))];
    expect(causes(both, [dropout, dropout])[0]!.evidence[0]!.what).toBe(
      'The weights differ before the first step of the training.',
    );
  });

  it('goes by digests of a sample of the weights where both are of one, and takes equal ones for no proof', () => {
    const sampled = (list: readonly string[], from = 0): Training =>
      training(ROWS, list, {
        steps: steps(list).map((step, i): TrainingStep => (i < from ? step : { ...step, sampled: true })),
      });
    const sentence = (was: Training, is: Training): string => causes([was, is])[0]!.summary;
    expect(sentence(sampled(SAME), sampled(changed(2, SAME)))).toBe(
      'The batches are the same and the weights differ after step 2: the arithmetic differed first, it seems.',
    );
    expect(causes([training(ROWS, SAME), sampled(changed(0, SAME))])[0]!.summary).toContain(
      'Nothing in the two records says why',
    );
    expect(sentence(sampled(SAME, 3), sampled(changed(3, SAME), 3))).toContain('not after step 2');
  });

  it('goes by the batches that both sides have digests of, and claims no more', () => {
    const some = (batches: readonly string[], kept: number[]): BatchStream => {
      const { chain: _, digests, ...rest } = stream(batches);
      return { ...rest, sampledFrom: 2, digests: Object.fromEntries(kept.map((n) => [n, digests[n]!])) };
    };
    const a = training(ROWS, SAME, { streams: [some(ROWS, [1, 2, 4, 8])] });
    const b = training(ROWS, changed(3, SAME), { streams: [some(changed(5, ROWS), [1, 4, 8])] });
    expect(causes([a, b])[0]!.summary).toBe(
      'The batches are the same and the weights differ after step 4, not after step 2: the arithmetic differed first, it seems.',
    );
    const c = training(ROWS, SAME, { streams: [some(changed(5, ROWS), [1, 4, 8])] });
    expect(causes([a, c])[0]!.summary).toBe(
      'Up to batch 4 of line 3 those that were looked at are the same, batch 8 differs: the data differed first, it seems.',
    );
  });

  it('is a batch that only one side drew', () => {
    const shorter = training(ROWS.slice(0, 7), SAME);
    expect(causes([training(ROWS, SAME), shorter])[0]!.summary).toBe(
      'The first 7 batches of line 3 are the same, batch 8 was drawn on one side only: the data differed first.',
    );
  });

  it('is nothing where all that both sides noted is the same', () => {
    const found = causes([training(ROWS, SAME), training(ROWS, SAME)]);
    expect(found.map(({ kind }) => kind)).toEqual(['unknown']);
    expect(found[0]!.summary).toContain('Nothing in the two records says why');
  });
});

it.each([
  ['0x1.0000000000000p+0', 1],
  ['-0x1.999999999999ap-4', -0.1],
  ['0x0.0p+0', 0],
  ['0x0.0000000000001p-1022', 5e-324],
  ['0x1.fffffffffffffp+1023', Number.MAX_VALUE],
  ['nan', NaN],
  ['-inf', -Infinity],
])('reads a loss as it was written: %s', (text, value) => expect(floatOf(text)).toBe(value));

describe('the batches of a step', () => {
  const trained = record([
    { training: training(ROWS, SAME) },
    {},
    { training: training(ROWS, SAME, { taken: 0 }) },
  ]);
  const whole = (): Ledger => ledger(ROWS);

  it('are those drawn since the step before; without an optimizer, those of that number', () => {
    const found = batchesOfStep(trained, 4, 0, whole);
    expect(found.streams[0]!.batches).toEqual([{ n: 4, digest: sha('d').slice(0, 32), size: 4 }]);
    expect(found.noted).toEqual({ n: 4, weights: short('w4') });
    expect(batchesOfStep(trained, 8, 2, whole).streams[0]!.batches[0]!.n).toBe(8);
  });

  it.each([
    [9, 0, 'no-step', 'from 1 to 8'],
    [1, undefined, 'which-cell', '--cell 0'],
    [1, 1, 'no-training', 'Cells that did: 0, 2'],
  ])('of step %s of cell %s are refused as %s', (step, cell, reason, words) => {
    const asking = (): unknown => batchesOfStep(trained, step, cell, whole);
    expect(asking).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(words) as string }),
    );
  });

  it('name the nearest that are kept where theirs are not', () => {
    const sampled = stream(ROWS, { sampledFrom: 3 });
    const some = record([{ training: training(ROWS, SAME, { streams: [sampled] }) }]);
    const kept = ledger(ROWS);
    kept.streams[0]!.batches = kept.streams[0]!.batches.filter(({ n }) => [1, 2, 4, 8].includes(n));
    expect(() => batchesOfStep(some, 6, undefined, () => kept)).toThrow(
      expect.objectContaining({
        reason: 'not-kept',
        message: expect.stringContaining('have one: 1, 2, 4, 8') as string,
      }),
    );
  });

  it('are listed by cell without their digests', () => {
    const { cells } = listBatches(trained);
    expect(cells.map(({ index, taken }) => [index, taken])).toEqual([[0, 8], [2, 0]]); // prettier-ignore
    expect(cells[0]!.streams[0]).not.toHaveProperty('digests');
  });
});

it('says of a step what was digested of its weights', () => {
  expect(stepWords({ n: 0, weights: 'ab' })).toBe('before the first step: weights ab');
  expect(stepWords({ n: 4, loss: '0x1.8p-1', weights: 'ab', sampled: true })).toBe(
    'after step 4: loss 0.75, weights ab (sampled)',
  );
  expect(stepWords({ n: 2 })).toBe('after step 2: nothing could be read');
});
