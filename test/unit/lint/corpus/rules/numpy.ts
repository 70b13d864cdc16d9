/** NumPy and Numba. */
import { cells, type RuleCells } from './cells';

export const NUMPY: RuleCells = {
  'np-legacy-unseeded': {
    flagged: cells(`
import numpy as np

n = 200
X = 2 * np.random.rand(n, 1)  # ! np-legacy-unseeded
y = 4 + 3 * X + np.random.randn(n, 1)  # ! np-legacy-unseeded
# %%
from numpy import random as npr

idx = npr.choice(len(data), size=100, replace=False)  # ! np-legacy-unseeded
# %%
import numpy as np
import random

random.seed(0)
order = np.random.permutation(len(X))  # ! np-legacy-unseeded
`),
    silent: cells(`
import numpy as np

rng = np.random.default_rng(seed=0)
X = 2 * rng.random((200, 1))
y = 4 + 3 * X + rng.standard_normal((200, 1))
# %%
import numpy as np

x = np.linspace(0, 1, 100)
A = np.random.RandomState(1).rand(3, 3)
print(np.random.__name__, np.random.get_state()[0])
`),
  },
  'np-generator-unseeded': {
    flagged: cells(`
from numpy.random import default_rng

rng = default_rng()  # ! np-generator-unseeded
sample = rng.choice(["a", "b"], size=10)
# %%
import numpy as np
from numpy.random import Generator, PCG64

np.random.seed(42)
rng = Generator(PCG64())  # ! np-generator-unseeded
# %%
import numpy as np

streams = [np.random.default_rng(s) for s in np.random.SeedSequence().spawn(4)]  # ! np-generator-unseeded
`),
    silent: cells(`
import numpy as np
from numpy.random import Generator, PCG64, MT19937, SeedSequence

rng = Generator(PCG64(12345))
old = np.random.RandomState(MT19937(SeedSequence(98765)))
# %%
import numpy as np

def simulate(n, rng=None):
    rng = np.random.default_rng(rng)
    return rng.normal(size=n)

simulate(10, rng=np.random.default_rng(4))
`),
  },
  'np-empty-read': {
    flagged: cells(`
import numpy as np

total = np.empty(10) + 1.0  # ! np-empty-read
# %%
from numpy import empty_like

baseline = empty_like(y_train).mean()  # ! np-empty-read
`),
    silent: cells(`
import numpy as np

losses = np.empty(100)
for step in range(100):
    losses[step] = train_step()
print(losses.mean())
# %%
import numpy as np
import pandas as pd

buffer = np.full((3, 4), np.nan)
empty = pd.DataFrame()
print(empty.empty, buffer.sum())
`),
  },
  'np-unstable-sort': {
    flagged: cells(`
import numpy as np

top5 = np.argsort(scores)[::-1][:5]  # ! np-unstable-sort
rows = np.argsort(matrix, 0, "quicksort")[:3]  # ! np-unstable-sort
nearest = np.argpartition(distances, 5)[:5]  # ! np-unstable-sort
# %%
import pandas as pd

df = pd.read_csv("scores.csv")
best = df.sort_values(by="score", ascending=False).head(10)  # ! np-unstable-sort
latest = df.sort_values("date").drop_duplicates(subset="user")  # ! np-unstable-sort
`),
    silent: cells(`
import numpy as np

top5 = np.argsort(-scores, kind="stable")[:5]
ranked = np.sort(scores)[::-1]
best = np.argmax(scores)
# %%
import pandas as pd

df = pd.read_csv("scores.csv")
best = df.sort_values(["score", "name"], ascending=[False, True]).head(10)
df = df.sort_values("date", kind="mergesort")
df.nlargest(10, "score")
`),
  },
  'numba-seed': {
    flagged: cells(`
import numba as nb
import numpy as np

np.random.seed(0)

@nb.njit(parallel=True)
def monte_carlo(n):
    hits = 0
    for _ in nb.prange(n):
        x, y = np.random.random(), np.random.random()  # ! numba-seed, ! numba-seed
        hits += x * x + y * y < 1
    return 4 * hits / n

monte_carlo(10_000)
# %%
import random
from numba import jit

@jit(nopython=True)
def step(x):
    return x + random.gauss(0, 1)  # ! numba-seed

step(0.0)
`),
    silent: cells(`
import numba as nb
import numpy as np

@nb.njit
def walk(steps, rng):
    return rng.normal(0.0, 1.0, steps).cumsum()

walk(100, np.random.default_rng(5))
# %%
from numba import njit
import numpy as np

@njit
def norm(x):
    return np.sqrt((x * x).sum())

norm(np.arange(3.0))
`),
  },
};
