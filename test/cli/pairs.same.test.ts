/**
 * The mirror of "never falsely Same": what an unseeded notebook does every day is Same when it is run and replayed
 * under `close`, in a new process each, with nothing in it changed. Masks are named where one is needed.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CellVerdict, Judgement } from '../../src/replay/documents';
import { Workplace } from './support';

type Repeating = readonly [what: string, source: string, masks?: readonly string[]];

const PREPARATION = `
import gzip, hashlib, os, random, sys, threading, time, warnings, zipfile
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import matplotlib.pyplot as plt
import numpy as np, pandas as pd
from IPython.display import HTML, clear_output, display
from joblib import Parallel, delayed
from sklearn.datasets import load_iris

X, y = load_iris(return_X_y=True)
words = {'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'}

def noise(n):
    return np.random.default_rng().normal(size=n)

def draw(n):
    return n, random.random(), np.random.rand(), np.random.default_rng().random()
`;

const DRAWS: Repeating[] = [
  ['the global generator of `random`', 'print(random.random(), random.gauss(0, 1), random.sample(range(99), 3))'],
  ['random.choices', "print(random.choices('abc', k=9))"],
  ['random.shuffle', 'cards = list(range(20)); random.shuffle(cards); print(cards)'],
  ['an unseeded Random()', 'print(random.Random().random(), random.Random().random())'],
  ['the global generator of NumPy', 'print(np.random.rand(2), np.random.standard_normal(), np.random.permutation(5))'],
  ['np.random.shuffle', 'order = np.arange(9); np.random.shuffle(order); print(order)'],
  ['an unseeded default_rng()', 'print(np.random.default_rng().random(2), np.random.default_rng().integers(99))'],
  ['default_rng() in a function of another cell', 'print(noise(2), noise(2))'],
  ['an unseeded RandomState()', 'print(np.random.RandomState().rand())'],
  ['the entropy of a SeedSequence', 'print(np.random.SeedSequence().entropy)'],
  ['an unseeded bit generator', 'print(np.random.Generator(np.random.PCG64()).random())'],
  ['a seed of the user', 'np.random.seed(3); random.seed(3); print(np.random.rand(), random.random())'],
  ['giving a seed back', 'np.random.seed(); random.seed(); print(np.random.rand(), random.random())'],
  ['the order of a set of strings', 'print(list(words), words)'],
  ['a dict of sets', "print({word: set(word) for word in words})"],
  ['columns made from a set', 'print(pd.DataFrame({word: [len(word)] for word in words}))'],
  ['the hash of a string', "print(hash('reprise'), hash(('a', b'b')))"],
  ['df.sample', "print(pd.DataFrame({'a': range(99)}).sample(3))"],
  ['scipy.stats', 'from scipy import stats\nprint(stats.norm.rvs(size=3))'],
  ['scipy.optimize', 'from scipy.optimize import differential_evolution\nprint(differential_evolution(lambda x: x[0] ** 2, [(-1, 1)], maxiter=3).x)'],
  ['a draw after await', 'import asyncio\nawait asyncio.sleep(0.01)\nprint(random.random())'],
]; // prettier-ignore

const ELSEWHERE: Repeating[] = [
  ['a thread', 'box = []\nthread = threading.Thread(target=lambda: box.append(draw(0)))\nthread.start(); thread.join()\nprint(box)'],
  ['a pool of threads', 'with ThreadPoolExecutor(3) as pool: print(list(pool.map(draw, range(6))))'],
  ['a pool of processes', 'with ProcessPoolExecutor(2) as pool: print(list(pool.map(draw, range(4))))'],
  ['multiprocessing.Pool', 'with multiprocessing.Pool(2) as pool: print(pool.map(draw, range(4)))'],
  ['joblib', 'print(Parallel(n_jobs=2)(delayed(draw)(n) for n in range(4)))'],
  ['joblib, with functions that the notebook imported by name', 'from random import seed, uniform\nfrom numpy.random import rand\ndef named(n):\n    seed(n); return uniform(0, 1), rand()\nprint(Parallel(n_jobs=2)(delayed(named)(n) for n in range(3)))'],
]; // prettier-ignore

const MODELS: Repeating[] = [
  ['train_test_split', 'from sklearn.model_selection import train_test_split\nX_train, X_test, y_train, y_test = train_test_split(X, y)\nprint(y_test)'],
  ['a forest on two jobs', 'from sklearn.ensemble import RandomForestClassifier\nprint(RandomForestClassifier(9, n_jobs=2).fit(X, y).predict_proba(X)[::40])'],
  ['MLPClassifier', 'from sklearn.neural_network import MLPClassifier\nwarnings.simplefilter("ignore")\nprint(MLPClassifier((4,), max_iter=9).fit(X, y).loss_)'],
  ['KMeans', 'from sklearn.cluster import KMeans\nprint(KMeans(3).fit(X).labels_)'],
  ['GridSearchCV', "from sklearn.model_selection import GridSearchCV, StratifiedKFold\nfrom sklearn.tree import DecisionTreeClassifier\ngrid = GridSearchCV(DecisionTreeClassifier(), {'max_depth': [1, 3]}, cv=StratifiedKFold(3, shuffle=True)).fit(X, y)\nprint(grid.best_params_, grid.cv_results_['mean_test_score'])"],
  ['RandomizedSearchCV on two jobs', "from sklearn.model_selection import RandomizedSearchCV\nsearch = RandomizedSearchCV(DecisionTreeClassifier(), {'max_depth': stats.randint(1, 20)}, n_iter=3, n_jobs=2).fit(X, y)\nprint(search.best_params_, search.cv_results_['mean_test_score'])"],
  ['SGD, a mixture, an isolation forest', 'from sklearn.linear_model import SGDClassifier\nfrom sklearn.mixture import GaussianMixture\nfrom sklearn.ensemble import IsolationForest\nprint(SGDClassifier().fit(X, y).coef_, GaussianMixture(2).fit(X).means_, IsolationForest(5).fit(X).score_samples(X[:2]))'],
  ['permutation importance', 'from sklearn.inspection import permutation_importance\nfrom sklearn.linear_model import Ridge\nprint(permutation_importance(Ridge().fit(X, y), X, y, n_repeats=2).importances_mean)'],
  ['the diagram of a model', 'Ridge(alpha=2)'],
  ['a model that only a variable holds', "kept = RandomForestClassifier(3).fit(X, y)\nprint('done')"],
]; // prettier-ignore

const SHOWN: Repeating[] = [
  ['the address of an object', 'print(object(), [object()])\nobject()', ['address']],
  ['the address of a function', 'print(noise, lambda: 1, (n for n in []))', ['address']],
  ['a warning from the cell', 'warnings.simplefilter("always"); warnings.warn("mind the step")', ['ipykernel-path']],
  ['%time', '%time print(random.random())', ['timing']],
  ['%%time', '%%time\ntime.sleep(random.random() / 100)\nprint("slept")', ['timing']],
  ['%timeit', '%timeit -n 3 -r 2 sum(range(100))', ['timing']],
  ['%prun', '%prun sorted(range(9))', ['timing', 'ipykernel-path', 'address', 'library-path']],
  [
    'a progress bar that redraws itself',
    `begun = time.perf_counter()
for n in range(1, 4):
    time.sleep(0.02)
    took = time.perf_counter() - begun
    sys.stderr.write(f'\\rtrain: {n * 100 // 3:3d}%|{"█" * n + " " * (3 - n)}| {n}/3 [00:{int(took):02d}<00:00, {n / took:5.2f}it/s]')
sys.stderr.write('\\n')`,
    ['cr', 'timing'],
  ],
  [
    'a line of training progress',
    "took = int(time.perf_counter() * 1e6 % 900)\nprint(f'1/1 ━━━━━━━━━━━━━━━━━━━━ 0s {took}ms/step - loss: {random.random():.4f}')",
    ['timing'],
  ],
  [
    'the generated id of a styled table',
    'drawn = "%05x" % (time.time_ns() // 1000 % 0x100000)\ndisplay({"text/html": f\'<style type="text/css">\\n</style>\\n<table id="T_{drawn}"><td id="T_{drawn}_row0_col0">1</td></table>\'}, raw=True)',
    ['generated-id'],
  ],
  ['a plot', 'plt.scatter(np.random.rand(9), np.random.rand(9)); plt.title("drawn"); plt.show()'],
  ['a display that is updated', 'shown = display(HTML("0"), display_id=True)\nfor n in range(3): shown.update(HTML(str(random.random())))'],
  ['an output that is cleared', 'for n in range(3):\n    clear_output(wait=True)\n    print(n, random.random())'],
  ['a long output', 'for n in range(3000): print(n, random.random())'],
  ['time that is measured and not shown', 'begun = time.time()\ntook = time.time() - begun\nprint("done")'],
]; // prettier-ignore

const FILES: Repeating[] = [
  ['a CSV file', "pd.DataFrame({'a': noise(9)}).to_csv('drawn.csv')"],
  ['an npz file', "np.savez('drawn.npz', a=noise(9))"],
  ['a picture', "figure, axes = plt.subplots()\naxes.plot(noise(9)); figure.savefig('drawn.png'); plt.close(figure)"],
  ['a gzip file with the time in it', "with gzip.open('drawn.gz', 'wt') as file: file.write(str(noise(9)))", ['file-content']],
  ['a zip file with the time in it', "time.sleep(0.1)\nwith zipfile.ZipFile('drawn.zip', 'w') as file: file.writestr('a', str(noise(9)))", ['file-content']],
  ['a folder that is made where there is none', "os.mkdir('once')"],
  ['a file that is fetched where there is no folder of it', "if not os.path.exists('cache'):\n    os.makedirs('cache/of')\n    np.save('cache/of/it.npy', noise(9))\nprint(np.load('cache/of/it.npy'))"],
  ['reading them again', "print(pd.read_csv('drawn.csv')['a'].sum(), np.load('drawn.npz')['a'].sum(), gzip.open('drawn.gz').read())"],
]; // prettier-ignore

const DECLARED: Repeating[] = [
  ['a declared-volatile output', '# reprise: volatile shows the time\nprint(time.time_ns())'],
];

const FAILING: Repeating[] = [
  [
    'an exception',
    'def fail(n):\n    raise ValueError(f"no good: {random.random()}")\nfail(object())',
    ['traceback'],
  ],
];

const GROUPS = { DRAWS, ELSEWHERE, MODELS, SHOWN, FILES, FAILING };

const workplace = new Workplace();
let judgement: Judgement;
let cells: Map<string, CellVerdict>;

beforeAll(async () => {
  // On more threads k-means may differ in its last bits, and the verdict says so.
  vi.stubEnv('OMP_NUM_THREADS', '2');
  const all: Repeating[] = [['preparation', PREPARATION], ...Object.values(GROUPS).flat(), ...DECLARED];
  const notebook = workplace.notebook(
    'same.ipynb',
    all.map(([, source]) => source),
  );
  const { stdout, stderr } = await workplace.execute(
    'verify',
    notebook,
    '--allow-errors',
    '--format',
    'json',
  );
  expect(stdout, stderr).not.toBe('');
  judgement = JSON.parse(stdout) as Judgement;
  cells = new Map(judgement.cells.map((cell, i) => [all[i]![0], cell]));
});

afterAll(() => {
  vi.unstubAllEnvs();
  workplace.remove();
});

describe.each(Object.entries(GROUPS))('%s are Same without seeds:', (_, group) => {
  it.each(group.map(([what, , masks = []]) => [what, masks] as const))('%s', (what, masks) => {
    const cell = cells.get(what)!;
    expect(cell.differences).toEqual([]);
    expect(['identical', masks.length > 0 ? 'canonical' : 'identical']).toContain(cell.verdict);
    expect([...masks]).toEqual(expect.arrayContaining(cell.masks));
  });
});

it('leaves an output that was declared volatile out of the verdict, and says so', () => {
  expect(cells.get('a declared-volatile output')).toMatchObject({
    verdict: 'different',
    declared: 'volatile',
  });
  expect(judgement).toMatchObject({ verdict: 'canonical', firstDivergence: null });
});
