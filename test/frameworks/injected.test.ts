/** One thing goes wrong between two runs of a notebook under `observe`: is its cause named, with its place? */
import { afterAll, describe, expect, it } from 'vitest';
import type { Cause, CauseKind, Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from '../cli/support';

const place = new Workplace();
place.store.ensure();
afterAll(() => place.remove());

type Fault = {
  name: string;
  cells: readonly string[];
  /** Files before the first and before the second run. */
  files?: readonly [Record<string, string | Uint8Array>, Record<string, string | Uint8Array>];
  kind: CauseKind;
  /** What the cause's evidence points at. */
  at: { cell: number; line?: number; file?: string } | string;
};

const NUMPY = 'import numpy as np\nnp.random.seed(1)';
const TRAIN = `weights = np.zeros(4)
for batch in batches:
    weights += 0.1 * np.sin(batch.mean(axis=0) - weights)
print(weights.tolist())`;
const BATCHES = 'batches = np.load("batches.npy")';
const WEIGHTS = 'weights = np.load("weights.npy")\nprint(float((weights ** 2).sum()))';

/** An `.npy` file of 64-bit floats. */
function npy(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const text = header.padEnd(117) + '\n';
  const start = Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([1, 0, 118, 0])]);
  return Buffer.concat([start, Buffer.from(text), Buffer.from(new Float64Array(values).buffer)]);
}

const values = Array.from({ length: 24 }, (_, i) => Math.sin(i));
const swapped = [...values.slice(8, 16), ...values.slice(0, 8), ...values.slice(16)];
const stored = npy([24], values);
const flipped = Uint8Array.from(stored, (byte, i) => (i === stored.length - 2 ? byte ^ 1 : byte));

const FAULTS: Fault[] = [
  {
    name: 'NumPy: a seed left out',
    cells: [NUMPY, 'batches = np.random.default_rng().normal(size=(3, 2, 4))', TRAIN],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    name: 'scikit-learn: a seed left out',
    cells: [
      'from sklearn.datasets import load_digits\nfrom sklearn.linear_model import SGDClassifier\nx, y = load_digits(return_X_y=True)',
      'model = SGDClassifier(max_iter=5, tol=None).fit(x, y)\nprint(float(abs(model.coef_).sum()))',
    ],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    name: 'joblib: a worker unseeded',
    cells: [
      `${NUMPY}\nfrom joblib import Parallel, delayed\ndef draw():\n    return np.random.rand()`,
      'found = Parallel(n_jobs=2)(delayed(draw)() for _ in range(2))\nprint(found)',
    ],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    name: 'NumPy: two batches swapped',
    cells: [NUMPY, BATCHES, TRAIN],
    files: [{ 'batches.npy': npy([3, 2, 4], values) }, { 'batches.npy': npy([3, 2, 4], swapped) }],
    kind: 'data-drift',
    at: { cell: 1, file: 'batches.npy' },
  },
  {
    name: 'NumPy: one bit of a weight flipped',
    cells: [NUMPY, WEIGHTS],
    files: [{ 'weights.npy': stored }, { 'weights.npy': flipped }],
    kind: 'data-drift',
    at: { cell: 1, file: 'weights.npy' },
  },
  {
    name: 'torch: a seed left out',
    cells: ['import torch', 'layer = torch.nn.Linear(8, 8)\nprint(float(layer.weight.sum()))'],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    name: 'XGBoost: an operation without a fixed order',
    cells: [
      'import numpy as np, xgboost as xgb\nrows = np.random.RandomState(0).normal(size=(4000, 64))',
      'model = xgb.train({"booster": "gblinear", "nthread": 2}, xgb.DMatrix(rows, rows.sum(1)), 10)\nprint(model.get_dump()[0])',
    ],
    kind: 'nondeterministic-operation',
    at: { cell: 1, line: 1 },
  },
];

describe('a fault between two runs', () => {
  it.each(FAULTS)('$name', async ({ name, cells, files, kind, at }) => {
    const notebook = `${FAULTS.findIndex((each) => each.name === name)}.ipynb`;
    place.notebook(notebook, cells);
    const runs: string[] = [];
    for (const turn of [0, 1] as const) {
      for (const [file, content] of Object.entries(files?.[turn] ?? {})) place.write(file, content);
      const args = ['run', notebook, '--policy', 'observe', '--python', PYTHON, '--format', 'json'];
      const { code, stdout, stderr } = await place.reprise(...args);
      expect(code, stderr).toBe(0);
      runs.push((JSON.parse(stdout) as { run: string }).run);
    }
    const { stdout } = await place.reprise('explain', ...runs, '--format', 'json');
    const { verdict, causes } = JSON.parse(stdout) as Judgement;
    expect(['different', 'unverifiable']).toContain(verdict);
    expect(causes[0], JSON.stringify(causes)).toMatchObject({ kind });
    expect(
      causes.filter((cause) => cause.confidence === 'certain' && ![kind, 'upstream'].includes(cause.kind)),
    ).toEqual([]);
    expect(places(causes)).toContainEqual(at);
  });
});

function places(causes: readonly Cause[]): unknown[] {
  return causes.flatMap(({ evidence }) => evidence.flatMap(({ what, where }) => [what, where]));
}
