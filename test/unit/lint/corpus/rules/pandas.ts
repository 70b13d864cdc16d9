/** Data frames: pandas, Polars, Dask. */
import { cells, type RuleCells } from './cells';

export const PANDAS: RuleCells = {
  'pd-sample': {
    flagged: cells(`
import pandas as pd

titanic = pd.read_csv("titanic.csv")
titanic.dropna(subset=["age"]).sample(n=5)  # ! pd-sample
# %%
from pandas import read_parquet
import seaborn as sns

df = read_parquet("events.parquet")
df = df.sample(frac=1).reset_index(drop=True)  # ! pd-sample
tips = sns.load_dataset("tips")
tips.sample(5)  # ! pd-sample
# %%
import pandas as pd

df = pd.read_csv("train.csv")
balanced = df.groupby("label").sample(n=100)  # ! pd-sample
ages = df["age"].sample(10, replace=True)  # ! pd-sample
`),
    silent: cells(`
import pandas as pd

df = pd.read_csv("train.csv")
df = df.sample(frac=1, random_state=42).reset_index(drop=True)
holdout = df.sample(100, None, False, None, 7)
# %%
import pandas as pd
import random

df = pd.read_csv("train.csv")
picked = random.Random(3).sample(range(len(df)), 5)
df.iloc[picked]
df.head(5)
df.resample("D").mean()
# %%
import numpy as np
import pandas as pd

rng = np.random.default_rng(1)
df = pd.read_csv("train.csv")
df.sample(n=10, random_state=rng)
`),
  },
  'pl-sample': {
    flagged: cells(`
import polars as pl

df = pl.read_csv("flights.csv")
subset = df.filter(pl.col("delay") > 0).sample(n=1000)  # ! pl-sample
# %%
import numpy as np
import polars as pl

np.random.seed(0)
df = pl.DataFrame({"a": [1, 2, 3]})
df.with_columns(pl.col("a").shuffle())  # ! pl-sample
`),
    silent: cells(`
import polars as pl

df = pl.read_csv("flights.csv")
subset = df.sample(fraction=0.1, with_replacement=False, seed=0)
df.with_columns(pl.col("delay").shuffle(seed=1))
# %%
import polars as pl

df = pl.read_parquet("flights.parquet")
df.head(1000)
df.gather_every(10)
pl.Series("a", [1, 2, 3]).shuffle(2)
`),
  },
  'dask-random': {
    flagged: cells(`
import dask.array as da

x = da.random.random((10_000, 10_000), chunks=(1000, 1000))  # ! dask-random
x.mean().compute()
# %%
import numpy as np
import dask.dataframe as dd

np.random.seed(0)
ddf = dd.read_csv("data/*.csv")
part = ddf.sample(frac=0.1)  # ! dask-random
# %%
from dask.array.random import default_rng, RandomState

rng = default_rng()  # ! dask-random
state = RandomState(None)  # ! dask-random
`),
    silent: cells(`
import dask.array as da

rng = da.random.default_rng(seed=42)
x = rng.normal(10, 0.1, size=(1000, 1000), chunks=(100, 100))
y = da.ones((1000, 1000), chunks=(100, 100))
# %%
import dask.dataframe as dd

ddf = dd.read_csv("data/*.csv")
part = ddf.sample(frac=0.1, random_state=3)
ddf.groupby("k").size().compute()
`),
  },
  'pl-row-order': {
    flagged: cells(`
import polars as pl

df = pl.read_csv("sales.csv")
totals = df.group_by("region").agg(pl.col("amount").sum())  # ! pl-row-order
totals.write_csv("totals.csv")
# %%
import polars as pl

users = (
    pl.scan_parquet("log.parquet")  # ! pl-row-order
    .select("user")
    .unique()
    .collect()
)
`),
    silent: cells(`
import polars as pl

df = pl.read_csv("sales.csv")
totals = (
    df.group_by("region", maintain_order=True).agg(pl.col("amount").sum())
)
ranked = df.group_by("region").agg(pl.len()).sort("region")
n_regions = df.unique(subset="region").height
# %%
import pandas as pd

df = pd.read_csv("sales.csv")
totals = df.groupby("region")["amount"].sum()
regions = df["region"].unique()
`),
  },
};
