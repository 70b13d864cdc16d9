/** What a notebook takes from outside. */
import { cells, type RuleCells } from './cells';

const SHA = '0123456789abcdef0123456789abcdef01234567';

export const ENVIRONMENT: RuleCells = {
  'data-url': {
    flagged: cells(`
import pandas as pd

URL = "https://raw.githubusercontent.com/mwaskom/seaborn-data/master/penguins.csv"
penguins = pd.read_csv(URL)  # ! data-url
# %%
import requests
from urllib.request import urlretrieve

r = requests.get("https://api.example.com/v1/prices", params={"day": "2024-01-01"})  # ! data-url
urlretrieve("https://example.com/data.zip", "data.zip")  # ! data-url
# %%
import tensorflow as tf
from sklearn.datasets import fetch_openml

path = tf.keras.utils.get_file("shakespeare.txt", "https://example.com/shakespeare.txt")  # ! data-url
mnist = fetch_openml("mnist_784", as_frame=False)  # ! data-url
`),
    silent: cells(`
import pandas as pd

URL = "https://raw.githubusercontent.com/mwaskom/seaborn-data/${SHA}/penguins.csv"
penguins = pd.read_csv(URL)
local = pd.read_csv("data/penguins.csv")
# %%
import pooch
from keras.utils import get_file
from sklearn.datasets import fetch_openml, load_digits

mnist = fetch_openml("mnist_784", version=1)
digits = load_digits()
pooch.retrieve("https://example.com/a.nc", known_hash="sha256:50ef9a52")
get_file("text.txt", "https://example.com/text.txt", md5_hash="9e107d9d372bb6826bd81d3542a419d6")
get_file("b.txt", "https://example.com/b.txt", False, None, "9e107d9d372bb6826bd81d3542a419d6")
`),
  },
  'data-abs-path': {
    flagged: cells(`
import pandas as pd

df = pd.read_excel(io="C:/Users/ada/Desktop/budget.xlsx", sheet_name=0)  # ! data-abs-path
# %%
from pandas import read_csv
import numpy as np

train = read_csv("/content/drive/MyDrive/train.csv")  # ! data-abs-path
X = np.load("/home/ada/features.npy")  # ! data-abs-path
# %%
with open("/Users/ada/notes.txt") as f:  # ! data-abs-path
    text = f.read()
`),
    silent: cells(`
import os
import pandas as pd
from pathlib import Path

DATA = Path("..") / "data"
df = pd.read_csv(DATA / "train.csv")
other = pd.read_csv(os.path.join("data", "test.csv"))
# %%
import numpy as np

X = np.load("features.npy")
with open("notes/home.txt") as f:
    print(f.read())
route = "/home"
`),
  },
  'data-sql-order': {
    flagged: cells(`
import pandas as pd

df = pd.read_sql("SELECT * FROM orders LIMIT 1000", con=engine)  # ! data-sql-order
# %%
import pandas as pd

query = """
    select user_id, amount
    from payments
    where amount > 10
    limit 500
"""
payments = pd.read_sql_query(query, connection)  # ! data-sql-order
`),
    silent: cells(`
import pandas as pd

query = """
    SELECT user_id, amount
    FROM payments
    ORDER BY payment_id
    LIMIT 500
"""
payments = pd.read_sql_query(query, connection)
# %%
import pandas as pd

df = pd.read_sql("SELECT COUNT(*) FROM orders", con=engine)
limits = pd.read_sql("select id, credit_limit from accounts", engine)
`),
  },
  'sh-random': {
    flagged: cells(`
!shuf -n 1000 rows.csv > sample.csv  # ! sh-random
# %%
lines = !cat rows.csv | sort -R | head -100  # ! sh-random
# %%
!sort --random-sort rows.csv > shuffled.csv  # ! sh-random
!echo $RANDOM  # ! sh-random
# %%
import os, subprocess

os.system("cat rows.csv | shuf > shuffled.csv")  # ! sh-random
subprocess.run(["shuf", "-n", "10", "rows.csv"])  # ! sh-random
`),
    silent: cells(`
!shuf -n 1000 --random-source=seed.bin rows.csv > sample.csv
!sort -k2 -n rows.csv
!sort -t, -r rows.csv && ls -R
!cat shuf.txt; echo "not shuf"
!RANDOM=42; echo $RANDOM
# %%
import subprocess

subprocess.run(["sort", "-n", "R.csv"])
print("!shuf -n 1000 rows.csv")
`),
  },
  'data-sql-random': {
    flagged: cells(`
import pandas as pd

sample = pd.read_sql("SELECT * FROM orders ORDER BY RANDOM() LIMIT 1000", con=engine)  # ! data-sql-random
# %%
import sqlite3

con = sqlite3.connect("shop.db")
rows = con.execute("select id, random() as split from orders").fetchall()  # ! data-sql-random
cur = con.cursor()
query = """
    select * from orders
    order by random()
"""
cur.execute(query)  # ! data-sql-random
# %%
import duckdb

train = duckdb.sql("select * from 'orders.parquet' using sample 10%").df()  # ! data-sql-random
db = duckdb.connect("shop.duckdb")
part = db.execute("select * from orders tablesample reservoir(100)").fetchall()  # ! data-sql-random
# %%
from sqlalchemy import text

rows = session.execute(text("select * from orders order by newid()"))  # ! data-sql-random
keys = session.execute(text("select uuidv4(), encode(gen_random_bytes(8), 'hex') from orders"))  # ! data-sql-random
some = session.execute(text("select array_sample(items, 3) from orders"))  # ! data-sql-random
`),
    silent: cells(`
import pandas as pd

sample = pd.read_sql("select * from orders tablesample bernoulli (10) repeatable (42)", engine)
kept = pd.read_sql("insert into random(a, b) values (1, 2) returning a", engine)
scores = pd.read_sql("select random_score(id), rand(7) from orders order by id", engine)
# %%
import duckdb

part = duckdb.sql("select * from 'orders.parquet' using sample reservoir(100 rows) repeatable (7)").df()
other = duckdb.sql("select * from orders using sample 10 percent (bernoulli, 377)")
drawn = duckdb.execute("select setseed(0.5); select random()").fetchall()
`),
  },
  'env-unpinned-install': {
    flagged: cells(`
!pip install -q -U transformers datasets==5.0.1 # ! env-unpinned-install
# %%
%pip install "scikit-learn>=1.4" # ! env-unpinned-install
import sklearn
# %%
!pip install git+https://github.com/huggingface/peft.git # ! env-unpinned-install
# %%
import os

os.system("pip install lightgbm")  # ! env-unpinned-install
`),
    silent: cells(`
%pip install numpy==2.4.6 pandas==3.0.6 --quiet
!pip install --no-deps "torch[opt]==2.13.0"
# %%
!pip install -e .
!pip list | grep torch
!pip --version
# %%
text = "pip install torch"
print("run: !pip install torch")
`),
  },
  'env-threads-late': {
    flagged: cells(`
import os
import numpy as np
import pandas as pd

os.environ["OMP_NUM_THREADS"] = "1"  # ! env-threads-late
# %%
import tensorflow as tf
from os import environ

environ["TF_DETERMINISTIC_OPS"] = "1"  # ! env-threads-late
`),
    silent: cells(`
import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
# %%
import os
import numpy as np

os.environ["TOKENIZERS_PARALLELISM"] = "false"
print(os.environ.get("OMP_NUM_THREADS"))
`),
  },
  'llm-api': {
    flagged: cells(`
from openai import OpenAI

client = OpenAI()
response = client.chat.completions.create(  # ! llm-api
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Label this review"}],
    temperature=0,
)
# %%
import anthropic

client = anthropic.Anthropic()
message = client.messages.create(model="claude-3-5-sonnet", max_tokens=100, messages=messages)  # ! llm-api
`),
    silent: cells(`
import json

with open("answers.json") as f:
    answers = json.load(f)
labels = [a["choices"][0]["message"]["content"] for a in answers]
# %%
from mailer import Client

client = Client()
client.messages.create(to="ada@example.com", body="done")
chat.completions.create(model="local")
`),
  },
};
