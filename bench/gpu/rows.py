"""The notebooks of the GPU matrix: what each trains, and what each policy is expected to make of it.

A row prints its losses and the sha256 of its weights and predictions. `$device`, and how much there is to do
on it, are filled in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Template
from typing import Dict, List, Tuple

Cells = Tuple[str, ...]


@dataclass(frozen=True)
class Row:
    name: str
    about: str
    framework: str
    cells: Cells
    # policy → "same" (one digest) or "differs"; a policy that is not named is measured, and nothing is expected of it.
    expected: Dict[str, str] = field(default_factory=dict)
    # The cell whose time is compared between policies; None leaves the row out of the timings.
    timed: "int | None" = None

    def sources(self, device: str, quick: bool, laps: int = 1) -> List[str]:
        """`laps`: how often the timed cell stands there."""
        amount = (
            {"steps": 3, "images": 128, "rows": 2048, "width": 8}
            if device == "cpu"
            else {"steps": 60 if quick else 200, "images": 1024 if quick else 4096, "rows": 8192, "width": 64}
        )
        cells = [Template(cell).substitute(amount, device=device).strip() for cell in self.cells]
        return [cell for at, cell in enumerate(cells) for _ in range(laps if at == self.timed else 1)]


TORCH = """
import hashlib, random
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

device = "$device"

def digest(*tensors):
    total = hashlib.sha256()
    for tensor in tensors:
        data = tensor.detach().to("cpu").contiguous().reshape(-1)
        total.update(data.view(torch.uint8).numpy().tobytes())
    return total.hexdigest()

def show(name, tensors):
    print(name, digest(*tensors))
"""
SEEDED = "random.seed(0)\nnp.random.seed(0)\ntorch.manual_seed(0)"
IMAGES = """
class Images(torch.utils.data.Dataset):
    # Augmented by all three generators, in whichever process loads an item.
    def __init__(self, count):
        self.labels = torch.randint(10, (count,))
        self.images = torch.randn(count, 3, 32, 32) + self.labels[:, None, None, None] / 5

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = self.images[index]
        if random.random() < 0.5:
            image = image.flip(2)
        image = torch.roll(image, int(np.random.randint(-3, 4)), 1)
        return image + 0.1 * torch.randn(image.shape), self.labels[index]

images = Images($images)
loader = torch.utils.data.DataLoader(images, batch_size=64, shuffle=True, num_workers=2)
model = nn.Sequential(
    nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Dropout2d(0.1),
    nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
    nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 16 * 16, 10),
).to(device)
"""
TRAIN_IMAGES = """
half = torch.float16 if device == "cuda" else torch.bfloat16
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
scaler = torch.amp.GradScaler(device, enabled=device == "cuda")
losses = []
for epoch in range(3):
    for pictures, labels in loader:
        optimizer.zero_grad()
        with torch.autocast(device, dtype=half):
            loss = F.cross_entropy(model(pictures.to(device)), labels.to(device))
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss.detach())
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_IMAGES = """
model.eval()
with torch.no_grad():
    predicted = model(images.images[:256].to(device))
show("losses", losses)
show("weights", model.state_dict().values())
show("predictions", [predicted])
"""
SCATTER = """
index = torch.randint(50, ($rows * 16,), device=device)
values = torch.randn($rows * 16, 8, device=device)
table = nn.Embedding(50, 64).to(device)
"""
TRAIN_SCATTER = """
losses = []
optimizer = torch.optim.SGD(table.parameters(), lr=0.1)
for step in range($steps):
    sums = torch.zeros(50, 8, device=device).index_add_(0, index, values)
    sums = sums + torch.zeros(50, 8, device=device).scatter_add_(0, index[:, None].expand(-1, 8), values)
    sums = sums.index_put((index,), values, accumulate=True)
    optimizer.zero_grad()
    loss = (table(index).sum(1) - sums.sum(1)[index]).square().mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_SCATTER = """
