/** Seeds themselves: too late, the same one twice, another one each time. */
import { cells, type RuleCells } from './cells';

export const SEEDS: RuleCells = {
  'nb-seed-order': {
    flagged: cells(`
import torch
from torch import nn

model = nn.Sequential(
    nn.Linear(784, 128),  # ! pt-unseeded
    nn.ReLU(),
    nn.Linear(128, 10),  # ! pt-unseeded
)
torch.manual_seed(42)  # ! nb-seed-order
# %%
import numpy as np

weights = np.random.randn(10)  # ! np-legacy-unseeded

def set_seed(seed):
    np.random.seed(seed)  # ! nb-seed-order

set_seed(0)
# %%
import random

def fix_seeds():
    random.seed(0)  # ! nb-seed-order

random.shuffle(items)  # ! py-random-unseeded
`),
    silent: cells(`
import random
import numpy as np
import torch

def seed_everything(seed: int = 42):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)

seed_everything()
# %%
import numpy as np

SEED = 42
rng = np.random.default_rng(SEED)
x = rng.normal(size=100)
np.random.seed(SEED)
`),
  },
  'seed-in-loop': {
    flagged: cells(`
import numpy as np

means = []
for trial in range(1000):
    np.random.seed(42)  # ! seed-in-loop
    means.append(np.random.normal(size=50).mean())  # ~ np-legacy-unseeded
# %%
import random

for epoch in range(10):
    rng = random.Random(0)  # ! seed-in-loop
    rng.shuffle(order)
`),
    silent: cells(`
import numpy as np

for seed in range(5):
    rng = np.random.default_rng(seed)
    scores.append(evaluate(rng))
# %%
import numpy as np

rngs = [np.random.default_rng([7, fold]) for fold in range(5)]
for fold in range(5):
    rngs[fold].shuffle(indices)
`),
  },
  'seed-reuse': {
    flagged: cells(`
import numpy as np

X = np.random.default_rng(0).normal(size=(100, 3))
noise = np.random.default_rng(0).normal(size=100)  # ! seed-reuse
# %%
from numpy.random import RandomState

SEED = 42
rng_data = RandomState(SEED)
rng_noise = RandomState(seed=SEED)  # ! seed-reuse
# %%
import numpy as np

def make_data(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=n)

def make_noise(n):
    rng = np.random.default_rng(0)  # ! seed-reuse
    return rng.normal(size=n)

y = make_data(100) + make_noise(100)
`),
    silent: cells(`
import numpy as np

rng_data, rng_noise = np.random.default_rng(0).spawn(2)
X = rng_data.normal(size=(100, 3))
noise = rng_noise.normal(size=100)
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

SEED = 42
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=SEED)
clf = RandomForestClassifier(random_state=SEED)
`),
  },
  'seed-varies': {
    flagged: cells(`
import time
import numpy as np

seed = int(time.time())
print("seed:", seed)
rng = np.random.default_rng(seed)  # ! seed-varies
# %%
import os
import random

random.seed(os.getpid())  # ! seed-varies
sample = random.sample(range(100), 5)  # ! py-random-unseeded
# %%
from datetime import datetime
from sklearn.model_selection import train_test_split

now = datetime.now()
split = train_test_split(X, y, random_state=now.microsecond)  # ! seed-varies
`),
    silent: cells(`
import os
import numpy as np

SEED = int(os.environ.get("SEED", 42))
rng = np.random.default_rng(SEED)
# %%
import time
import numpy as np

rng = np.random.default_rng(20240601)
t0 = time.time()
x = rng.normal(size=10**6)
print(time.time() - t0)
`),
  },
  'np-seed-none': {
    flagged: cells(`
import numpy as np

np.random.seed()  # ! np-seed-none
y = np.random.permutation(10)  # ! np-legacy-unseeded
# %%
from numpy.random import seed, randn
from random import seed as py_seed

seed(None)  # ! np-seed-none
py_seed()  # ! np-seed-none
# %%
import numpy as np

config = {"seed": None, "lr": 0.1}
np.random.seed(config["seed"])  # ! np-seed-none
`),
    silent: cells(`
import numpy as np

config = {"seed": 3, "lr": 0.1}
np.random.seed(config["seed"])
# %%
def run(seed=None):
    import numpy as np
    np.random.seed(seed)

run(seed=11)
`),
  },
};
