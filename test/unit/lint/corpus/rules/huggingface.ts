/** Hugging Face: datasets, models, generation. */
import { cells, type RuleCells } from './cells';

const SHA = 'e6281661ce1c48d982bc483cf8a173c1bbeb5d31';

export const HUGGINGFACE: RuleCells = {
  'hf-shuffle': {
    flagged: cells(`
from datasets import load_dataset

raw = load_dataset("json", data_files="reviews.jsonl", split="train")
small = raw.shuffle().select(range(1000))  # ! hf-shuffle
# %%
import datasets
import pandas as pd

ds = datasets.Dataset.from_pandas(pd.read_csv("a.csv"))
parts = ds.train_test_split(test_size=0.1)  # ! hf-shuffle
# %%
from datasets import load_from_disk

ds = load_from_disk("tokenized")
train = ds["train"].shuffle(seed=None)  # ! hf-shuffle
`),
    silent: cells(`
from datasets import load_dataset

raw = load_dataset("json", data_files="reviews.jsonl", split="train")
small = raw.shuffle(seed=42).select(range(1000))
parts = raw.train_test_split(0.1, seed=1)
ordered = raw.train_test_split(test_size=0.1, shuffle=False)
# %%
from datasets import Dataset

ds = Dataset.from_dict({"text": ["a", "b"]})
ds = ds.map(tokenize, batched=True).filter(lambda row: row["text"])
ds.sort("text").shuffle(7)
`),
  },
  'hf-model-before-seed': {
    flagged: cells(`
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

model = AutoModelForSequenceClassification.from_pretrained("./bert", num_labels=3)  # ! hf-model-before-seed
trainer = Trainer(model=model, args=TrainingArguments("out", seed=42), train_dataset=train)
# %%
import transformers as tr

checkpoint = "./roberta"
ner = tr.RobertaForTokenClassification.from_pretrained(checkpoint)  # ! hf-model-before-seed
`),
    silent: cells(`
from transformers import AutoTokenizer, Trainer

tokenizer = AutoTokenizer.from_pretrained("./bert")
trainer = Trainer(model_init=make_model, train_dataset=train)
# %%
from transformers import AutoModelForSequenceClassification

def model_init():
    return build("./bert", head=AutoModelForSequenceClassification)
`),
  },
  'hf-revision': {
    flagged: cells(`
from transformers import AutoModel, AutoTokenizer, pipeline

tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")  # ! hf-revision
model = AutoModel.from_pretrained("sentence-transformers/all-MiniLM-L6-v2", revision="main")  # ! hf-revision
clf = pipeline("sentiment-analysis", model="distilbert-base-uncased-finetuned-sst-2-english")  # ! hf-revision
# %%
import datasets
from huggingface_hub import hf_hub_download

imdb = datasets.load_dataset("imdb", split="train")  # ! hf-revision
path = hf_hub_download(repo_id="gpt2", filename="config.json")  # ! hf-revision
# %%
import torch
import timm

backbone = timm.create_model("resnet50", pretrained=True)  # ! hf-revision
midas = torch.hub.load("intel-isl/MiDaS", "MiDaS_small")  # ! hf-revision
`),
    silent: cells(`
from transformers import AutoModel, AutoTokenizer

AutoTokenizer.from_pretrained("bert-base-uncased", revision="${SHA}")
AutoModel.from_pretrained("./checkpoints/best")
AutoModel.from_pretrained(model_dir)
# %%
from datasets import load_dataset

load_dataset("csv", data_files={"train": "train.csv"})
load_dataset("glue", "mrpc", revision="${SHA}")
load_dataset("./my_dataset")
`),
  },
  'hf-generate': {
    flagged: cells(`
from transformers import pipeline

generator = pipeline("text-generation", model="./gpt2")
generator("Hello, I am", max_length=30, do_sample=True, top_k=50)  # ! hf-generate
# %%
import transformers

inputs = tokenizer("Once upon", return_tensors="pt")
out = model.generate(**inputs, do_sample=True, temperature=0.7)  # ! hf-generate
# %%
from vllm import LLM, SamplingParams

params = SamplingParams(temperature=0.8, top_p=0.95)  # ! hf-generate
`),
    silent: cells(`
import transformers

inputs = tokenizer("Once upon", return_tensors="pt")
out = model.generate(**inputs, max_new_tokens=20)
beams = model.generate(**inputs, num_beams=4, do_sample=False)
# %%
from vllm import SamplingParams

greedy = SamplingParams(temperature=0)
seeded = SamplingParams(temperature=0.8, seed=3)
report.generate(do_sample=True)
`),
  },
};
