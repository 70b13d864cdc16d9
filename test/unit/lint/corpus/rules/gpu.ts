/** What is different on a GPU. */
import { cells, type RuleCells } from './cells';

export const GPU: RuleCells = {
  'pt-cudnn-benchmark': {
    flagged: cells(`
import torch
import torch.backends.cudnn as cudnn

torch.manual_seed(42)
cudnn.benchmark = True  # ! pt-cudnn-benchmark
# %%
import lightning as L

trainer = L.Trainer(max_epochs=5, benchmark=True)  # ! pt-cudnn-benchmark
# %%
from torch import backends

backends.cudnn.deterministic = False  # ! pt-cudnn-benchmark
`),
    silent: cells(`
import torch

torch.backends.cudnn.deterministic = True
torch.backends.cudnn.benchmark = False
print(torch.backends.cudnn.benchmark)
# %%
import pytorch_lightning as pl

trainer = pl.Trainer(max_epochs=5, deterministic=True, benchmark=False)
`),
  },
  'pt-det-algos': {
    flagged: cells(`
import torch

device = "cuda" if torch.cuda.is_available() else "cpu"  # ! pt-det-algos
model = model.to(device)
# %%
import torch

torch.use_deterministic_algorithms(True, warn_only=True)  # ! pt-det-algos
batch = batch.to("cuda:0", non_blocking=True)
`),
    silent: cells(`
import torch

torch.use_deterministic_algorithms(True)
device = torch.device("cuda")
model.to(device)
# %%
import torch

device = torch.device("cpu")
x = torch.arange(10.0).to(device)
y = x.to(torch.float64)
`),
  },
  'pt-nondet-op': {
    flagged: cells(`
import torch
import torch.nn.functional as F

torch.use_deterministic_algorithms(True)
device = torch.device("cuda")
up = F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)  # ! pt-nondet-op
# %%
import torch
from torch import nn

model = nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten())  # ! pt-nondet-op
model.cuda()  # ! pt-det-algos
`),
    silent: cells(`
import torch
import torch.nn.functional as F

torch.use_deterministic_algorithms(True)
device = torch.device("cuda")
up = F.interpolate(features, scale_factor=2)
pooled = F.max_pool2d(features, 2)
# %%
import torch
from torch import nn

pad = nn.ReflectionPad2d(2)
loss = nn.CTCLoss(blank=0)
torch.histc(torch.tensor([1.0, 2.0]), bins=4)
`),
  },
  'tf-op-determinism-missing': {
    flagged: cells(`
import tensorflow as tf

gpus = tf.config.list_physical_devices("GPU")  # ! tf-op-determinism-missing
for gpu in gpus:
    tf.config.experimental.set_memory_growth(gpu, True)
# %%
from tensorflow import device, distribute

strategy = distribute.MirroredStrategy()  # ! tf-op-determinism-missing
with strategy.scope():
    model = build_model()
`),
    silent: cells(`
import tensorflow as tf

tf.config.experimental.enable_op_determinism()
gpus = tf.config.list_physical_devices("GPU")
# %%
import tensorflow as tf

cpus = tf.config.list_physical_devices("CPU")
with tf.device("/CPU:0"):
    x = tf.constant([1.0])
`),
  },
  'tf-nondet-op': {
    flagged: cells(`
import tensorflow as tf

tf.config.experimental.enable_op_determinism()
print(tf.config.list_physical_devices("GPU"))
crops = tf.image.crop_and_resize(images, boxes, box_indices, [24, 24])  # ! tf-nondet-op
# %%
import tensorflow as tf
from tensorflow.keras.layers import UpSampling2D

with tf.device("/GPU:0"):  # ! tf-op-determinism-missing
    x = UpSampling2D(size=(2, 2))(x)  # ! tf-nondet-op
`),
    silent: cells(`
import tensorflow as tf

crops = tf.image.crop_and_resize(images, boxes, box_indices, [24, 24])
counts = tf.math.bincount([1, 1, 2])
# %%
import tensorflow as tf

tf.config.experimental.enable_op_determinism()
tf.config.list_physical_devices("GPU")
resized = tf.image.resize(images, [24, 24])
up = tf.keras.layers.UpSampling2D(interpolation="bilinear")
`),
  },
  'jax-gpu-nondet': {
    flagged: cells(`
import jax

gpus = jax.devices("gpu")  # ! jax-gpu-nondet
x = jax.device_put(x, gpus[0])
# %%
from jax import local_devices

device = local_devices(backend="cuda")[0]  # ! jax-gpu-nondet
`),
    silent: cells(`
import jax

cpu = jax.devices("cpu")[0]
x = jax.device_put(x, cpu)
print(jax.devices())
# %%
import os

os.environ["XLA_FLAGS"] = "--xla_gpu_deterministic_ops=true"

import jax

gpu = jax.devices("gpu")[0]
`),
  },
};
