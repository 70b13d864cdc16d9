/** Short programs that leave a `result`. None says whether it repeats: two processes do. */
const np = 'import numpy as np\n';
const pd = 'import pandas as pd\ndf = pd.DataFrame({"a": range(200)})\n';
const data = 'import numpy as np\nX = np.arange(400.0).reshape(100, 4) % 7\ny = (X[:, 0] > 3).astype(int)\n';
const stats = 'from scipy import stats\n';

const fit = (module: string, estimator: string): string =>
  `${data}from sklearn.${module} import ${estimator.split('(')[0]}\nm = ${estimator}.fit(X, y)\n`;
const predicted = (module: string, estimator: string): string =>
  `${fit(module, estimator)}result = m.predict(X + 0.3).tolist(), getattr(m, "coefs_", None) and m.coefs_[0].tolist()`;

/** What they import. */
export const LOADED = [
  'numpy',
  'pandas',
  'scipy.optimize',
  'scipy.sparse.linalg',
  'scipy.stats',
  'sklearn.ensemble',
  'sklearn.model_selection',
];

export const SNIPPETS: string[] = [
  // The standard library.
  'import random\nresult = random.random()',
  'import random\nrandom.seed(1)\nresult = random.random()',
  'import random\nrandom.seed(None)\nresult = random.random()',
  'import random\nresult = random.sample(range(1000), 5)',
  'import random\nresult = random.Random().random()',
  'import random\nresult = random.Random(1).random()',
  'import random\nx = list(range(99))\nrandom.shuffle(x)\nresult = x',
  'from random import gauss as g\nresult = g(0, 1)',
  'import random\nresult = sorted(range(50), key=lambda _: random.random())',
  'import random\nresult = list(map(random.uniform, [0], [1]))',
  'import random\nresult = random.SystemRandom().random()',
  'import uuid\nresult = uuid.uuid4()',
  'import uuid\nresult = uuid.uuid5(uuid.NAMESPACE_URL, "a")',
  'import secrets\nresult = secrets.token_hex(8)',
  'import os\nresult = os.urandom(8)',
  'result = list({"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"})',
  'result = sorted({"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"})',
  'result = list({1, 2, 3, 4})',
  'result = [n for n in set("a longer sentence with letters")]',
  'result = len(set("a longer sentence with letters"))',
  'words = "the cat sat on the mat with a hat".split()\nresult = {w: i for i, w in enumerate(set(words))}',
  'words = "the cat sat on the mat with a hat".split()\nresult = {w: i for i, w in enumerate(dict.fromkeys(words))}',
  'words = "the cat sat on the mat with a hat".split()\nresult = "".join(set(words))',
  'words = "the cat sat on the mat with a hat".split()\nresult = max(set(words))',

  // NumPy.
  `${np}result = np.random.rand(3).tolist()`,
  `${np}np.random.seed(3)\nresult = np.random.rand(3).tolist()`,
  `${np}np.random.seed()\nresult = np.random.rand(3).tolist()`,
  `${np}result = np.random.default_rng().normal()`,
  `${np}np.random.seed(3)\nresult = np.random.default_rng().normal()`,
  `${np}result = np.random.default_rng(3).normal()`,
  `${np}result = np.random.default_rng(None).normal()`,
  `${np}SEED = 3\nresult = np.random.default_rng([SEED, 1]).normal()`,
  `${np}result = np.random.RandomState().rand()`,
  `${np}result = np.random.RandomState(4).rand()`,
  `${np}result = np.random.Generator(np.random.PCG64()).random()`,
  `${np}result = np.random.Generator(np.random.PCG64(1)).random()`,
  `${np}result = np.random.Generator(np.random.Philox(key=3)).random()`,
  `${np}result = np.random.SeedSequence().generate_state(2).tolist()`,
  `${np}result = np.random.permutation(99).tolist()`,
  'from numpy.random import *\nresult = standard_normal()',
  `${np}import time\nresult = np.random.default_rng(time.time_ns()).normal()`,
  `${np}import os\nnp.random.seed(os.getpid())\nresult = np.random.rand()`,
  `${np}def make(seed=None):\n    return np.random.default_rng(seed)\nresult = make(3).normal()`,
  `${np}def seed_everything(s=1):\n    np.random.seed(s)\nseed_everything()\nresult = np.random.rand()`,
  `${np}def draw():\n    return np.random.rand()\nresult = draw()`,
  `${np}class A:\n    def go(self):\n        return np.random.rand()\nresult = A().go()`,

  // pandas.
  `${pd}result = df.sample(5).a.tolist()`,
  `${pd}result = df.sample(5, random_state=1).a.tolist()`,
  `${pd}result = df.a.sample(frac=0.5).tolist()`,
  `${pd}result = df[df.a > 3].sample(n=9).a.tolist()`,
  `${pd}import numpy as np\nnp.random.seed(1)\nresult = df.sample(5).a.tolist()`,

  // SciPy.
  `${stats}result = stats.norm.rvs(size=3).tolist()`,
  `${stats}result = stats.norm.rvs(size=3, random_state=1).tolist()`,
  `${stats}result = stats.norm(3, 2).rvs(2).tolist()`,
  'from scipy.stats import qmc\nresult = qmc.Sobol(2).random(4).tolist()',
  'from scipy.stats import qmc\nresult = qmc.Sobol(2, scramble=False).random(4).tolist()',
  'from scipy.stats import qmc\nimport numpy as np\nnp.random.seed(1)\nresult = qmc.Halton(2).random(4).tolist()',
  'from scipy.stats import qmc\nresult = qmc.LatinHypercube(2).random(4).tolist()',
  `${np}from scipy.stats import bootstrap\nresult = bootstrap((np.arange(99.0) ** 1.1,), np.mean, n_resamples=99).standard_error`,
  `${np}from scipy.optimize import minimize\nresult = minimize(lambda x: (x ** 2).sum(), [3.0]).x.tolist()`,
  `${np}from scipy.cluster.vq import kmeans2\nresult = kmeans2(np.arange(40.0).reshape(20, 2) % 7, 3)[1].tolist()`,
  'from scipy.sparse import random as sparse\nresult = sparse(9, 9, density=0.5).toarray().tolist()',

  // scikit-learn.
  `${data}from sklearn.model_selection import train_test_split\nresult = train_test_split(X)[0].tolist()`,
  `${data}from sklearn.model_selection import train_test_split\nresult = train_test_split(X, random_state=0)[0].tolist()`,
  `${data}from sklearn.model_selection import train_test_split\nresult = train_test_split(X, shuffle=False)[0].tolist()`,
  `${data}from sklearn.model_selection import KFold\nresult = [t.tolist() for _, t in KFold(3).split(X)]`,
  `${data}from sklearn.model_selection import KFold\nresult = [t.tolist() for _, t in KFold(3, shuffle=True).split(X)]`,
  `${data}from sklearn.model_selection import ShuffleSplit\nresult = [t.tolist() for _, t in ShuffleSplit(2).split(X)]`,
  `${data}from sklearn.utils import shuffle\nresult = shuffle(X).tolist()`,
  'from sklearn.datasets import make_blobs\nresult = make_blobs()[0].tolist()',
  'from sklearn.datasets import make_moons\nresult = make_moons(shuffle=False)[0].tolist()',
  'from sklearn.datasets import make_moons\nresult = make_moons()[0].tolist()',
  predicted('neural_network', 'MLPClassifier(max_iter=3)'),
  predicted('neural_network', 'MLPClassifier(max_iter=3, random_state=1)'),
  predicted('linear_model', 'LogisticRegression()'),
  predicted('linear_model', 'Ridge()'),
  predicted('naive_bayes', 'GaussianNB()'),
  predicted('neighbors', 'KNeighborsClassifier()'),
  `${fit('ensemble', 'RandomForestClassifier(5)')}result = m.feature_importances_.tolist()`,
  `${fit('ensemble', 'RandomForestClassifier(5, random_state=2)')}result = m.feature_importances_.tolist()`,
  `${fit('linear_model', 'SGDClassifier(max_iter=3)')}result = m.coef_.tolist()`,
  `${fit('linear_model', 'SGDClassifier(max_iter=3, shuffle=False)')}result = m.coef_.tolist()`,
  `${fit('linear_model', 'Perceptron(max_iter=3)')}result = m.coef_.tolist()`,
  `${fit('cluster', 'KMeans(3, random_state=1)')}result = m.labels_.tolist()`,
  `${fit('decomposition', 'PCA(2)')}result = m.components_.tolist()`,
  `${fit('random_projection', 'GaussianRandomProjection(2)')}result = m.components_.tolist()`,
  `${fit('kernel_approximation', 'RBFSampler()')}result = m.random_weights_.tolist()`,
  `${fit('decomposition', 'FactorAnalysis(2)')}result = m.components_.tolist()`,
];
