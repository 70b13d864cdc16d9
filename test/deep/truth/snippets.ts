/** More short programs that leave a `result`, by the library that they are about. */
const np = 'import numpy as np\n';
const data = `${np}X = np.arange(400.0).reshape(100, 4) % 7\ny = (X[:, 0] > 3).astype(int)\n`;
const pd = 'import pandas as pd\ndf = pd.DataFrame({"a": range(200), "b": list("abcde") * 40})\n';

const fit = (module: string, estimator: string, result: string): string =>
  `${data}from sklearn.${module} import ${estimator.split('(')[0]}\nm = ${estimator}.fit(X, y)\nresult = ${result}`;

export const MORE: string[] = [
  // The standard library.
  'import random\nresult = random.choices(range(1000), k=9)',
  'import random\nresult = random.randbytes(8)',
  'import random\nrandom.seed("a word")\nresult = random.choices(range(1000), k=9)',
  'import random\nrng = random.Random(x := 3)\nresult = [rng.random() for _ in range(3)]',
  'import random\nstate = random.getstate()\nresult = len(state)',
  'import secrets\nresult = secrets.choice(range(10**9))',
  'import uuid\nresult = uuid.uuid1().hex',
  'import os\nresult = os.urandom(4).hex()',
  'import os\nresult = os.path.join("a", "b")',
  'from datetime import datetime\nresult = datetime(2024, 1, 1).isoformat()',
  'result = hash("a string that is hashed")',
  'result = hash(12345)',
  'words = frozenset("a longer sentence with many letters".split())\nresult = [w for w in words]',
  'words = "a longer sentence with many more letters in it".split()\nresult = list(set(words) - {"a"})',
  'from collections import Counter\nresult = Counter("mississippi").most_common(2)',
  'import itertools\nresult = list(itertools.permutations(range(3)))',
  'import json\nresult = json.dumps({"b": 1, "a": 2}, sort_keys=True)',

  // NumPy.
  `${np}rng = np.random.default_rng()\nresult = rng.integers(0, 10**9, 4).tolist()`,
  `${np}rng = np.random.default_rng(np.random.SeedSequence(4))\nresult = rng.integers(0, 10**9, 4).tolist()`,
  `${np}rng = np.random.default_rng(1)\nresult = [g.random() for g in rng.spawn(2)]`,
  `${np}result = np.random.choice(10**6, 5).tolist()`,
  `${np}x = np.arange(99)\nnp.random.shuffle(x)\nresult = x.tolist()`,
  `${np}np.random.seed(2)\nx = np.arange(99)\nnp.random.shuffle(x)\nresult = x.tolist()`,
  `${np}state = np.random.RandomState(seed=9)\nresult = state.normal(size=3).tolist()`,
  `${np}result = np.random.Generator(np.random.MT19937()).normal()`,
  `${np}result = np.random.multivariate_normal([0, 0], np.eye(2), 3).tolist()`,
  `${np}result = np.unique(np.arange(9) % 4).tolist()`,
  `${np}result = np.linalg.svd(np.arange(9.0).reshape(3, 3))[1].round(9).tolist()`,
  `${np}import numpy.random as npr\nresult = npr.randint(0, 10**9)`,
  `from numpy import random as r\nresult = r.uniform(size=2).tolist()`,
  `${np}if True:\n    np.random.seed(5)\nresult = np.random.rand()`,

  // pandas.
  `${pd}result = df.groupby("b").sample(n=2).a.tolist()`,
  `${pd}result = df.groupby("b").sample(n=2, random_state=3).a.tolist()`,
  `${pd}result = df.sample(frac=1).reset_index(drop=True).a.tolist()`,
  `${pd}result = df.sort_values("a", ascending=False).head(3).a.tolist()`,
  `${pd}import numpy as np\nresult = df.sample(5, random_state=np.random.RandomState(1)).a.tolist()`,
  `${pd}result = df.drop_duplicates("b").a.tolist()`,

  // SciPy.
  'from scipy.optimize import differential_evolution as de\nresult = de(lambda x: x[0] ** 2, [(-9, 9)], maxiter=1, polish=False).x.tolist()',
  'from scipy.optimize import differential_evolution as de\nresult = de(lambda x: x[0] ** 2, [(-9, 9)], maxiter=1, polish=False, seed=1).x.tolist()',
  'from scipy.optimize import dual_annealing\nresult = dual_annealing(lambda x: x[0] ** 2, [(-9, 9)], maxiter=1, no_local_search=True).x.tolist()',
  'from scipy.stats import norm\nresult = norm.ppf(0.3)',
  'from scipy.stats import permutation_test\nimport numpy as np\nresult = permutation_test((np.arange(30.0), np.arange(30.0) * 1.1), lambda a, b: a.mean() - b.mean(), n_resamples=999).pvalue',
  'from scipy.stats import uniform\nimport numpy as np\nresult = uniform.rvs(size=2, random_state=np.random.default_rng(2)).tolist()',

  // scikit-learn.
  fit('tree', 'DecisionTreeClassifier(max_features=1)', 'm.feature_importances_.tolist()'),
  fit('tree', 'DecisionTreeClassifier(max_features=1, random_state=1)', 'm.feature_importances_.tolist()'),
  fit('ensemble', 'ExtraTreesRegressor(5)', 'm.feature_importances_.tolist()'),
  fit('ensemble', 'BaggingClassifier(n_estimators=3)', '[t.tolist() for t in m.estimators_samples_]'),
  // Columns that are there twice tie, and which of them is split is drawn.
  `${fit('ensemble', 'GradientBoostingClassifier(n_estimators=9)', '0').replace('m = ', 'X = np.hstack([X, X])\nm = ')}\nresult = m.feature_importances_.tolist()`,
  fit(
    'ensemble',
    'GradientBoostingClassifier(n_estimators=3, random_state=1)',
    'm.predict_proba(X).tolist()',
  ),
  fit('ensemble', 'IsolationForest(n_estimators=9)', 'm.score_samples(X).tolist()'),
  fit('linear_model', 'LinearRegression()', 'm.coef_.tolist()'),
  fit('cluster', 'MiniBatchKMeans(3, n_init=1)', 'm.cluster_centers_.tolist()'),
  fit('mixture', 'GaussianMixture(2, random_state=1)', 'm.means_.round(6).tolist()'),
  fit('preprocessing', 'StandardScaler()', 'm.mean_.tolist()'),
  fit('manifold', 'TSNE(2, perplexity=5, max_iter=250, init="random")', 'm.embedding_.tolist()'),
  `${data}from sklearn.model_selection import StratifiedKFold\nresult = [t.tolist() for t, _ in StratifiedKFold(4, shuffle=True).split(X, y)]`,
  `${data}from sklearn.model_selection import StratifiedKFold\nresult = [t.tolist() for t, _ in StratifiedKFold(4, shuffle=True, random_state=3).split(X, y)]`,
  `${data}from sklearn.utils import resample\nresult = resample(X, n_samples=9).tolist()`,
  `from sklearn.datasets import make_classification\nresult = make_classification(9)[0].tolist()`,
  `from sklearn.datasets import make_regression\nresult = make_regression(9, 3, random_state=1)[0].tolist()`,
  `${data}from sklearn.inspection import permutation_importance\nfrom sklearn.neighbors import KNeighborsClassifier\nresult = permutation_importance(KNeighborsClassifier().fit(X, y), X, y).importances.tolist()`,
];

