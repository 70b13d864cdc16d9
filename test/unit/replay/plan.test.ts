import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseNotebook } from '../../../src/notebook/model';
import { injectParameters, parseParameter, planRun } from '../../../src/replay/execution/plan';
import { parseDuration } from '../../../src/replay/execution/stopping';

const document = (tags: string[]) =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      {
        cell_type: 'code',
        id: 'a',
        metadata: { tags },
        source: 'epochs = 1',
        outputs: [],
        execution_count: null,
      },
      {
        cell_type: 'code',
        id: 'b',
        metadata: {},
        source: 'print(epochs)',
        outputs: [],
        execution_count: null,
      },
    ],
  });

describe('parameters', () => {
  it.each([
    ['3', '3'],
    ['-2', '-2'],
    ['1e-3', '1e-3'],
    ['0.10', '0.10'],
    ['true', 'True'],
    ['none', '"none"'],
    ['null', 'None'],
    ['1_000', '"1_000"'],
    ['it\'s "so"', '"it\'s \\"so\\""'],
    ['é\u2028', '"\\u00e9\\u2028"'],
  ])('%s becomes %s', (text, literal) => {
    const injected = injectParameters(parseNotebook(document(['parameters'])), {
      epochs: parseParameter(text),
    });
    const { cells } = parseNotebook(JSON.stringify(injected));
    expect(cells.map(({ id }) => id)).toEqual(['a', 'injected-parameters', 'b']);
    expect(cells[1]?.source).toBe(`# Parameters\nepochs = ${literal}`);
  });

  it('need a cell that holds the defaults', () => {
    const model = parseNotebook(document([]));
    expect(() => injectParameters(model, { epochs: 3 })).toThrow(/tagged "parameters"/);
    expect(injectParameters(model, undefined)).toBe(model.document);
  });
});

describe('a plan', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'plan-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const notebook = () => join(folder, 'study.ipynb');
  const sidecar = (settings: object) =>
    writeFileSync(
      join(folder, 'study.repro.json'),
      JSON.stringify({ schema: 'reprise/notebook/1', settings }),
    );

  it('is fresh and close where nothing is said', () => {
    writeFileSync(notebook(), document([]));
    expect(planRun(notebook(), {})).toMatchObject({
      policy: 'close',
      seed: { from: 'fresh' },
      entropy: 'record',
    });
  });

  it('follows the sidecar, and the option before it', () => {
    writeFileSync(notebook(), document([]));
    sidecar({ seed: 42, policy: 'full', entropy: 'enforce' });
    expect(planRun(notebook(), {})).toMatchObject({
      policy: 'full',
      seed: { value: '2a', from: 'notebook' },
      entropy: 'enforce',
    });
    expect(planRun(notebook(), { policy: 'observe', seed: 7n })).toMatchObject({
      policy: 'observe',
      seed: { value: '7', from: 'option' },
    });
    expect(planRun(notebook(), { seed: 'fresh' }).seed.from).toBe('fresh');
  });

  it('has streams of the session, or of each cell where that is asked for', () => {
    writeFileSync(notebook(), document([]));
    expect(planRun(notebook(), {}).rng).toBe('per-session');
    expect(planRun(notebook(), { rng: 'per-cell' }).rng).toBe('per-cell');
    sidecar({ rng: 'per-cell' });
    expect(planRun(notebook(), {}).rng).toBe('per-cell');
    expect(planRun(notebook(), { rng: 'session' }).rng).toBe('per-session');
    sidecar({ rng: 'session' });
    expect(planRun(notebook(), {}).rng).toBe('per-session');
  });

  it('says what is not there', () => {
    expect(() => planRun(notebook(), {})).toThrow(/There is no notebook at/);
    expect(() => planRun(join(folder, 'study.py'), {})).toThrow(/only .ipynb notebooks are run/);
  });
});

describe('durations', () => {
  it.each([
    ['20m', 1_200_000],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['45', 45_000],
    ['soon', undefined],
    ['-3s', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
