/** Python’s own generators, and the seed of its hashes. */
import { cells, type RuleCells } from './cells';

export const PYTHON: RuleCells = {
  'py-random-unseeded': {
    flagged: cells(`
import random

deck = [f"{rank}{suit}" for rank in "A23456789TJQK" for suit in "CDHS"]
random.shuffle(deck)  # ! py-random-unseeded
hand = deck[:5]
# %%
from random import choice as pick, gauss

noise = [gauss(mu=0, sigma=0.1) for _ in range(100)]  # ! py-random-unseeded
prompt = pick(["Why?", "How?"])  # ! py-random-unseeded
# %%
import random as rnd
import string

def new_id(k=8):
    return "".join(rnd.choices(string.ascii_lowercase, k=k))  # ! py-random-unseeded

ids = [new_id() for _ in range(10)]
`),
    silent: cells(`
import random

rng = random.Random(2024)
rng.shuffle(paths)
train, val = paths[:800], paths[800:]
# %%
class Random:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def sample(self):
        return (self.low + self.high) / 2

random = Random(0, 10)
random.sample()
# %%
from scipy.ndimage import uniform_filter as uniform
from mymath import choice

smooth = uniform(image, size=3)
choice(options)
`),
  },
  'py-random-instance-unseeded': {
    flagged: cells(`
import random

class Agent:
    def __init__(self, epsilon=0.1):
        self.rng = random.Random()  # ! py-random-instance-unseeded
        self.epsilon = epsilon

agent = Agent()
# %%
from random import Random

seed = None
rng = Random(seed)  # ! py-random-instance-unseeded
sample = rng.sample(range(1000), k=10)
`),
    silent: cells(`
from random import Random

SEED = 1234
folds = [Random(f"{SEED}-{k}") for k in range(5)]
# %%
import random

def bootstrap(data, rng):
    return [rng.choice(data) for _ in data]

means = [sum(bootstrap([1, 2, 3], random.Random(i))) / 3 for i in range(100)]
`),
  },
  'py-system-random': {
    flagged: cells(`
import uuid

run_id = str(uuid.uuid4())[:8]  # ! py-system-random
log_dir = f"runs/{run_id}"
# %%
from secrets import token_hex
from random import SystemRandom

token = token_hex(16)  # ! py-system-random
order = SystemRandom().sample(range(10), 10)  # ! py-system-random
# %%
import os
import pandas as pd

df = pd.DataFrame({"key": [os.urandom(4).hex() for _ in range(3)]})  # ! py-system-random
`),
    silent: cells(`
import uuid

df["id"] = [uuid.uuid5(uuid.NAMESPACE_DNS, name) for name in df["name"]]
# %%
import hashlib
import os

token = hashlib.sha256(os.environ["USER"].encode()).hexdigest()
os.makedirs("runs", exist_ok=True)
`),
  },
  'py-hashseed-late': {
    flagged: cells(`
import os
import random

def set_seed(seed=42):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)  # ! py-hashseed-late

set_seed()
# %%
%env PYTHONHASHSEED=42 # ! py-hashseed-late
import pandas as pd
# %%
from os import environ

environ.setdefault("PYTHONHASHSEED", "0")  # ! py-hashseed-late
`),
    silent: cells(`
import os

print("hash seed:", os.environ.get("PYTHONHASHSEED"))
assert os.environ["PYTHONHASHSEED"] == "0"
# %%
import os
import subprocess

env = {**os.environ, "PYTHONHASHSEED": "0"}
subprocess.run(["python", "train.py"], env=env, check=True)
`),
  },
};