const pl = 'import polars as pl\ndf = pl.DataFrame({"a": range(500)})\n';
const nx = 'import networkx as nx\n';
const optuna =
  'import optuna\noptuna.logging.disable_default_handler()\nf = lambda t: t.suggest_float("x", -9, 9) ** 2\n';
const gym = 'import gymnasium as gym\nenv = gym.make("CartPole-v1")\n';
const jax = 'import jax\n';
const lgb = `${data}import lightgbm as lgb\n`;
const tf = 'import tensorflow as tf\n';
const keras = 'import keras\nimport numpy as np\n';

/** By the library, named as it is imported. */
export const LIBRARIES: Record<string, string[]> = {
  polars: [
    `${pl}result = df.sample(9)["a"].to_list()`,
    `${pl}result = df.sample(9, seed=1)["a"].to_list()`,
    `${pl}pl.set_random_seed(1)\nresult = df.sample(9)["a"].to_list()`,
    `${pl}result = df["a"].shuffle().to_list()`,
    `${pl}result = df["a"].shuffle(seed=2).to_list()`,
    `${pl}result = df.select(pl.col("a").sample(9))["a"].to_list()`,
    `${pl}result = df.filter(pl.col("a") > 490)["a"].to_list()`,
    `${pl}result = df.group_by(pl.col("a") % 50, maintain_order=True).len()["a"].to_list()`,
  ],
  networkx: [
    `${nx}result = sorted(nx.gnp_random_graph(30, 0.3).edges)`,
    `${nx}result = sorted(nx.gnp_random_graph(30, 0.3, seed=1).edges)`,
    `${nx}import random\nrandom.seed(1)\nresult = sorted(nx.barabasi_albert_graph(30, 2).edges)`,
    `${nx}result = sorted(nx.watts_strogatz_graph(30, 4, 0.5).edges)`,
    `${nx}result = {n: p.tolist() for n, p in nx.spring_layout(nx.path_graph(5)).items()}`,
    `${nx}result = {n: p.tolist() for n, p in nx.spring_layout(nx.path_graph(5), seed=3).items()}`,
    `${nx}result = {n: p.tolist() for n, p in nx.circular_layout(nx.path_graph(5)).items()}`,
    `${nx}result = nx.shortest_path(nx.path_graph(9), 0, 8)`,
    `${nx}result = nx.pagerank(nx.karate_club_graph())`,
  ],
  optuna: [
    `${optuna}study = optuna.create_study()\nstudy.optimize(f, 3)\nresult = study.best_params`,
    `${optuna}study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))\nstudy.optimize(f, 3)\nresult = study.best_params`,
    `${optuna}study = optuna.create_study(sampler=optuna.samplers.RandomSampler())\nstudy.optimize(f, 3)\nresult = study.best_params`,
    `${optuna}study = optuna.create_study(sampler=optuna.samplers.GridSampler({"x": [1, 2]}, seed=1))\nstudy.optimize(f, 2)\nresult = study.best_params`,
  ],
  gymnasium: [
    `${gym}result = env.reset()[0].tolist()`,
    `${gym}result = env.reset(seed=1)[0].tolist()`,
    `${gym}env.reset(seed=1)\nresult = [int(env.action_space.sample()) for _ in range(60)]`,
    `${gym}env.action_space.seed(3)\nenv.reset(seed=1)\nresult = [int(env.action_space.sample()) for _ in range(60)]`,
    `${gym}env.reset(seed=1)\nresult = env.step(1)[0].tolist()`,
  ],
  jax: [
    `${jax}result = jax.random.normal(jax.random.PRNGKey(0), (3,)).tolist()`,
    `${jax}import time\nresult = jax.random.normal(jax.random.PRNGKey(time.time_ns() % 2**31), (3,)).tolist()`,
    `${jax}import random\nresult = jax.random.normal(jax.random.key(random.getrandbits(31)), (3,)).tolist()`,
    `${jax}a, b = jax.random.split(jax.random.key(1))\nresult = jax.random.uniform(a).item()`,
  ],
  lightgbm: [
    `${lgb}m = lgb.LGBMClassifier(n_estimators=3, verbose=-1, n_jobs=1).fit(X, y)\nresult = m.predict_proba(X).tolist()`,
    `${lgb}m = lgb.LGBMClassifier(n_estimators=3, verbose=-1, random_state=1, deterministic=True).fit(X, y)\nresult = m.predict_proba(X).tolist()`,
    `${lgb}m = lgb.LGBMRegressor(n_estimators=3, verbose=-1, subsample=0.5, subsample_freq=1, n_jobs=1).fit(X, y)\nresult = m.predict(X).tolist()`,
  ],
  tensorflow: [
    `${tf}result = tf.random.normal([3]).numpy().tolist()`,
    `${tf}tf.random.set_seed(1)\nresult = tf.random.normal([3]).numpy().tolist()`,
    `${tf}result = tf.random.uniform([3], seed=1).numpy().tolist()`,
    `${tf}result = tf.random.stateless_normal([3], seed=[1, 2]).numpy().tolist()`,
    `${tf}result = tf.random.Generator.from_seed(1).normal([3]).numpy().tolist()`,
    `${tf}result = tf.random.Generator.from_non_deterministic_state().normal([3]).numpy().tolist()`,
    `${tf}result = [int(x) for x in tf.data.Dataset.range(50).shuffle(50)]`,
    `${tf}tf.random.set_seed(4)\nresult = [int(x) for x in tf.data.Dataset.range(50).shuffle(50)]`,
    `${tf}result = [int(x) for x in tf.data.Dataset.range(50).batch(5).unbatch()]`,
    `${tf}result = tf.nn.dropout(tf.ones([64]), 0.5).numpy().tolist()`,
    `${tf}result = tf.reduce_sum(tf.range(9)).numpy().item()`,
    `${tf}result = tf.image.random_brightness(tf.ones([2, 2, 3]), 0.5).numpy().tolist()`,
  ],
  keras: [
    `${keras}m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])\nresult = m.get_weights()[0].tolist()`,
    `${keras}keras.utils.set_random_seed(1)\nm = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])\nresult = m.get_weights()[0].tolist()`,
    `${keras}init = keras.initializers.GlorotUniform(seed=3)\nm = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, kernel_initializer=init)])\nresult = m.get_weights()[0].tolist()`,
    `${keras}m = keras.Sequential([keras.Input((4,)), keras.layers.Flatten()])\nresult = m(np.ones((2, 4))).numpy().tolist()`,
    `${keras}result = np.array(keras.random.normal((3,))).tolist()`,
    `${keras}result = np.array(keras.random.normal((3,), seed=2)).tolist()`,
    `${keras}result = np.array(keras.layers.Dropout(0.5)(np.ones(64), training=True)).tolist()`,
    `${keras}result = np.array(keras.layers.Dropout(0.5, seed=1)(np.ones(64), training=True)).tolist()`,
    `${keras}result = np.array(keras.initializers.HeNormal()((3, 3))).tolist()`,
    `${keras}result = keras.utils.to_categorical([0, 1, 2]).tolist()`,
  ],
};
