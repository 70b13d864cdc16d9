"""What training notebooks hold: each value, an equal copy made another way, and the smallest change. Run as a program with
the name of a framework it prints the digests as JSON, and whether taking them left the generators alone."""

from __future__ import annotations

import json
import os
import pathlib
import random
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "src" / "agent"))

import numpy as np  # noqa: E402
from reprise_agent.tracking.values import digest_value  # noqa: E402

X = np.random.default_rng(0).normal(size=(60, 4)).astype("f4")
Y = (X[:, 0] > 0).astype("i8")


def torch_table():
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = torch.nn.Sequential(
                torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.5)
            )

        def forward(self, x):
            return self.body(x)

    def net(change=0.0, hooked=False, buffer=0.0):
        torch.manual_seed(0)
        made = Net()
        if hooked:
            made.body[0].register_forward_hook(lambda *values: None)
        with torch.no_grad():
            made.body[0].weight[0, 0] += change
            made.body[1].running_mean[0] += buffer
        return made

    def trained(steps):
        made = net()
        optimizer = torch.optim.Adam(made.parameters())
        for _ in range(steps):
            made.eval()(torch.tensor(X)).sum().backward()
            optimizer.step()
        return optimizer

    def lstm(change):
        torch.manual_seed(0)
        made = torch.nn.LSTM(2, 2)
        with torch.no_grad():
            made.bias_hh_l0[0] += change
        return made

    def rows(last):
        return torch.utils.data.TensorDataset(torch.tensor([1.0, 2.0, last]))

    yield "module", net(), net(hooked=True), net(change=1e-6)
    yield "buffer", net(), net(), net(buffer=1e-6)
    yield "mode", net(), net(), net().eval()
    yield "optimizer", trained(2), trained(2), trained(3)
    yield "lstm", lstm(0.0), lstm(0.0), lstm(1e-6)
    yield "lazy", torch.nn.LazyLinear(3), torch.nn.LazyLinear(3), torch.nn.LazyLinear(4)
    yield "sparse", torch.eye(3).to_sparse(), torch.eye(3).to_sparse(), (2 * torch.eye(3)).to_sparse()
    yield "dataset", rows(3.0), rows(3.0), rows(3.5)
    subset = torch.utils.data.Subset
    yield "subset", subset(rows(3.0), [0, 1]), subset(rows(3.0), [0, 1]), subset(rows(3.0), [1, 0])


def keras_table():
    import keras
    import tensorflow as tf

    def model(change=0.0, rate=0.5):
        keras.utils.set_random_seed(1)
        layers = [keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(rate), keras.layers.Dense(1)]
        made = keras.Sequential(layers)
        made.compile("adam", "mse")
        weights = made.get_weights()
        weights[0][0, 0] += change
        made.set_weights(weights)
        return made

    def functional(rate=2.0, loss="mse"):
        keras.utils.set_random_seed(1)
        given = keras.Input((4,))
        hidden = keras.layers.Dense(3)(given) * rate
        made = keras.Model(given, keras.layers.Add()([hidden, keras.layers.Dense(3)(given)]))
        made.compile("adam", loss)
        return made

    def fitted(epochs):
        made = model()
        history = made.fit(X, Y, epochs=epochs, verbose=0)
        return made, history

    (one, told), (two, again), (three, other) = fitted(1), fitted(1), fitted(2)
    yield "model", model(), model(), model(change=1e-6)
    yield "configuration", model(), model(), model(rate=0.25)
    yield "functional", functional(), functional(), functional(rate=3.0)
    yield "compiled", functional(), functional(), functional(loss="mae")
    yield "fitted", one, two, three
    yield "optimizer", one.optimizer, two.optimizer, three.optimizer
    yield "history", told, again, other
    sgd = keras.optimizers.SGD
    yield "unbuilt optimizer", sgd(0.1), sgd(0.1), sgd(0.2)
    mse = keras.losses.MeanSquaredError
    yield "loss", mse(), mse(), mse(reduction="sum")
    yield "variable", tf.Variable([1.0]), tf.Variable([1.0]), tf.Variable([1.5])
    generator = tf.random.Generator.from_seed
    yield "generator", generator(1), generator(1), generator(2)
    dense = tf.sparse.from_dense
    yield "sparse", dense([[1.0, 0.0]]), dense([[1.0, 0.0]]), dense([[1.5, 0.0]])


def jax_table():
    import jax
    import jax.numpy as jnp

    def tree(last):
        return {"layer": [jnp.ones((2, 2)), (jnp.asarray([0.0, last], jnp.bfloat16),)]}

    yield "pytree", tree(1.0), tree(1.0), tree(1.5)
    yield "key", jax.random.key(0), jax.random.key(0), jax.random.key(1)
    vars(jax.random).pop("key_impl", None)
    yield "key before JAX 0.4.24", jax.random.key(0), jax.random.key(0), jax.random.key(1)


def xgboost_table():
    import xgboost

    def model(trees):
        return xgboost.XGBClassifier(n_estimators=trees, n_jobs=1).fit(X, Y)

    yield "classifier", model(2), model(2), model(3)
    yield "booster", model(2).get_booster(), model(2).get_booster(), model(3).get_booster()


def lightgbm_table():
    import lightgbm

    def model(trees):
        chosen = {"n_jobs": 1, "verbose": -1, "min_child_samples": 2}
        return lightgbm.LGBMClassifier(n_estimators=trees, **chosen).fit(X, Y)

    yield "classifier", model(2), model(2), model(3)
    yield "booster", model(2).booster_, model(2).booster_, model(3).booster_


TABLES = {
    "torch": torch_table,
    "tensorflow": keras_table,
    "jax": jax_table,
    "xgboost": xgboost_table,
    "lightgbm": lightgbm_table,
}


def states():
    held = [random.getstate(), np.random.get_state()]
    if "torch" in sys.modules:
        held.append(sys.modules["torch"].get_rng_state().tolist())
    return repr(held)


if __name__ == "__main__":
    junk = [object() for _ in range(int(sys.argv[2]))]
    found, moved = {}, []
    for name, *values in TABLES[sys.argv[1]]():
        before = states()
        found[name] = [digest_value(value)[:2] for value in values]
        again = [digest_value(value)[:2] for value in values]
        if states() != before or again != found[name]:
            moved.append(name)
    print(json.dumps({"found": found, "moved": moved}))
