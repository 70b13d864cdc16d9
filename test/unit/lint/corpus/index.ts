/**
 * Cells with what lint must say of them. A line that ends in `# ! rule` is to be flagged so, one in `# ~ rule` as what a
 * seed reaches, and no other line.
 */
import type { LintCell } from '../../../../src/lint/lint';
import { BY_RULE } from './rules';
import { SCRIPTS } from './scripts';
import { TRAPS } from './traps';

export type Case = { name: string; cells: string[]; language?: LintCell['language'] };

export function cellsOf({ cells, language = 'python' }: Case): LintCell[] {
  return cells.map((source, index) => ({ index, id: `c${index}`, source, language }));
}

const one = (name: string, cell: string): Case => ({ name, cells: [cell] });

const FIRST: Case[] = [
  // Python's own generator.
  one('random module', 'import random\nx = random.random()  # ! py-random-unseeded'),
  one('random module seeded', 'import random\nrandom.seed(1)\nx = random.random()  # ~ py-random-unseeded'),
  one('seed(None) seeds nothing', 'import random\nrandom.seed(None)  # ! np-seed-none\nrandom.random()  # ! py-random-unseeded'),
  one('from random import', 'from random import shuffle as mix\nmix(xs)  # ! py-random-unseeded'),
  one('a name that is rebound', 'import random\nrandom = object()\nrandom.random()'),
  one('jax random is another', 'from jax import random\nrandom.normal(key)'),
  one('last binding wins', 'from numpy import random\nimport random\nrandom.random()  # ! py-random-unseeded'),
  one('a reference', 'import random\nlist(map(random.random, xs))  # ! py-random-unseeded'),
  one('a lambda', 'import random\nsorted(xs, key=lambda _: random.random())  # ! py-random-unseeded'),
  one('an instance', 'import random\nrng = random.Random()  # ! py-random-instance-unseeded\nrng.random()'),
  one('a seeded instance', 'import random\nrng = random.Random(3)\nrng.random()'),
  one('system randomness', 'import os, uuid, secrets\nos.urandom(3)  # ! py-system-random\nuuid.uuid4()  # ! py-system-random\nsecrets.token_hex()  # ! py-system-random'),
  one('uuid5 is a digest', 'import uuid\nuuid.uuid5(ns, "a")'),

  // NumPy.
  one('default_rng', 'import numpy as np\nrng = np.random.default_rng()  # ! np-generator-unseeded\nrng.normal()'),
  one('default_rng(None)', 'from numpy.random import default_rng\nseed = None\ndefault_rng(seed)  # ! np-generator-unseeded'),
  one('np.random.seed does not reach it', 'import numpy as np\nnp.random.seed(1)\nnp.random.default_rng()  # ! np-generator-unseeded'),
  one('seeded generators', 'import numpy as np\nnp.random.default_rng(1)\nnp.random.RandomState(seed=2)\nnp.random.Philox(key=3)'),
  one('a list as a seed', 'import numpy as np\nSEED = 5\nnp.random.default_rng([SEED, 1])\nnp.random.default_rng([SEED, 2])'),
  one('legacy', 'import numpy as np\nnp.random.rand(3)  # ! np-legacy-unseeded\nnp.random.seed(0)  # ! nb-seed-order\nnp.random.rand(3)  # ~ np-legacy-unseeded'),
  one('star import', 'from numpy.random import *\nrandn(3)  # ! np-legacy-unseeded'),
  one('an alias of the module', 'import numpy.random as npr\nnpr.shuffle(x)  # ! np-legacy-unseeded'),
  one('methods of a seeded state', 'import numpy as np\nr = np.random.RandomState(1)\nr.rand()\nr.shuffle(x)'),
  one('a seed that is the time', 'import time, numpy as np\nnp.random.default_rng(int(time.time()))  # ! seed-varies'),
  one('a seed that is the time, by a name', 'import time, numpy as np\nnow = time.time_ns()\nnp.random.seed(now % 2**32)  # ! seed-varies\nnp.random.rand()  # ! np-legacy-unseeded'),
  one('one seed for two streams', 'import numpy as np\na = np.random.default_rng(42)\nb = np.random.default_rng(42)  # ! seed-reuse'),
  one('one seed by a name', 'import numpy as np\nSEED = 42\na = np.random.default_rng(SEED)\nb = np.random.default_rng(SEED)  # ! seed-reuse'),
  one('two seeds', 'import numpy as np\na = np.random.default_rng(42)\nb = np.random.default_rng(43)'),
  { name: 'a seed in a later cell', cells: ['import numpy as np\nnp.random.rand()  # ! np-legacy-unseeded', 'np.random.seed(1)  # ! nb-seed-order', 'np.random.rand()  # ~ np-legacy-unseeded'] },
  { name: 'alias from an earlier cell', cells: ['import numpy as np', 'np.random.default_rng()  # ! np-generator-unseeded'] },

  // Functions of the notebook's own.
  { name: 'seed_everything', cells: ['import random, numpy as np\ndef seed_everything(seed=42):\n    random.seed(seed)\n    np.random.seed(seed)\nseed_everything()', 'np.random.rand()  # ~ np-legacy-unseeded\nrandom.random()  # ~ py-random-unseeded'] },
  { name: 'seed_everything that is never called', cells: ['import numpy as np\ndef seed_everything(seed=42):\n    np.random.seed(seed)  # ! nb-seed-order', 'np.random.rand()  # ! np-legacy-unseeded'] },
  one('a parameter that is None by default is for callers', 'import numpy as np\ndef make(seed=None):\n    return np.random.default_rng(seed)\nmake(3)'),
  one('a library that need not be there', 'try:\n    import torch\nexcept ImportError:\n    torch = None\ntorch.manual_seed(1)\ntorch.rand(3)  # ~ pt-unseeded'),
  one('a seed on one way only', 'import numpy as np\nseed = None\nif a:\n    seed = 3\nnp.random.default_rng(seed)'),
  one('no seed on any way', 'import numpy as np\nif a:\n    seed = None\nelse:\n    seed = None\nnp.random.default_rng(seed)  # ! np-generator-unseeded'),
  one('a draw in a function that is called later', 'import numpy as np\ndef draw():\n    return np.random.rand()  # ~ np-legacy-unseeded\nnp.random.seed(1)\ndraw()'),
  one('a method', 'import numpy as np\nclass A:\n    def go(self):\n        return np.random.rand()  # ! np-legacy-unseeded'),
  one('recursion ends', 'import random\ndef f(n):\n    return f(n - 1) + random.random()  # ! py-random-unseeded\nf(3)'),
  one('main guard', 'import random\nif __name__ == "__main__":\n    random.seed(1)\n    random.random()  # ~ py-random-unseeded'),
  one('a seed from a dict', 'import numpy as np\nconfig = {"seed": 7}\nnp.random.default_rng(config["seed"])'),

  // pandas, scikit-learn, SciPy.
  one('df.sample', 'import pandas as pd\ndf = pd.read_csv("a.csv")\ndf.sample(frac=1)  # ! pd-sample\ndf.sample(5, random_state=1)'),
  one('a column', 'import pandas as pd\ndf = pd.read_csv("a.csv")\ndf.price.sample(3)  # ! pd-sample'),
  one('a frame of unknown origin', 'import pandas as pd\nload().sample(n=3)  # ! pd-sample'),
  one('a chain', 'import pandas as pd\npd.DataFrame(x).dropna().sample(3)  # ! pd-sample'),
  one('train_test_split', 'from sklearn.model_selection import train_test_split\ntrain_test_split(X, y)  # ! sk-function-random-state\ntrain_test_split(X, shuffle=False)\ntrain_test_split(X, random_state=0)\ntrain_test_split(X, **options)'),
  one('estimators', 'from sklearn.ensemble import *\nRandomForestClassifier()  # ! sk-random-state\nRandomForestClassifier(random_state=1)'),
  one('estimators with a condition', 'from sklearn.linear_model import LogisticRegression, SGDClassifier\nLogisticRegression()\nLogisticRegression(solver="saga")  # ! sk-random-state\nLogisticRegression(solver=s)\nSGDClassifier()  # ! sk-random-state\nSGDClassifier(shuffle=False)'),
  one('splitters', 'from sklearn.model_selection import KFold, ShuffleSplit\nKFold(5)\nKFold(5, shuffle=True)  # ! sk-splitter-shuffle\nShuffleSplit()  # ! sk-splitter-shuffle'),
  one('defaults that are seeds', 'from sklearn.linear_model import Perceptron\nPerceptron()\nPerceptron(random_state=None)  # ! sk-random-state'),
  one('in a pipeline', 'from sklearn.pipeline import make_pipeline\nfrom sklearn.neural_network import MLPClassifier\nmake_pipeline(a(), MLPClassifier())  # ! sk-random-state'),
  one('scipy', 'from scipy import stats\nfrom scipy.stats import qmc, norm\nnorm.rvs(size=3)  # ! sp-rvs\nstats.norm.rvs(size=3, random_state=1)\nqmc.Sobol(2)  # ! sp-qmc\nqmc.Sobol(2, scramble=False)'),
  one('frozen distributions', 'from scipy import stats\nd = stats.norm(0, 1)\nd.rvs(3)  # ! sp-rvs'),

  // Frameworks.
  one('torch', 'import torch\nfrom torch import nn\nnn.Linear(3, 4)  # ! pt-unseeded\ntorch.manual_seed(1)  # ! nb-seed-order\nnn.Linear(3, 4)  # ~ pt-unseeded'),
  one('a torch generator', 'import torch\ng = torch.Generator()\ntorch.rand(3, generator=g)'),
  one('a module class', 'import torch\nimport torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(3, 4)  # ~ pt-unseeded\ntorch.manual_seed(0)\nnet = Net()'),
  one('a data loader', 'from torch.utils.data import DataLoader\nDataLoader(d)\nDataLoader(d, 4, True)  # ! pt-dataloader'),
  one('keras is not seeded by tf.random.set_seed', 'import tensorflow as tf\ntf.random.set_seed(1)\ntf.keras.layers.Dense(3)  # ! keras-layer-unseeded\ntf.random.normal([3])  # ~ tf-op-unseeded'),
  one('a column of a polars frame', 'import polars as pl\ndf = pl.read_csv("a.csv")\ndf["a"].shuffle()  # ! pl-sample\ndf["a"].shuffle(seed=1)'),
  one('keras seeded', 'from tensorflow import keras\nkeras.utils.set_random_seed(1)\nkeras.layers.Dense(3)  # ~ keras-layer-unseeded'),
  one('tf.data', 'import tensorflow as tf\nds = tf.data.Dataset.range(9)\nds.map(f).shuffle(10)  # ! tf-data-shuffle\nds.shuffle(10, seed=1)'),

  // Order and environment.
  one('sets', 'for x in set(names):  # ! py-set-order\n    pass\nfor x in sorted(set(names)):\n    pass\nfor x in {1, 2, 3}:\n    pass\nlist(set(range(3)))\nlist({"a", "b"})  # ! py-set-order\nlen(set(names))\n", ".join({"a"})  # ! py-set-order'),
  one('labels from a set', 'labels = {c: i for i, c in enumerate(set(y))}  # ! py-set-order'),
  one('files', 'import os, glob\nfrom pathlib import Path\nos.listdir(".")  # ! py-fs-order\nsorted(os.listdir("."))\nlen(glob.glob("*"))\nfor f in glob.glob("*"):  # ! py-fs-order\n    pass\nPath("a").rglob("*")  # ! py-fs-order'),
  one('a date that is computed with', 'import pandas as pd\nage = (pd.Timestamp.now() - installed).days  # ! py-time-now'),
  one('time that passed', 'import time\nfrom datetime import datetime\nt0 = time.time()\nstart = datetime.now()\nprint(time.time() - t0, datetime.now() - start)\nprint(datetime.now())\ndeadline = time.time() + 60'),
  one('hash seed too late', 'import os\nos.environ["PYTHONHASHSEED"] = "0"  # ! py-hashseed-late'),
  one('completion order', 'from concurrent.futures import as_completed\nfor f in as_completed(fs):  # ! py-unordered-parallel\n    pass'),

  one('threads too late', 'import os\nos.environ["OMP_NUM_THREADS"] = "1"\nimport numpy\nos.environ["OMP_NUM_THREADS"] = "1"  # ! env-threads-late'),
  one('cuDNN by timing', 'import torch\ntorch.backends.cudnn.benchmark = True  # ! pt-cudnn-benchmark\ntorch.backends.cudnn.benchmark = False'),
  one('data of somebody else', 'import pandas as pd\npd.read_csv("https://example.com/a.csv")  # ! data-url\npd.read_csv("a.csv")\npd.read_csv("https://raw.githubusercontent.com/a/b/0123456789012345678901234567890123456789/c.csv")'),
  one('installs', '%pip install -q numpy==2.4.6\n!pip install torch  # ! env-unpinned-install\n%pip install -r requirements.txt\n!pip install "pandas>=2" # ! env-unpinned-install\n!pip install {name}'),
  one('gblinear', 'import xgboost as xgb\nxgb.XGBClassifier()\nxgb.XGBClassifier(booster="gblinear")  # ! xgb-shotgun\nxgb.XGBClassifier(booster="gblinear", updater="coord_descent")'),
  one('an environment', 'import gymnasium as gym\nenv = gym.make("CartPole-v1")\nenv.reset()  # ! gym-reset\nenv.reset(seed=1)'),
  one('a study', 'import optuna\noptuna.create_study()  # ! optuna-sampler\noptuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))'),
  one('a key of JAX', 'import jax, time\njax.random.PRNGKey(0)\njax.random.PRNGKey(time.time_ns())  # ! seed-varies'),

  // What is hidden, broken or declared.
  one('magics', '%matplotlib inline\n!pip list\nimport random\n%time random.random()  # ! py-random-unseeded\nfiles = !ls'),
  one('a cell magic with Python', '%%time\nimport random\nrandom.random()  # ! py-random-unseeded'),
  one('a cell in another language', '%%bash\nrandom.random()'),
  one('a cell for the browser', '%%javascript\nconst x = Math.random(); // ! js-math-random'),
  { name: 'cells for the browser are one program of their own', cells: ["%%js\nMath.seedrandom('1');", 'Math.random()', '%%javascript\nMath.random(); // ~ js-math-random'] },
  one('ignored', 'import random\nrandom.random()  # reprise: ignore[py-random-unseeded]\n# reprise: ignore\nrandom.random()\nrandom.random()  # reprise: ignore[other] # ! py-random-unseeded'),
  one('typed half', 'import numpy as np\nx = np.random.default_rng(\n\ny = 3'),
  one('Python 2', 'import random\nprint random.random()  # ! py-random-unseeded'),
]; // prettier-ignore

const RULED = Object.entries(BY_RULE).flatMap(([rule, { flagged, silent }]) => [
  ...flagged.map((cell, i) => one(`${rule}, flagged ${i + 1}`, cell)),
  ...silent.map((cell, i) => one(`${rule}, silent ${i + 1}`, cell)),
]);

export const CASES: Case[] = [...FIRST, ...TRAPS, ...RULED, ...SCRIPTS];
