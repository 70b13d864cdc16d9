/** Cells that a linter gets wrong easily, as people write them. */
import type { Case } from '.';

const one = (name: string, cell: string): Case => ({ name, cells: [cell.slice(1)] });

export const TRAPS: Case[] = [
  one(
    'a helper of another module',
    `
from utils import seed_everything
import numpy as np
seed_everything(42)
np.random.rand()`,
  ),
  one(
    'another notebook that is run',
    `
%run utils.ipynb
import numpy as np
np.random.rand()`,
  ),
  one(
    'a list that is sorted later',
    `
import os, glob
files = os.listdir("a")
files.sort()
g = glob.glob("*")
g = sorted(g)
cols = list(set(names))
cols.sort()`,
  ),
  one(
    'a list of which the order is not asked',
    `
import os, glob
from pathlib import Path
d = Path("a")
sorted(list(d.glob("*")))
len(list(d.glob("*.jpg")))
sorted(glob.glob(a) + glob.glob(b))
sorted(filter(f, os.listdir(p)))
sum(len(f) for _,_,f in os.walk("."))
sum(getsize(f) for f in glob.glob("*"))
if "m" in os.listdir("."):
    pass
if not os.listdir("."):
    pass
(d / "train").glob("*.png")  # ! py-fs-order
train = os.listdir(".")[:80]  # ! py-fs-order`,
  ),
  one(
    'a class that is asked for',
    `
import torch
from torch import nn
def init(m):
    if isinstance(m, nn.Linear):
        m.weight.data.zero_()`,
  ),
  one(
    'a seed that is passed along',
    `
from sklearn.ensemble import RandomForestClassifier as RF
from functools import partial
import pandas as pd
make = partial(RF, random_state=42)
make()
df = pd.read_csv("a.csv")
df.groupby("y").apply(pd.DataFrame.sample, n=3, random_state=1)
params={"n_estimators":10}
RF(**params)  # ! sk-random-state
params["random_state"]=42
RF(**params)
p2 = {}
p2.update(random_state=3)
RF(**p2)
p3 = {"n": 3}
tune(p3)
RF(**p3)`,
  ),
  one(
    'a None that is another value later',
    `
import numpy as np
cfg={"seed":None}
cfg["seed"]=42
np.random.seed(cfg["seed"])
class CFG:
    seed=None
CFG.seed=42
np.random.seed(CFG.seed)
SEED=None
def f():
    global SEED
    SEED = 3
f()
np.random.seed(SEED)`,
  ),
  one(
    'methods that seed',
    `
import numpy as np, random
class Exp:
    def __init__(self):
        self.seed()
    def seed(self):
        np.random.seed(3)
e = Exp()
np.random.rand()  # ~ np-legacy-unseeded
class Seed:
    def __init__(self, n): self.n = n
    def __enter__(self): random.seed(self.n)
    def __exit__(self, *a): pass
with Seed(3):
    random.random()  # ~ py-random-unseeded`,
  ),
  one(
    'a base class that seeds',
    `
import numpy as np
class Base:
    def __init__(self, seed):
        np.random.seed(seed)
class Child(Base):
    def __init__(self):
        super().__init__(42)
Child()
np.random.rand()  # ~ np-legacy-unseeded`,
  ),
  one(
    'a fallback that is never taken',
    `
import numpy as np
def sim(n, rng=None):
    rng = rng or np.random.default_rng()
    return rng.normal(n)
def sim2(n, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    return rng.normal(n)
r = np.random.default_rng(1)
sim(3, r)
sim2(3, rng=r)`,
  ),
  one(
    'a fallback that is taken',
    `
import numpy as np
def sim(n, rng=None):
    rng = rng or np.random.default_rng()  # ! np-generator-unseeded
    return rng.normal(n)
def sim2(n, rng=None):
    if rng is None:
        rng = np.random.default_rng()  # ! np-generator-unseeded
    return rng.normal(n)
sim(3)
sim2(3)`,
  ),
  one(
    'sets of numbers, and sets whose order nobody asks for',
    `
import numpy as np
list(set(range(9)) - set(train_idx))
for k in set(db.labels_):
    pass
for k in {x % 3 for x in range(10)}:
    pass
for k in set(len(w) for w in ws):
    pass
for c in set(df["c"].astype(int)):
    pass
for c in set(np.where(x)[0]):
    pass
df[df.a.isin(list(set(ids)))]
df.drop(columns=list({"a","b"}))
np.unique(list(set(x)))
CountVectorizer(stop_words=list(s))
list(set(names) - {3})  # ! py-set-order`,
  ),
  one(
    'sets by their methods',
    `
vocab = set()
for w in words:
    vocab.add(w)
list(vocab)  # ! py-set-order
for x in set(a).intersection(b):  # ! py-set-order
    pass
set(a).pop()  # ! py-set-order
dict.fromkeys(set(a))  # ! py-set-order
[*{"a", "b"}]  # ! py-set-order
print(*{"a", "b"})  # ! py-set-order
numbers = set()
numbers.add(len(a))
list(numbers)`,
  ),
  one(
    'scikit-learn: the base of an ensemble, given centres, the module as a seed',
    `
from sklearn.ensemble import BaggingClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.cluster import KMeans
import numpy as np
BaggingClassifier(DecisionTreeClassifier(), random_state=42)
BaggingClassifier(DecisionTreeClassifier())  # ! sk-random-state, ! sk-random-state
KMeans(n_clusters=3, init=C, n_init=1)
KMeans(3, random_state=np.random)  # ! sk-random-state
KMeans(3, tol=1.)  # ! sk-random-state`,
  ),
  one(
    'one name for a generator that begins again',
    `
import numpy as np
if fast:
    rng = np.random.default_rng(0)
else:
    rng = np.random.default_rng(0)
rng = np.random.default_rng(0)
noise = np.random.default_rng(0)  # ! seed-reuse`,
  ),
  one(
    'Polars that is sorted afterwards',
    `
import polars as pl
df = pl.read_csv("a.csv")
df.group_by("a").agg(x).sort("a")
df.unique().sort("x")
len(df.unique())
df.unique().height
df.group_by("a").agg(x)  # ! pl-row-order`,
  ),
  one(
    'Keras layers that draw nothing',
    `
from keras.layers import Dense, Attention
from keras.initializers import GlorotUniform
Dense(3, kernel_initializer=GlorotUniform(seed=1))
Dense(3, kernel_initializer="zeros")
Attention()
Dense(3)  # ! keras-layer-unseeded`,
  ),
  one(
    'installs with redirections and options',
    `
!pip install foo==1.0 2>/dev/null
!pip install foo==1.0 2>&1 | tail
!pip install --progress-bar off foo==1.0
!conda install --file req.txt
%env PYTHONHASHSEED=0  # ! py-hashseed-late
!pip install foo  # ! env-unpinned-install`,
  ),
  one(
    'a cell that is captured',
    `
%%capture out
!pip install foo  # ! env-unpinned-install`,
  ),
  one(
    'places of arguments, and lambdas where they are called',
    `
from datetime import datetime
import numpy as np
class T:
    def go(self):
        return datetime.now() - self.start
def f(a, *args, seed=1):
    np.random.seed(seed)
f(1, 2, None)
init = lambda: np.random.rand()  # ~ np-legacy-unseeded
np.random.seed(0)
init()`,
  ),
  one(
    'seeds that vary',
    `
import numpy as np, time, random, os
np.random.seed(int(time.time()))  # ! seed-varies
np.random.rand()  # ! np-legacy-unseeded
SEED = random.randint(0, 999)  # ! py-random-unseeded
np.random.seed(SEED)  # ! seed-varies
np.random.seed(int.from_bytes(os.urandom(4), "big"))  # ! seed-varies, ! py-system-random
np.random.seed()  # ! np-seed-none`,
  ),
  one(
    'a draw that a method makes, before the seed',
    `
import numpy as np
class Sim:
    def run(self):
        return np.random.rand()  # ! np-legacy-unseeded
Sim().run()
np.random.seed(0)  # ! nb-seed-order`,
  ),
  one(
    'a seed that nobody gives',
    `
import numpy as np
def seed_all(seed=None):
    np.random.seed(seed)  # ! np-seed-none
seed_all()
np.random.rand()  # ! np-legacy-unseeded`,
  ),
  one(
    'a method with the name of a function',
    `
from random import shuffle
class Deck:
    def shuffle(self):
        shuffle(self.cards)  # ! py-random-unseeded`,
  ),
  one(
    'environments',
    `
import gym
env = gym.make("a")
env.action_space.sample()  # ! gym-space
class A:
    def __init__(self, env):
        self.env = gym.make("b")
    def go(self):
        self.env.reset()  # ! gym-reset`,
  ),
  one(
    'an environment that was seeded once',
    `
import gymnasium as gym
env = gym.wrappers.X(gym.make("a"))
env.reset(seed=3)
for i in range(3):
    env.reset()  # ~ gym-reset`,
  ),
  one(
    'Numba',
    `
from numba import njit
import numpy as np
np.random.seed(0)
@njit
def f():
    return np.random.rand()  # ! numba-seed
f()`,
  ),
  one(
    'the seed of a worker',
    `
from torch.utils.data import DataLoader
import numpy as np
DataLoader(d, num_workers=2, worker_init_fn=lambda i: np.random.seed(i))
np.random.rand()  # ! np-legacy-unseeded`,
  ),
  one(
    'pylab',
    `
from pylab import *
rand(3)  # ! np-legacy-unseeded`,
  ),
  one(
    'distributions and models of PyTorch',
    `
import torch, torchvision
torch.distributions.Normal(0, 1).sample()  # ! pt-unseeded
torchvision.models.resnet18()  # ! pt-unseeded
torchvision.models.resnet18(weights="DEFAULT")`,
  ),
  one(
    'graphs',
    `
import networkx as nx
nx.draw(G)  # ! nx-seed
nx.draw(G, pos)
nx.community.louvain_communities(G)  # ! nx-seed`,
  ),
  one(
    'data sets of unknown origin',
    `
import tensorflow_datasets as tfds
import tensorflow as tf
ds = tfds.load("mnist:3.0.1")
ds.shuffle(1000)  # ! tf-data-shuffle
other.shuffle(SHUFFLE)  # ! tf-data-shuffle`,
  ),
  one(
    'what is no frame',
    `
import pandas as pd
env.action_space.sample()
memory.sample(32)
model.sample(n=5)
df.sample(n)  # ! pd-sample
df_train.sample(N)  # ! pd-sample`,
  ),
  one(
    'deep calls',
    `
import random
def f1(): return f2()
def f2(): return f3()
def f3(): return f4()
def f4(): return f5()
def f5(): return random.random()  # ! py-random-unseeded
f1()`,
  ),
  one(
    'memory that is read under a name, and an order of which some is taken',
    `
import numpy as np
y = np.empty(3)  # ! np-empty-read
print(y)
z = np.empty(3)
z[:] = 0
print(z)
order = np.argsort(scores)  # ! np-unstable-sort
best = order[:5]
`,
  ),
  one(
    'sums over a set',
    `
n = sum(len(w) for w in set(words))
n = sum(1 for w in set(words))
total = sum(weight[w] for w in set(words))  # ! py-set-order
`,
  ),
  one(
    'commands that install and fetch',
    `
import subprocess, sys
subprocess.check_call([sys.executable, "-m", "pip", "install", "torch"])  # ! env-unpinned-install
subprocess.run("pip install torch==2.15.0", shell=True)
!wget -q https://example.com/a.csv  # ! data-url
!curl -LO https://raw.githubusercontent.com/a/b/0123456789012345678901234567890123456789/c.csv
!git clone https://github.com/a/b  # ! data-url
`,
  ),
];
