/** Faults between two runs of one notebook, a class of fault in each of several frameworks, and whether explain names them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Cause, CauseKind, Judgement } from '../../src/replay/documents';
import { PYTHON, type Workplace } from '../cli/support';

export type Fault = {
  framework: string;
  what: string;
  cells: readonly string[];
  /** Files before the first and before the second run. */
  files?: readonly [Record<string, Uint8Array>, Record<string, Uint8Array>];
  /** Variables of the environment of the first and of the second run. */
  variables?: readonly [Record<string, string>, Record<string, string>];
  /** Versions of the library `augment` in the first and in the second run. */
  library?: readonly [string, string];
  kind: CauseKind;
  /** What the cause's evidence points at: a place in the notebook, or a thing by its name. */
  at: { cell: number; line?: number; file?: string } | string;
};

export type Found = {
  framework: string;
  what: string;
  kind: CauseKind;
  /** The first cause named is the one that was injected, and its evidence points at the place. */
  right: boolean;
  named?: CauseKind;
  confidence?: Cause['confidence'];
  /** Causes called certain that are not what was injected. */
  certainAndWrong: CauseKind[];
};

/** Runs the notebook before and after the fault, under `observe`, and asks why the results differ. */
export async function inject(place: Workplace, fault: Fault): Promise<Found & { judgement: Judgement }> {
  const { framework, what, kind } = fault;
  const notebook = `${framework}-${what}.ipynb`.replace(/[^\w.]+/g, '-').toLowerCase();
  place.notebook(notebook, fault.cells);
  const runs: string[] = [];
  for (const turn of [0, 1] as const) {
    for (const [file, content] of Object.entries(fault.files?.[turn] ?? {})) place.write(file, content);
    const version = fault.library?.[turn];
    const python = version === undefined ? PYTHON : withAugment(place, version);
    const args = ['run', notebook, '--policy', 'observe', '--python', python, '--format', 'json'];
    const env = fault.variables?.[turn] ?? {};
    const { code, stdout, stderr } = await place.start(args, { env }).ended;
    if (code !== 0) throw new Error(`${notebook} ended with ${code}:\n${stderr}`);
    runs.push((JSON.parse(stdout) as { run: string }).run);
  }
  const { stdout } = await place.reprise('compare', ...runs, '--format', 'json');
  const judgement = JSON.parse(stdout) as Judgement;
  // `upstream` leads from the first cell that shows a difference to the one that brought it.
  const first = judgement.causes.find((cause) => cause.kind !== 'upstream');
  const certainAndWrong = judgement.causes
    .filter((cause) => cause.confidence === 'certain' && ![kind, 'upstream'].includes(cause.kind))
    .map((cause) => cause.kind);
  const right = first?.kind === kind && pointsAt(first, fault.at);
  const named = first === undefined ? {} : { named: first.kind, confidence: first.confidence };
  return { framework, what, kind, right, ...named, certainAndWrong, judgement };
}

function pointsAt({ evidence }: Cause, at: Fault['at']): boolean {
  if (typeof at === 'string') return evidence.some(({ what }) => what === at);
  return evidence.some(({ where }) =>
    Object.entries(at).every(([name, value]) => where?.[name as keyof typeof where] === value),
  );
}

/** The Python of the tests with a small library beside everything else that is installed. */
function withAugment(place: Workplace, version: string): string {
  const folder = place.path(`python-${version}`);
  const made = path.join(folder, 'bin', 'python');
  if (existsSync(made)) return made;
  execFileSync(PYTHON, ['-m', 'venv', '--without-pip', folder]);
  const paths = 'import json, sysconfig; print(json.dumps(sysconfig.get_paths()["purelib"]))';
  const purelib = (python: string): string =>
    JSON.parse(execFileSync(python, ['-c', paths], { encoding: 'utf8' })) as string;
  const site = purelib(made);
  writeFileSync(path.join(site, 'base.pth'), `${purelib(PYTHON)}\n`);
  const metadata = path.join(site, `augment-${version}.dist-info`);
  mkdirSync(metadata);
  writeFileSync(
    path.join(metadata, 'METADATA'),
    `Metadata-Version: 2.1\nName: augment\nVersion: ${version}\n`,
  );
  writeFileSync(path.join(metadata, 'RECORD'), `augment.py,,\naugment-${version}.dist-info/METADATA,,\n`);
  writeFileSync(path.join(site, 'augment.py'), `def brighter(x):\n    return x * ${version}\n`);
  return made;
}

/** An `.npy` file of 64-bit floats. */
function npy(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const text = header.padEnd(117) + '\n';
  const start = Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([1, 0, 118, 0])]);
  return Buffer.concat([start, Buffer.from(text), Buffer.from(new Float64Array(values).buffer)]);
}

const values = Array.from({ length: 24 }, (_, i) => Math.sin(i));
const swapped = [...values.slice(8, 16), ...values.slice(0, 8), ...values.slice(16)];
const stored = npy([4, 6], values);
// High in the fraction of the last weight, so that it is seen in single precision too.
const flipped = Uint8Array.from(stored, (byte, i) => (i === stored.length - 2 ? byte ^ 1 : byte));
const SWAPPED = [
  { 'batches.npy': npy([3, 2, 4], values) },
  { 'batches.npy': npy([3, 2, 4], swapped) },
] as const;
const FLIPPED = [{ 'weights.npy': stored }, { 'weights.npy': flipped }] as const;

