/** Work that other processes and threads do. */
import { cells, type RuleCells } from './cells';

export const PARALLEL: RuleCells = {
  'py-fork-rng': {
    flagged: cells(`
import numpy as np
from joblib import Parallel, delayed

np.random.seed(0)

def simulate(n):
    return np.random.normal(size=n).mean()

means = Parallel(n_jobs=4)(delayed(simulate)(1000) for _ in range(20))  # ! py-fork-rng
# %%
import random
from concurrent.futures import ProcessPoolExecutor

random.seed(1)

def estimate_pi(n):
    return sum(random.random() ** 2 + random.random() ** 2 < 1 for _ in range(n)) / n * 4

with ProcessPoolExecutor(max_workers=2) as pool:
    results = list(pool.map(estimate_pi, [10_000] * 4))  # ! py-fork-rng
`),
    silent: cells(`
import numpy as np
from joblib import Parallel, delayed

def simulate(seed, n):
    rng = np.random.default_rng(seed)
    return rng.normal(size=n).mean()

seeds = np.random.SeedSequence(7).spawn(20)
means = Parallel(n_jobs=4)(delayed(simulate)(seed, 1000) for seed in seeds)
# %%
from multiprocessing import Pool

def square(x):
    return x * x

with Pool(4) as pool:
    squares = pool.map(square, range(100))
`),
  },
  'py-thread-rng': {
    flagged: cells(`
import numpy as np
from concurrent.futures import ThreadPoolExecutor

rng = np.random.default_rng(3)

def augment(image):
    return image + rng.normal(size=image.shape)

with ThreadPoolExecutor(8) as executor:
    augmented = list(executor.map(augment, images))  # ! py-thread-rng
# %%
import threading
import random

random.seed(5)
results = []

def worker():
    results.append(random.gauss(0, 1))  # ~ py-random-unseeded

threads = [threading.Thread(target=worker) for _ in range(4)]  # ! py-thread-rng
# %%
import numpy as np
from joblib import Parallel, delayed

rng = np.random.default_rng(1)

def simulate(n):
    return rng.normal(size=n).mean()

means = Parallel(n_jobs=4, backend="threading")(delayed(simulate)(n) for n in sizes)  # ! py-thread-rng
`),
    silent: cells(`
import numpy as np
from concurrent.futures import ThreadPoolExecutor

def augment(job):
    seed, image = job
    rng = np.random.default_rng(seed)
    return image + rng.normal(size=image.shape)

with ThreadPoolExecutor(8) as executor:
    augmented = list(executor.map(augment, enumerate(images)))
# %%
import threading
import requests

def fetch(path):
    pages[path] = requests.get(base + path).text

threads = [threading.Thread(target=fetch, args=(p,)) for p in paths]
for t in threads:
    t.start()
`),
  },
  'py-unordered-parallel': {
    flagged: cells(`
from concurrent.futures import ThreadPoolExecutor, as_completed

with ThreadPoolExecutor() as executor:
    futures = [executor.submit(download, url) for url in urls]
    pages = [f.result() for f in as_completed(futures)]  # ! py-unordered-parallel
# %%
import multiprocessing as mp

with mp.Pool(processes=4) as pool:
    for features in pool.imap_unordered(extract, paths, chunksize=8):  # ! py-unordered-parallel
        rows.append(features)
# %%
import joblib

scores = joblib.Parallel(n_jobs=-1, return_as="generator_unordered")(jobs)  # ! py-unordered-parallel
`),
    silent: cells(`
import multiprocessing as mp
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor() as executor:
    pages = list(executor.map(download, urls))
with mp.Pool(processes=4) as pool:
    rows = list(pool.imap(extract, paths))
# %%
from joblib import Parallel, delayed

scores = Parallel(n_jobs=-1, return_as="generator")(delayed(score)(m) for m in models)
# %%
from concurrent.futures import wait

done, pending = wait(futures)
results = [f.result() for f in futures]
`),
  },
};