show("losses", losses)
show("weights", table.state_dict().values())
show("predictions", [sums])
"""
UNDETERMINED = """
picture = torch.randn(8, 16, 24, 24, device=device, requires_grad=True)
grid = torch.rand(8, 96, 96, 2, device=device) * 2 - 1
scores = torch.randn(60, 16, 20, device=device, requires_grad=True)
targets = torch.randint(1, 20, (16, 30), device=device)
bags = nn.EmbeddingBag(40, 64, mode="max").to(device)
words = torch.randint(40, (256, 64), device=device)
shares = torch.rand($rows * 64, device=device)
"""
TRAIN_UNDETERMINED = """
losses = []
for step in range(max(2, $steps // 8)):
    for leaf in (picture, scores, bags.weight):
        leaf.grad = None
    larger = F.interpolate(picture, size=(96, 96), mode="bilinear")
    sampled = F.grid_sample(F.pad(picture, (2, 2, 2, 2), mode="reflect"), grid)
    pooled = F.adaptive_avg_pool2d(larger, 7)
    ctc = F.ctc_loss(
        scores.log_softmax(2), targets, torch.full((16,), 60), torch.full((16,), 30), zero_infinity=True
    )
    running = shares.cumsum(0)[-1] + torch.bincount((shares * 30).long(), weights=shares)[3]
    loss = (larger.square().mean() + sampled.square().mean() + pooled.square().mean() + ctc
            + bags(words).square().mean() + 1e-6 * running)
    loss.backward()
    with torch.no_grad():
        for leaf in (picture, scores, bags.weight):
            leaf -= leaf.grad
    losses.append(loss.detach())
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_UNDETERMINED = """
show("losses", losses)
show("weights", [picture, scores, bags.weight])
show("predictions", [running, torch.histc(shares, 64)])
"""
BENCHMARK = """
torch.backends.cudnn.benchmark = True
model = nn.Sequential(
    nn.Conv2d(3, $width, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
    nn.Conv2d($width, $width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d($width, 2 * $width, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10),
).to(device)
pictures = torch.randn(64, 3, 64, 64, device=device)
labels = torch.randint(10, (64,), device=device)
"""
TRAIN_BENCHMARK = """
model(pictures)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
losses = []
for step in range($steps):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(pictures), labels)
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_MODEL = """
model.eval()
with torch.no_grad():
    predicted = model(pictures)
show("losses", losses)
show("weights", model.state_dict().values())
show("predictions", [predicted])
"""
ATTENTION = """
half = torch.float16 if device == "cuda" else torch.bfloat16
model = nn.Sequential(
    nn.TransformerEncoderLayer(8 * $width, 8, 16 * $width, dropout=0.1, batch_first=True), nn.Linear(8 * $width, 10)
).to(device)
pictures = torch.randn(8, 512, 8 * $width, device=device)
labels = torch.randint(10, (8 * 512,), device=device)
query = torch.randn(4, 8, 512, 64, device=device, requires_grad=True)
"""
TRAIN_ATTENTION = """
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
losses = []
for step in range($steps):
    optimizer.zero_grad()
    with torch.autocast(device, dtype=torch.bfloat16):
        loss = F.cross_entropy(model(pictures).flatten(0, 1), labels)
    # Single precision takes the memory-efficient kernel, half precision flash attention.
    loss = loss + F.scaled_dot_product_attention(query, query, query, is_causal=True).square().mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())
print("loss", float(losses[0]), float(losses[-1]))
"""

JAX = """
import hashlib
import numpy as np
import jax
import jax.numpy as jnp

def show(name, tree):
    total = hashlib.sha256()
    for leaf in jax.tree_util.tree_leaves(tree):
        total.update(np.asarray(leaf).tobytes())
    print(name, total.hexdigest())

key = jax.random.key(0)
"""
JAX_NET = """
def initial(key, sizes):
    keys = jax.random.split(key, len(sizes))
    return [
        (jax.random.normal(k, (a, b)) / a**0.5, jnp.zeros(b)) for k, a, b in zip(keys, sizes, sizes[1:])
    ]

def forward(parameters, x, key):
    kernel, *layers = parameters
    x = jax.nn.relu(jax.lax.conv(x, kernel, (2, 2), "SAME"))
    x = x.reshape(len(x), -1)
    for number, (weights, bias) in enumerate(layers):
        x = x @ weights + bias
        if number < len(layers) - 1:
            keep = jax.random.bernoulli(jax.random.fold_in(key, number), 0.8, x.shape)
            x = jnp.where(keep, jax.nn.relu(x) / 0.8, 0)
    return x

def loss(parameters, x, y, key):
    return -jnp.mean(jax.nn.log_softmax(forward(parameters, x, key))[jnp.arange(len(y)), y])

@jax.jit
def step(parameters, x, y, key):
    value, gradient = jax.value_and_grad(loss)(parameters, x, y, key)
    return jax.tree_util.tree_map(lambda p, g: p - 0.05 * g, parameters, gradient), value

y = np.arange(1024) % 10
x = np.random.normal(size=(1024, 3, 32, 32)).astype("float32") + y[:, None, None, None] / 5
parameters = [
    jax.random.normal(key, (32, 3, 3, 3)) / 5, *initial(jax.random.fold_in(key, 1), [32 * 16 * 16, 256, 10])
]
"""
TRAIN_JAX_NET = """
losses = []
for number in range($steps):
    rows = np.random.permutation(1024)[:128]
    parameters, value = step(parameters, x[rows], y[rows], jax.random.fold_in(key, 100 + number))
    losses.append(value)
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_JAX_NET = """
show("losses", losses)
show("weights", parameters)
show("predictions", forward(parameters, x[:256], key))
"""
JAX_SCATTER = """
index = jax.random.randint(key, ($rows * 16,), 0, 50)
values = jax.random.normal(key, ($rows * 16, 8))

@jax.jit
def step(table):
    def loss(table):
        sums = jnp.zeros((50, 8)).at[index].add(values)
        return jnp.mean((table[index].sum(1) - sums.sum(1)[index]) ** 2), sums
    (value, sums), gradient = jax.value_and_grad(loss, has_aux=True)(table)
    return table - 0.1 * gradient, value, sums
"""
TRAIN_JAX_SCATTER = """
table = jax.random.normal(jax.random.fold_in(key, 1), (50, 64))
losses = []
for number in range($steps):
    table, value, sums = step(table)
    losses.append(value)
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_JAX_SCATTER = """
show("losses", losses)
show("weights", table)
show("predictions", sums)
"""
JAX_POOL = """
def pooled(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 3, 3), (1, 1, 2, 2), "SAME")

