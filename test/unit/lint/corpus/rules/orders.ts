/** Hashes, orders and clocks of Python and the machine. */
import { cells, type RuleCells } from './cells';

export const ORDERS: RuleCells = {
  'py-hash-str': {
    flagged: cells(`
import pandas as pd

df = pd.read_csv("users.csv")
df["bucket"] = df["email"].map(lambda email: hash(email) % 10)  # ! py-hash-str
# %%
def in_test_set(identifier, ratio=0.2):
    return hash(str(identifier)) % 100 < ratio * 100  # ! py-hash-str

test = [u for u in users if in_test_set(u)]
`),
    silent: cells(`
import hashlib

def in_test_set(identifier, ratio=0.2):
    digest = hashlib.md5(str(identifier).encode()).hexdigest()
    return int(digest, 16) % 100 < ratio * 100
# %%
buckets = [hash(i) % 4 for i in range(100)]
corner = hash((1, 2))
# %%
class Point:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(self.name)
`),
  },
  'py-hash-tokenizer': {
    flagged: cells(`
from keras.preprocessing.text import one_hot

docs = ["well done", "poor effort"]
encoded = [one_hot(d, 50) for d in docs]  # ! py-hash-tokenizer
# %%
import tensorflow as tf

ids = tf.keras.preprocessing.text.hashing_trick(text, n=200, hash_function=None)  # ! py-hash-tokenizer
`),
    silent: cells(`
import tensorflow as tf

ids = tf.keras.preprocessing.text.hashing_trick(text, n=200, hash_function="md5")
# %%
import tensorflow as tf

labels = tf.one_hot([0, 1, 2], depth=3)
# %%
from sklearn.feature_extraction.text import HashingVectorizer

X = HashingVectorizer(n_features=2**10).fit_transform(docs)
`),
  },
  'py-id-order': {
    flagged: cells(`
nodes = [Node(x) for x in values]
ordered = sorted(nodes, key=lambda node: id(node))  # ! py-id-order
# %%
cache = {}

def memo(tensor):
    key = id(tensor)  # ! py-id-order
    if key not in cache:
        cache[key] = tensor.sum()
    return cache[key]
`),
    silent: cells(`
def show(id, name):
    return f"{id}: {name}"

for id, name in enumerate(["a", "b"]):
    show(id, name)
# %%
import pandas as pd

df = pd.DataFrame({"id": [3, 1, 2]})
df = df.sort_values("id")
by_id = {row.id: row for row in df.itertuples()}
`),
  },
  'py-set-order': {
    flagged: cells(`
import pandas as pd

df = pd.read_csv("train.csv")
words = set(" ".join(df["text"]).split())
word2idx = {w: i for i, w in enumerate(words)}  # ! py-set-order
# %%
import numpy as np

train_users = set(train["user"])
test_users = set(test["user"])
shared = np.array(list(train_users & test_users))  # ! py-set-order
# %%
chars = list(set(text))  # ! py-set-order
stoi = {ch: i for i, ch in enumerate(chars)}
`),
    silent: cells(`
text = open("input.txt").read()
chars = sorted(list(set(text)))
stoi = {ch: i for i, ch in enumerate(chars)}
vocab_size = len(set(text))
# %%
import numpy as np

seen = set()
for i in range(10):
    seen.add(i % 3)
for i in seen:
    print(i)
missing = set(range(10)) - seen
np.array(list(missing)).mean()
# %%
tags = {"a": 1, "b": 2}
for tag in tags:
    print(tag)
unique = list(dict.fromkeys(words))
if "x" in {"x", "y"}:
    pass
`),
  },
  'py-fs-order': {
    flagged: cells(`
import os
import pandas as pd

frames = [pd.read_csv(os.path.join("data", f)) for f in os.listdir("data")]  # ! py-fs-order
df = pd.concat(frames, ignore_index=True)
# %%
from glob import glob

image_paths = glob("images/**/*.png", recursive=True)  # ! py-fs-order
train_paths, test_paths = image_paths[:800], image_paths[800:]
# %%
from pathlib import Path

DATA = Path("data") / "raw"
for file in DATA.iterdir():  # ! py-fs-order
    rows.extend(parse(file))
`),
    silent: cells(`
from pathlib import Path
import glob

DATA = Path("data") / "raw"
files = sorted(DATA.glob("*.csv"))
pngs = glob.glob("images/*.png")
pngs.sort(key=lambda p: int(p.split("_")[1]))
csvs = [p for p in DATA.rglob("*.csv") if not p.name.startswith(".")]
csvs = sorted(csvs)
print(len(list(DATA.iterdir())), "files")
# %%
import os

if "model.pt" not in os.listdir("checkpoints"):
    os.makedirs("checkpoints", exist_ok=True)
n_files = len(os.listdir("data"))
print(os.path.getsize("data/a.csv"))
`),
  },
  'py-time-now': {
    flagged: cells(`
import datetime as dt
import pandas as pd

df = pd.read_csv("people.csv")
df["age"] = dt.date.today().year - df["birth_year"]  # ! py-time-now
# %%
from datetime import datetime, timedelta

since = datetime.utcnow() - timedelta(days=30)  # ! py-time-now
recent = orders[orders["date"] > since]
# %%
import numpy as np
import pandas as pd

df = pd.read_csv("people.csv", parse_dates=["born"])
df["age"] = (pd.to_datetime("today") - df["born"]).dt.days // 365  # ! py-time-now
due = df[df["date"] < np.datetime64("today")]  # ! py-time-now
`),
    silent: cells(`
import time
from datetime import datetime

start = time.perf_counter()
model.fit(X, y)
print(f"took {time.perf_counter() - start:.1f} s at {datetime.now():%H:%M}")
# %%
import pandas as pd
from datetime import date, datetime

TODAY = date(2024, 6, 1)
df["since"] = pd.to_datetime("2024-06-01") - pd.to_datetime(df["start"])
df["age"] = TODAY.year - df["birth_year"]
df["when"] = df["when"].map(lambda text: datetime.strptime(text, "%Y-%m-%d"))
`),
  },
};
