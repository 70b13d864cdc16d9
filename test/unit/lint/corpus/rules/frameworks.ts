/** Augmentation, search, reinforcement learning, graphs, Spark and others. */
import { cells, type RuleCells } from './cells';

export const FRAMEWORKS: RuleCells = {
  'umap-seed': {
    flagged: cells(`
import umap

reducer = umap.UMAP(n_neighbors=15, min_dist=0.1)  # ! umap-seed
embedding = reducer.fit_transform(X)
# %%
from umap import UMAP

emb = UMAP(n_components=2, random_state=None).fit_transform(X)  # ! umap-seed
`),
    silent: cells(`
import umap

embedding = umap.UMAP(n_neighbors=15, random_state=42).fit_transform(X)
# %%
import umap.plot

umap.plot.points(mapper, labels=y)
`),
  },
  'alb-compose': {
    flagged: cells(`
import albumentations as A
from albumentations.pytorch import ToTensorV2

transform = A.Compose([  # ! alb-compose
    A.RandomCrop(width=256, height=256),
    A.HorizontalFlip(p=0.5),
    ToTensorV2(),
])
# %%
import random
from albumentations import Compose, RandomBrightnessContrast

random.seed(0)
aug = Compose([RandomBrightnessContrast(p=0.2)], p=1.0)  # ! alb-compose
`),
    silent: cells(`
import albumentations as A

transform = A.Compose([A.HorizontalFlip(p=0.5)], seed=137)
# %%
from torchvision.transforms import Compose, ToTensor

transform = Compose([ToTensor()])
`),
  },
  'gym-reset': {
    flagged: cells(`
import gymnasium as gym

env = gym.make("CartPole-v1", render_mode="rgb_array")
obs, info = env.reset()  # ! gym-reset
for _ in range(1000):
    obs, reward, terminated, truncated, info = env.step(policy(obs))
# %%
import numpy as np
import gym

np.random.seed(0)
env = gym.wrappers.RecordEpisodeStatistics(gym.make("LunarLander-v2"))
state = env.reset()  # ! gym-reset
`),
    silent: cells(`
import gymnasium as gym

env = gym.make("CartPole-v1")
for episode in range(10):
    obs, info = env.reset(seed=episode)
env.close()
# %%
import pandas as pd

df = pd.read_csv("log.csv").reset_index()
timer.reset()
metric.reset()
`),
  },
  'gym-space': {
    flagged: cells(`
import gymnasium as gym

env = gym.make("CartPole-v1")
env.reset(seed=1)
action = env.action_space.sample()  # ! gym-space
# %%
import gym

with_env = gym.make("MountainCar-v0")
points = [with_env.observation_space.sample() for _ in range(10)]  # ! gym-space
`),
    silent: cells(`
import gymnasium as gym

env = gym.make("CartPole-v1")
n_actions = env.action_space.n
low = env.observation_space.low
# %%
batch = replay.sample(32)
action = policy.action_space.sample
`),
  },
  'optuna-sampler': {
    flagged: cells(`
import optuna

study = optuna.create_study(direction="maximize")  # ! optuna-sampler
study.optimize(objective, n_trials=50)
# %%
from optuna.samplers import TPESampler, RandomSampler
import optuna

study = optuna.create_study(sampler=TPESampler())  # ! optuna-sampler
other = optuna.create_study(sampler=RandomSampler(seed=None))  # ! optuna-sampler
`),
    silent: cells(`
import optuna
from optuna.samplers import GridSampler, TPESampler

study = optuna.create_study(sampler=TPESampler(seed=10), direction="minimize")
study.optimize(objective, n_trials=50)
grid = GridSampler({"x": [1, 2]}, seed=3)
baseline = optuna.create_study(sampler=optuna.samplers.RandomSampler(7))
# %%
import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)
print(study.best_params, study.best_value)
`),
  },
  'optuna-parallel': {
    flagged: cells(`
import optuna

study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
study.optimize(objective, n_trials=100, n_jobs=-1)  # ! optuna-parallel
# %%
from optuna import load_study

study = load_study(study_name="a", storage="sqlite:///a.db")
study.optimize(objective, 100, None, 4)  # ! optuna-parallel
`),
    silent: cells(`
import optuna

study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
study.optimize(objective, n_trials=100, n_jobs=1, show_progress_bar=True)
# %%
from sklearn.model_selection import GridSearchCV

search = GridSearchCV(model, grid, n_jobs=4)
solver.optimize(objective, n_jobs=4)
`),
  },
  'nx-seed': {
    flagged: cells(`
import networkx as nx

G = nx.erdos_renyi_graph(100, 0.05)  # ! nx-seed
pos = nx.spring_layout(G, k=0.3)  # ! nx-seed
nx.draw(G, pos=pos, node_size=20)
# %%
import networkx as nx
from networkx import barabasi_albert_graph
from networkx.algorithms.community import louvain_communities

G = barabasi_albert_graph(n=1000, m=3)  # ! nx-seed
parts = louvain_communities(G)  # ! nx-seed
H = nx.connected_watts_strogatz_graph(20, 4, 0.1, 100)  # ! nx-seed
`),
    silent: cells(`
import networkx as nx

G = nx.karate_club_graph()
H = nx.watts_strogatz_graph(20, 4, 0.1, seed=5)
R = nx.random_regular_graph(3, 10, 42)
nx.draw(G, pos=nx.circular_layout(G))
nx.draw(H, nx.spring_layout(H, seed=1))
# %%
import networkx as nx

G = nx.path_graph(5)
pos = nx.kamada_kawai_layout(G)
bc = nx.betweenness_centrality(G)
pr = nx.pagerank(G)
`),
  },
  'spark-rand': {
    flagged: cells(`
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("churn").getOrCreate()
df = spark.read.option("header", True).csv("events.csv")
train, test = df.randomSplit([0.8, 0.2])  # ! spark-rand
rows = df.rdd.takeSample(False, 10)  # ! spark-rand
df = df.withColumn("r", F.rand())  # ! spark-rand
# %%
from pyspark.sql.functions import randn, uuid

df = df.select("*", randn().alias("noise"), uuid().alias("key"))  # ! spark-rand, ! spark-rand
`),
    silent: cells(`
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
df = spark.read.parquet("events.parquet")
train, test = df.randomSplit([0.8, 0.2], seed=42)
df = df.withColumn("r", F.rand(seed=1))
part = df.sample(False, 0.1, 7)
# %%
import pyspark.sql.functions as F

df = df.withColumn("log", F.log("amount")).orderBy("id")
df.groupBy("k").agg(F.count("*"))
`),
  },
  'spark-order': {
    flagged: cells(`
from pyspark.sql import functions as F

df = df.withColumn("row_id", F.monotonically_increasing_id())  # ! spark-order
# %%
from pyspark.sql.functions import collect_list, first

basket = orders.groupBy("user").agg(collect_list("item"), first("date"))  # ! spark-order, ! spark-order
`),
    silent: cells(`
from pyspark.sql import functions as F, Window

w = Window.orderBy("timestamp")
df = df.withColumn("row_id", F.row_number().over(w))
df.groupBy("user").agg(F.collect_set("item"), F.max("date"))
# %%
import pyspark.sql.functions as F

first = df.orderBy("date").first()
last = rows[-1]
`),
  },
  'gensim-w2v': {
    flagged: cells(`
from gensim.models import Word2Vec

w2v = Word2Vec(sentences, vector_size=100, window=5, min_count=2, seed=42)  # ! gensim-w2v
# %%
import gensim

params = {"vector_size": 50, "workers": 8}
d2v = gensim.models.Doc2Vec(docs, **params)  # ! gensim-w2v
`),
    silent: cells(`
from gensim.models import Word2Vec

w2v = Word2Vec(sentences, vector_size=100, workers=1, seed=42)
# %%
from gensim.models import KeyedVectors, TfidfModel

wv = KeyedVectors.load_word2vec_format("vectors.bin", binary=True)
tfidf = TfidfModel(corpus)
`),
  },
  'shap-sample': {
    flagged: cells(`
import shap

background = shap.sample(X_train, 100)
explainer = shap.KernelExplainer(model.predict, background)  # ! shap-sample
# %%
from shap import KernelExplainer

values = KernelExplainer(f, data=X[:50]).shap_values(X[50:], nsamples=200)  # ! shap-sample
`),
    silent: cells(`
import shap

explainer = shap.TreeExplainer(model)
shap.summary_plot(explainer.shap_values(X), X)
# %%
import shap

background = shap.kmeans(X_train, 10)
values = shap.LinearExplainer(model, background).shap_values(X)
`),
  },
};