@jax.jit
def step(x):
    value, gradient = jax.value_and_grad(lambda x: jnp.mean(pooled(x) ** 2))(x)
    return x - gradient, value
"""
TRAIN_JAX_POOL = """
x = jax.random.normal(key, (16, 16, 64, 64))
losses = []
for number in range($steps):
    x, value = step(x)
    losses.append(value)
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_JAX_POOL = """
show("losses", losses)
show("weights", x)
show("predictions", pooled(x))
"""

TENSORFLOW = """
import hashlib, random
import numpy as np
import keras
import tensorflow as tf
from keras import layers

if "$device" == "cpu":
    tf.config.set_visible_devices([], "GPU")
elif not tf.config.list_physical_devices("GPU"):
    raise RuntimeError("this TensorFlow sees no GPU")

def show(name, tensors):
    total = hashlib.sha256()
    for tensor in tensors:
        total.update(np.asarray(tensor).tobytes())
    print(name, total.hexdigest())
"""
TENSORFLOW_SEEDED = "random.seed(0)\nnp.random.seed(0)\ntf.random.set_seed(0)"
KERAS_NET = """
keras.mixed_precision.set_global_policy("mixed_bfloat16" if "$device" == "cpu" else "mixed_float16")
labels = np.arange($images) % 10
images = (np.random.normal(size=($images, 32, 32, 3)) + labels[:, None, None, None] / 5).astype("float32")

def augment(image, label):
    return tf.image.random_brightness(image, 0.2) + tf.random.normal(tf.shape(image), stddev=0.05), label

data = (
    tf.data.Dataset.from_tensor_slices((images, labels))
    .shuffle($images)
    .map(augment, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(64)
    .prefetch(tf.data.AUTOTUNE)
)
model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.RandomTranslation(0.1, 0.1),
    layers.Conv2D(32, 3, padding="same"), layers.BatchNormalization(), layers.ReLU(), layers.SpatialDropout2D(0.1),
    layers.Conv2D(64, 3, strides=2, padding="same"), layers.ReLU(), layers.MaxPooling2D(),
    layers.Flatten(), layers.Dropout(0.3), layers.Dense(10, dtype="float32"),
])
model.compile("adamw", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""
TRAIN_KERAS_NET = """
losses = model.fit(data, epochs=3, verbose=0).history["loss"]
print("loss", losses[0], losses[-1])
"""
SHOW_KERAS_NET = """
show("losses", [losses])
show("weights", model.get_weights())
show("predictions", [model.predict(images[:256], verbose=0)])
"""
TENSORFLOW_SCATTER = """
index = tf.random.uniform(($rows * 16,), 0, 50, tf.int32)
values = tf.random.normal(($rows * 16, 8))
table = tf.Variable(tf.random.normal((50, 64)))