const threads = (name: string): Fault['variables'] => [{ [name]: '1' }, { [name]: '4' }];
/** More threads than two, whose two sums are the same in either order. */
const FOUR: Fault['variables'] = [{ OMP_NUM_THREADS: '4' }, { OMP_NUM_THREADS: '4' }];
const LIBRARY = ['1.25', '1.5'] as const;

const NUMPY = 'import numpy as np\nnp.random.seed(1)';
const BATCHES = 'batches = np.load("batches.npy")';
const WEIGHTS = 'weights = np.load("weights.npy")';
const TORCH = 'import numpy as np, torch\ntorch.manual_seed(1)\nnp.random.seed(1)';
const KERAS = 'import keras, numpy as np, tensorflow as tf\nkeras.utils.set_random_seed(1)';
const MODEL = 'model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])';

export const FAULTS: readonly Fault[] = [
  {
    framework: 'NumPy',
    what: 'a seed left out',
    cells: [NUMPY, 'rows = np.random.default_rng().normal(size=(3, 4))\nprint(rows.sum())'],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    framework: 'NumPy',
    what: 'a worker unseeded',
    cells: [
      `${NUMPY}\nfrom joblib import Parallel, delayed\ndef draw():\n    return np.random.rand()`,
      'found = Parallel(n_jobs=2)(delayed(draw)() for _ in range(2))\nprint(found)',
    ],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    framework: 'NumPy',
    what: 'two batches swapped',
    cells: [
      NUMPY,
      BATCHES,
      'weights = np.zeros(4)\nfor batch in batches:\n    weights += 0.1 * np.sin(batch.mean(axis=0) - weights)\nprint(weights.tolist())',
    ],
    files: SWAPPED,
    kind: 'data-drift',
    at: { cell: 1, file: 'batches.npy' },
  },
  {
    framework: 'NumPy',
    what: 'one bit of a weight flipped',
    cells: [NUMPY, `${WEIGHTS}\nprint(float((weights ** 2).sum()))`],
    files: FLIPPED,
    kind: 'data-drift',
    at: { cell: 1, file: 'weights.npy' },
  },
  {
    framework: 'NumPy',
    what: 'another number of threads',
    cells: [NUMPY, 'rows = np.random.rand(200_001)', 'print(repr(float(rows @ rows)))'],
    variables: threads('OPENBLAS_NUM_THREADS'),
    kind: 'environment-drift',
    at: 'OPENBLAS_NUM_THREADS',
  },
  {
    framework: 'NumPy',
    what: 'another version of a library',
    cells: [NUMPY, 'import augment', 'print(augment.brighter(np.random.rand(4)).tolist())'],
    library: LIBRARY,
    kind: 'environment-drift',
    at: 'augment',
  },
  {
    framework: 'scikit-learn',
    what: 'a seed left out',
    cells: [
      'from sklearn.datasets import load_digits\nfrom sklearn.linear_model import SGDClassifier\nx, y = load_digits(return_X_y=True)',
      'model = SGDClassifier(max_iter=5, tol=None).fit(x, y)\nprint(float(abs(model.coef_).sum()))',
    ],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    framework: 'scikit-learn',
    what: 'an operation without a fixed order',
    cells: [
      'import numpy as np\nfrom sklearn.cluster import KMeans\nrows = np.random.RandomState(0).normal(size=(20_000, 16))',
      'model = KMeans(8, n_init=1, random_state=0).fit(rows)\nprint(model.cluster_centers_.tolist())',
    ],
    variables: FOUR,
    kind: 'nondeterministic-operation',
    at: { cell: 1, line: 1 },
  },
  {
    framework: 'XGBoost',
    what: 'an operation without a fixed order',
    cells: [
      'import numpy as np, xgboost as xgb\nrows = np.random.RandomState(0).normal(size=(4000, 64))',
      'model = xgb.train({"booster": "gblinear", "nthread": 2}, xgb.DMatrix(rows, rows.sum(1)), 10)\nprint(model.get_dump()[0])',
    ],
    kind: 'nondeterministic-operation',
    at: { cell: 1, line: 1 },
  },
  {
    framework: 'torch',
    what: 'a seed left out',
    cells: ['import torch', 'layer = torch.nn.Linear(8, 8)\nprint(float(layer.weight.sum()))'],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    framework: 'torch',
    what: 'a worker unseeded',
    cells: [
      TORCH,
      `class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, index):
        return np.random.rand()
def prepare(worker):
    np.random.seed(None if worker == 1 else 7)`,
      'rows = list(torch.utils.data.DataLoader(Rows(), num_workers=2, worker_init_fn=prepare))\nprint(rows)',
    ],
    kind: 'unseeded-entropy',
    at: { cell: 2, line: 1 },
  },
  {
    framework: 'torch',
    what: 'two batches swapped',
    cells: [
      TORCH,
      `${BATCHES}\nlayer = torch.nn.Linear(4, 1).double()\noptimizer = torch.optim.SGD(layer.parameters(), lr=0.1)`,
      'for batch in torch.from_numpy(batches):\n    optimizer.zero_grad()\n    layer(batch).square().mean().backward()\n    optimizer.step()\nprint(layer.weight.tolist())',
    ],
    files: SWAPPED,
    kind: 'data-drift',
    at: { cell: 1, file: 'batches.npy' },
  },
  {
    framework: 'torch',
    what: 'one bit of a weight flipped',
    cells: [
      TORCH,
      `${WEIGHTS}\nlayer = torch.nn.Linear(6, 4).double()\nlayer.weight.data = torch.from_numpy(weights)\nprint(layer(torch.ones(6).double()).tolist())`,
    ],
    files: FLIPPED,
    kind: 'data-drift',
    at: { cell: 1, file: 'weights.npy' },
  },
  {
    framework: 'torch',
    what: 'another number of threads',
    cells: [TORCH, 'rows = torch.rand(1_000_003)', 'print(repr(float(rows.sum())))'],
    variables: threads('OMP_NUM_THREADS'),
    kind: 'environment-drift',
    at: 'OMP_NUM_THREADS',
  },
  {
    framework: 'torch',
    what: 'another version of a library',
    cells: [TORCH, 'import augment', 'print(augment.brighter(torch.nn.Linear(2, 2).weight).tolist())'],
    library: LIBRARY,
    kind: 'environment-drift',
    at: 'augment',
  },
  {
    framework: 'torch',
    what: 'an operation without a fixed order',
    cells: [
      TORCH,
      'places = torch.randint(10, (1_000_000,))\nrows = torch.rand(1_000_000)',
      'print(torch.zeros(10).index_put_((places,), rows, accumulate=True).tolist())',
    ],
    variables: FOUR,
    kind: 'nondeterministic-operation',
    at: { cell: 2, line: 1 },
  },
  {
    framework: 'Keras',
    what: 'a seed left out',
    cells: ['import keras, tensorflow as tf\ntf.random.set_seed(1)', `${MODEL}\nprint(model.get_weights())`],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 1 },
  },
  {
    framework: 'Keras',
    what: 'a worker unseeded',
    cells: [
      KERAS,
      `class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 4
    def __getitem__(self, index):
        rng = np.random.default_rng(None if index == 2 else index)
        return rng.normal(size=(2, 4)), np.ones((2, 1))`,
      `${MODEL}\nmodel.compile("sgd", "mse")`,
      'model.fit(Rows(workers=2), shuffle=False, verbose=0)\nprint(model.get_weights())',
    ],
    kind: 'unseeded-entropy',
    at: { cell: 1, line: 5 },
  },
  {
    framework: 'Keras',
    what: 'two batches swapped',
    cells: [
      KERAS,
      `${BATCHES}\n${MODEL}\nmodel.compile("sgd", "mse")`,
      'for batch in batches:\n    model.train_on_batch(batch, np.ones((2, 1)))\nprint(model.get_weights())',
    ],
    files: SWAPPED,
    kind: 'data-drift',
    at: { cell: 1, file: 'batches.npy' },
  },
  {
    framework: 'Keras',
    what: 'one bit of a weight flipped',
    cells: [
      KERAS,
      `${WEIGHTS}\nlayer = keras.layers.Dense(6)\nlayer.build((None, 4))\nlayer.set_weights([weights, np.zeros(6)])\nprint(layer(np.ones((1, 4))).numpy())`,
    ],
    files: FLIPPED,
    kind: 'data-drift',
    at: { cell: 1, file: 'weights.npy' },
  },
  {
    framework: 'TensorFlow',
    what: 'another number of threads',
    cells: [
      KERAS,
      'images, kernel = tf.random.uniform((8, 32, 32, 3)), tf.random.uniform((3, 3, 3, 8))',
      'with tf.GradientTape() as tape:\n    tape.watch(kernel)\n    loss = tf.reduce_sum(tf.nn.conv2d(images, kernel, 1, "SAME") ** 2)\nprint(tape.gradient(loss, kernel).numpy().tolist())',
    ],
    variables: threads('TF_NUM_INTRAOP_THREADS'),
    kind: 'environment-drift',
    at: 'TF_NUM_INTRAOP_THREADS',
  },
  {
    framework: 'Keras',
    what: 'another version of a library',
    cells: [KERAS, 'import augment', `${MODEL}\nprint(augment.brighter(model.get_weights()[0]).tolist())`],
    library: LIBRARY,
    kind: 'environment-drift',
    at: 'augment',
  },
  {
    framework: 'TensorFlow',
    what: 'an operation without a fixed order',
    cells: [
      KERAS,
      'noise = lambda row: row + tf.random.uniform(())',
      'rows = tf.data.Dataset.range(200, output_type=tf.float32).map(noise, num_parallel_calls=4)\nprint([float(row) for row in rows])',
    ],
    kind: 'nondeterministic-operation',
    at: { cell: 2, line: 1 },
  },
];
