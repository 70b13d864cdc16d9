/** TensorFlow and Keras. */
import { cells, type RuleCells } from './cells';

export const TENSORFLOW: RuleCells = {
  'tf-op-unseeded': {
    flagged: cells(`
import tensorflow as tf

noise = tf.random.normal([16, 100])  # ! tf-op-unseeded

def augment(image):
    image = tf.image.random_flip_left_right(image)  # ! tf-op-unseeded
    return tf.image.random_brightness(image, max_delta=0.1)  # ! tf-op-unseeded
# %%
import random
import numpy as np
from tensorflow import nn, random as tfr

random.seed(1)
np.random.seed(1)
x = tfr.uniform(shape=(3,), minval=0, maxval=1)  # ! tf-op-unseeded
h = nn.dropout(x, rate=0.5)  # ! tf-op-unseeded
# %%
import tensorflow as tf

tf.compat.v1.random.set_random_seed(1234)
x = tf.random.truncated_normal([2, 2])  # ~ tf-op-unseeded
`),
    silent: cells(`
import tensorflow as tf

noise = tf.random.stateless_normal([16, 100], seed=[1, 2])
g = tf.random.Generator.from_seed(1)
z = g.normal([3])
x = tf.random.normal([3], seed=5)
# %%
import tensorflow as tf

x = tf.constant([1.0, 2.0])
y = tf.image.flip_left_right(image)
loss = tf.reduce_mean(tf.square(x))
`),
  },
  'tf-generator-nondet': {
    flagged: cells(`
import tensorflow as tf

tf.random.set_seed(42)
g = tf.random.Generator.from_non_deterministic_state()  # ! tf-generator-nondet
noise = g.normal(shape=(2, 2))
# %%
from tensorflow.random import Generator, get_global_generator

rng = get_global_generator()  # ! tf-generator-nondet
rng.uniform([3])
# %%
import tensorflow as tf

tf.random.set_seed(42)
pooled, rows, columns = tf.nn.fractional_max_pool(images, 1.5, pseudo_random=True)  # ! tf-generator-nondet
averaged = tf.nn.fractional_avg_pool(images, 1.5, seed=0)  # ! tf-generator-nondet
box = tf.image.sample_distorted_bounding_box(tf.shape(image), boxes)  # ! tf-generator-nondet
`),
    silent: cells(`
import tensorflow as tf

g1 = tf.random.Generator.from_seed(1)
g2 = tf.random.Generator.from_key_counter(key=7, counter=0, alg="philox")
children = g1.split(3)
# %%
import tensorflow as tf

tf.random.set_global_generator(tf.random.Generator.from_seed(3))
# %%
import tensorflow as tf

tf.random.set_seed(42)
pooled, rows, columns = tf.nn.fractional_max_pool(images, 1.5, seed=7)
box = tf.image.sample_distorted_bounding_box(tf.shape(image), boxes, seed=7)
`),
  },
  'tf-data-shuffle': {
    flagged: cells(`
import tensorflow as tf

AUTOTUNE = tf.data.AUTOTUNE
train_ds = (
    tf.data.Dataset.from_tensor_slices((x_train, y_train))  # ! tf-data-shuffle
    .shuffle(10_000)
    .batch(32)
    .prefetch(AUTOTUNE)
)
# %%
import tensorflow_datasets as tfds

(train, test), info = tfds.load("mnist:3.0.1", split=["train", "test"], with_info=True)
train = train.cache().shuffle(info.splits["train"].num_examples).batch(128)  # ! tf-data-shuffle
# %%
import tensorflow as tf
from tensorflow.data import Dataset

train_ds = tf.keras.utils.image_dataset_from_directory("flowers", seed=123)
train_ds = train_ds.cache().shuffle(buffer_size=1000).prefetch(tf.data.AUTOTUNE)  # ! tf-data-shuffle
files = Dataset.list_files("images/*/*.jpg")  # ! tf-data-shuffle
`),
    silent: cells(`
import tensorflow as tf

ds = tf.data.Dataset.from_tensor_slices(x).shuffle(1000, seed=42).batch(32)
files = tf.data.Dataset.list_files("images/*.jpg", shuffle=False)
more = tf.data.Dataset.list_files("images/*.jpg", None, 1)
# %%
import tensorflow as tf

ds = tf.data.Dataset.range(100).batch(10).prefetch(tf.data.AUTOTUNE)
val_ds = tf.data.TFRecordDataset("val.tfrecord").map(parse).cache()
deck.shuffle()
`),
  },
  'keras-layer-unseeded': {
    flagged: cells(`
import tensorflow as tf

tf.random.set_seed(42)
model = tf.keras.Sequential([
    tf.keras.layers.Dense(64, activation="relu"),  # ! keras-layer-unseeded
    tf.keras.layers.Dropout(0.2),  # ! keras-layer-unseeded
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(10),  # ! keras-layer-unseeded
])
# %%
from tensorflow.keras import layers as L
from tensorflow.keras.layers import LSTM, Embedding

inputs = L.Input(shape=(None,))
x = Embedding(input_dim=5000, output_dim=64)(inputs)  # ! keras-layer-unseeded
x = LSTM(32)(x)  # ! keras-layer-unseeded
x = L.RandomFlip("horizontal")(x)  # ! keras-layer-unseeded
# %%
import keras

train_ds = keras.utils.image_dataset_from_directory("flowers", image_size=(180, 180))  # ! keras-layer-unseeded
init = keras.initializers.HeNormal()  # ! keras-layer-unseeded
`),
    silent: cells(`
import keras

inputs = keras.Input(shape=(28, 28))
x = keras.layers.Rescaling(1.0 / 255)(inputs)
x = keras.layers.Flatten()(x)
x = keras.layers.BatchNormalization()(x)
x = keras.layers.Dropout(0.5, seed=3)(x)
# %%
from tensorflow import keras
from tensorflow.keras import layers

val_ds = keras.utils.image_dataset_from_directory("val", shuffle=False)
train_ds = keras.utils.image_dataset_from_directory("train", validation_split=0.2, subset="training", seed=123)
pool = layers.GlobalAveragePooling2D()
head = layers.Dense(1, kernel_initializer="zeros")
`),
  },
  'keras-seed-reuse': {
    flagged: cells(`
from tensorflow.keras import initializers, layers

a = layers.Dense(8, kernel_initializer=initializers.GlorotUniform(seed=42))
b = layers.Dense(8, kernel_initializer=initializers.GlorotUniform(seed=42))  # ! keras-seed-reuse
# %%
import keras

SEED = 1
w1 = keras.initializers.RandomNormal(stddev=0.01, seed=SEED)
w2 = keras.initializers.RandomNormal(stddev=0.01, seed=SEED)  # ! keras-seed-reuse
`),
    silent: cells(`
from keras import initializers

a = initializers.GlorotUniform(seed=1)
b = initializers.GlorotUniform(seed=2)
c = initializers.HeNormal(seed=1)
# %%
import keras

drop1 = keras.layers.Dropout(0.5, seed=1)
drop2 = keras.layers.Dropout(0.5, seed=1)
zeros = [keras.initializers.Zeros(), keras.initializers.Zeros()]
`),
  },
  'tf-shuffle-split-leak': {
    flagged: cells(`
import tensorflow as tf

ds = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(1000, seed=42)  # ~ tf-shuffle-split-leak
train_ds = ds.take(800)
test_ds = ds.skip(800)
# %%
import tensorflow as tf

full = tf.data.TextLineDataset("reviews.txt")
full = full.shuffle(buffer_size=5000, seed=1)  # ~ tf-shuffle-split-leak
val = full.take(100).batch(32)
train = full.skip(100).batch(32)
`),
    silent: cells(`
import tensorflow as tf

ds = tf.data.Dataset.from_tensor_slices((X, y))
ds = ds.shuffle(1000, seed=42, reshuffle_each_iteration=False)
train_ds, test_ds = ds.take(800), ds.skip(800)
# %%
import tensorflow as tf

ds = tf.data.Dataset.range(1000)
train_ds = ds.skip(200).shuffle(800, seed=1).batch(32)
test_ds = ds.take(200).batch(32)
`),
  },
  'tf-data-nondet': {
    flagged: cells(`
import tensorflow as tf

ds = tf.data.TFRecordDataset(files)
ds = ds.map(parse, num_parallel_calls=tf.data.AUTOTUNE, deterministic=False)  # ! tf-data-nondet
# %%
import tensorflow as tf

options = tf.data.Options()
options.deterministic = False  # ! tf-data-nondet
ds = ds.with_options(options)
`),
    silent: cells(`
import tensorflow as tf

ds = tf.data.TFRecordDataset(files)
ds = ds.map(parse, num_parallel_calls=tf.data.AUTOTUNE)
ds = ds.interleave(read, cycle_length=4, deterministic=True)
# %%
import tensorflow as tf

options = tf.data.Options()
options.deterministic = True
options.autotune.enabled = False
`),
  },
};