@tf.function
def step():
    with tf.GradientTape() as tape:
        sums = tf.math.unsorted_segment_sum(values, index, 50)
        sums = tf.tensor_scatter_nd_add(sums, index[:, None], values)
        wanted = tf.gather(tf.reduce_sum(sums, 1), index)
        loss = tf.reduce_mean((tf.reduce_sum(tf.nn.embedding_lookup(table, index), 1) - wanted) ** 2)
    gradient = tf.convert_to_tensor(tape.gradient(loss, table))
    table.assign_sub(0.1 * gradient)
    return loss, sums
"""
TRAIN_TENSORFLOW_SCATTER = """
losses = []
for number in range($steps):
    loss, sums = step()
    losses.append(loss)
print("loss", float(losses[0]), float(losses[-1]))
"""
SHOW_TENSORFLOW_SCATTER = """
show("losses", losses)
show("weights", [table])
show("predictions", [sums])
"""
TENSORFLOW_UNDETERMINED = """
picture = tf.Variable(tf.random.normal((8, 24, 24, 16)))
boxes = tf.concat([tf.random.uniform((32, 2), 0, 0.5), tf.random.uniform((32, 2), 0.5, 1)], 1)
filters = tf.random.normal((3, 3, 16))
places = tf.random.uniform((4096, 2), 0, 256, tf.int64)
sparse = tf.sparse.reorder(tf.SparseTensor(places, tf.random.normal((4096,)), (256, 256)))

@tf.function
def step():
    with tf.GradientTape() as tape:
        larger = tf.image.resize(picture, (96, 96))
        cropped = tf.image.crop_and_resize(picture, boxes, tf.range(32) % 8, (14, 14))
        dilated = tf.nn.dilation2d(picture, filters, (1, 1, 1, 1), "SAME", "NHWC", (1, 1, 1, 1))
        product = tf.sparse.sparse_dense_matmul(sparse, tf.reshape(picture, (-1, 256)), adjoint_b=True)
        loss = sum(tf.reduce_mean(part**2) for part in (larger, cropped, dilated, product))
    picture.assign_sub(tape.gradient(loss, picture))
    return loss, tf.image.adjust_contrast(picture[..., :3], 1.5)
"""
SHOW_TENSORFLOW_UNDETERMINED = """
show("losses", losses)
show("weights", [picture])
show("predictions", [sums])
"""

SKLEARN = """
import hashlib
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

def show(name, arrays):
    print(name, hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest())

x, y = make_classification($rows, 40, n_informative=12, random_state=0)
"""
TRAIN_SKLEARN = """
train, test, label, truth = train_test_split(x, y, random_state=0)
forest = RandomForestClassifier(60, n_jobs=2).fit(train, label)
network = MLPClassifier((64,), max_iter=10).fit(train, label)
centres = KMeans(8, n_init=2).fit(train).cluster_centers_
"""
SHOW_SKLEARN = """
print("accuracy", forest.score(test, truth), network.score(test, truth))
show("losses", [np.array(network.loss_curve_)])
show("weights", [*network.coefs_, centres, forest.feature_importances_])
show("predictions", [forest.predict(test), network.predict_proba(test)])
"""

UNSEEDED = {"observe": "differs", "full": "same"}

ROWS = [
    Row(
        "torch-cnn",
        "CNN: dropout, shuffle, 2 workers that augment, mixed precision; no seed anywhere",
        "torch",
        (TORCH, IMAGES, TRAIN_IMAGES, SHOW_IMAGES),
        UNSEEDED,
        timed=2,
    ),
    Row(
        "torch-forgotten",
        "the same, Python and torch seeded by hand, NumPy forgotten and data loaded in the kernel",
        "torch",
        (
            TORCH,
            "random.seed(0)\ntorch.manual_seed(0)",
            IMAGES.replace("num_workers=2", "num_workers=0"),
            TRAIN_IMAGES,
            SHOW_IMAGES,
        ),
        UNSEEDED,
    ),
    Row(
        "torch-scatter",
        "seeded: index_add_, scatter_add_, index_put, gradients of an embedding and of indexing",
        "torch",
        (TORCH, SEEDED, SCATTER, TRAIN_SCATTER, SHOW_SCATTER),
        {"full": "same"},
    ),
    Row(
        "torch-undetermined",
        "seeded: operations without a deterministic form (resizing, sampling, CTC, cumsum, bincount, histc …)",
        "torch",
        (TORCH, SEEDED, UNDETERMINED, TRAIN_UNDETERMINED, SHOW_UNDETERMINED),
    ),
    Row(
        "torch-benchmark",
        "seeded: convolutions with torch.backends.cudnn.benchmark = True in a cell, which takes back what `full` sets",
        "torch",
        (TORCH, SEEDED, BENCHMARK, TRAIN_BENCHMARK, SHOW_MODEL),
    ),
    Row(
        "torch-attention",
        "seeded: transformer layer (half precision) and attention in single precision",
        "torch",
        (TORCH, SEEDED, ATTENTION, TRAIN_ATTENTION, SHOW_MODEL),
        {"full": "same"},
        timed=3,
    ),
    Row(
        "jax-net",
        "convolution, dropout, jit; keys from a constant, rows drawn from NumPy without a seed",
        "jax",
        (JAX, JAX_NET, TRAIN_JAX_NET, SHOW_JAX_NET),
        UNSEEDED,
        timed=2,
    ),
    Row(
        "jax-scatter",
        "seeded: scatter-add with repeated indices, and its gradient",
        "jax",
        (JAX, JAX_SCATTER, TRAIN_JAX_SCATTER, SHOW_JAX_SCATTER),
        {"full": "same"},
    ),
    Row(
        "jax-pool",
        "seeded: gradient of overlapping max pooling (select-and-scatter)",
        "jax",
        (JAX, JAX_POOL, TRAIN_JAX_POOL, SHOW_JAX_POOL),
    ),
    Row(
        "tensorflow-cnn",
        "CNN in Keras: augmentation, shuffle, parallel random map, dropout, mixed precision; no seed anywhere",
        "tensorflow",
        (TENSORFLOW, KERAS_NET, TRAIN_KERAS_NET, SHOW_KERAS_NET),
        UNSEEDED,
        timed=2,
    ),
    Row(
        "tensorflow-forgotten",
        "the same with tf.random.set_seed alone: neither Keras's initialisers nor NumPy take it",
        "tensorflow",
        (TENSORFLOW, "tf.random.set_seed(0)", KERAS_NET, TRAIN_KERAS_NET, SHOW_KERAS_NET),
        UNSEEDED,
    ),
    Row(
        "tensorflow-scatter",
        "seeded: segment sums, scatter-add, gradient of an embedding",
        "tensorflow",
        (
            TENSORFLOW,
            TENSORFLOW_SEEDED,
            TENSORFLOW_SCATTER,
            TRAIN_TENSORFLOW_SCATTER,
            SHOW_TENSORFLOW_SCATTER,
        ),
        {"full": "same"},
    ),
    Row(
        "tensorflow-undetermined",
        "seeded: operations that some versions have no deterministic form of (resizing, cropping, dilation, contrast, sparse products)",
        "tensorflow",
        (
            TENSORFLOW,
            TENSORFLOW_SEEDED,
            TENSORFLOW_UNDETERMINED,
            TRAIN_TENSORFLOW_SCATTER,
            SHOW_TENSORFLOW_UNDETERMINED,
        ),
    ),
    Row(
        "sklearn",
        "forest, network and k-means without random_state (on the processor)",
        "sklearn",
        (SKLEARN, TRAIN_SKLEARN, SHOW_SKLEARN),
        # Under `close` the threads of k-means add up in any order.
        UNSEEDED,
    ),
]
