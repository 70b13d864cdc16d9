"""What a record says of training with Keras on TensorFlow, and of loops over tf.data; skipped where they are not installed."""

import json
from importlib.metadata import version
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(
    find_spec("tensorflow") is None or find_spec("keras") is None,
    reason="optional: TensorFlow is not installed",
)

MODEL = """\
import os, json
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, tensorflow as tf
keras.utils.set_random_seed(1)
x = np.arange(80, dtype="float32").reshape(40, 2) / 80
y = x.sum(1, keepdims=True)
def made():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model
model = made()
"""
FIT = """\
history = model.fit(x, y, batch_size=8, epochs=3, verbose=0, validation_split=0.2)
"""
SHOW = """\
weights = [each.tolist() for each in model.get_weights()]
print(json.dumps([history.history, weights, np.random.rand(2).tolist(), float(tf.random.uniform(()))]))
"""
DATASET = """\
dataset = tf.data.Dataset.from_tensor_slices({"x": x, "y": y}).shuffle(40, seed=3).batch(8)
pairs = dataset.map(lambda row: (row["x"], row["y"]))
other = made()
other.fit(pairs, epochs=2, verbose=0)
"""
WAYS = """\
def fit_by(**way):
    each = made()
    each.compile("sgd", "mse", **way)
    for call in range(2):
        each.fit(x, y, batch_size=8, shuffle=False, verbose=0, validation_data=(x, y))
    if "steps_per_execution" not in way:  # before Keras 3.6 it would ask the one batch for two
        each.train_on_batch(x, y)
fit_by()
fit_by(run_eagerly=True)
fit_by(steps_per_execution=2)
fit_by(jit_compile=True)
"""
UNKNOWN = """\
def rows():
    for start in range(0, 40, 8):
        yield x[start : start + 8], y[start : start + 8]
signature = tuple(tf.TensorSpec((None, width), "float32") for width in (2, 1))
dataset = tf.data.Dataset.from_generator(rows, output_signature=signature)
made().fit(dataset, epochs=2, verbose=0, validation_data=(x, y), validation_batch_size=10)
"""
LOOP = """\
for epoch in range(2):
    for batch in dataset:
        pass
"""


@pytest.fixture(scope="module")
def ran(module_run):
    return module_run(MODEL, FIT, SHOW, DATASET, LOOP, WAYS, UNKNOWN)


def stream_of(ran, index):
    (stream,) = ran.cells[index]["training"]["streams"]
    return stream


def test_batches_steps_and_epochs_of_fit(ran):
    assert [cell["faults"] for cell in ran.cells] == [[]] * 7
    assert [cell["error"] for cell in ran.cells] == [None] * 7
    stream = stream_of(ran, 1)
    assert (stream["source"], stream["at"]) == ("keras.fit", {"cell": 1, "line": 1})
    assert (stream["batches"], stream["passes"]) == (12, 3)
    digests = list(stream["digests"].values())
    if int(version("keras").partition(".")[0]) > 2:
        # Seeded, Keras 3 on TensorFlow draws the same sequence in each epoch.
        assert digests[:4] == digests[4:8] == digests[8:]
    assert len(set(digests[:4])) == 4
    found = ran.cells[1]["training"]
    assert found["taken"] == 12
    assert [step["n"] for step in found["steps"]] == [0, 1, 2, 4, 8, 12]
    assert len({step["weights"] for step in found["steps"]}) == 6
    history = json.loads(ran.text(2))[0]["loss"]
    assert [float.fromhex(step["loss"]) for step in found["steps"] if step["n"] in (4, 8, 12)] == history
    whole = json.loads((ran.folder.parents[1] / "objects" / found["ledger"]).read_text())
    assert [(batch["step"], batch["size"]) for batch in whole["streams"][0]["batches"]] == [
        (n, 8) for n in range(12)
    ]


def test_batches_of_a_dataset_in_fit_and_in_a_loop(ran):
    fit, loop = stream_of(ran, 3), stream_of(ran, 4)
    assert (fit["source"], fit["batches"], fit["passes"]) == ("keras.fit", 10, 2)
    assert (loop["source"], loop["at"]["line"], loop["batches"], loop["passes"]) == ("tf.data", 2, 10, 2)
    assert ran.cells[3]["training"]["taken"] == 10


def test_where_nobody_knows_how_many_there_are_validation_is_not_taken_for_training(ran):
    stream = stream_of(ran, 6)
    assert (stream["batches"], stream["passes"]) == (10, 2)
    digests = list(stream["digests"].values())
    assert digests[:5] == digests[5:] and len(set(digests)) == 5


def test_batches_of_fit_in_whichever_way_a_step_runs(ran):
    stream = stream_of(ran, 5)
    assert (stream["source"], stream["batches"], stream["passes"]) == ("keras.fit", 40, 8)
    # Each call draws the same five; of later ones not every digest is taken.
    first = [stream["digests"][str(number)] for number in range(1, 6)]
    assert len(set(first)) == 5
    assert all(digest == first[(int(number) - 1) % 5] for number, digest in stream["digests"].items())
    assert int(max(stream["digests"], key=int)) > 30


@pytest.mark.parametrize("policy", ["close", "full"])
def test_results_and_generators_are_the_same_without_a_ledger(ran, module_run, policy):
    plain = module_run(MODEL, FIT, SHOW, DATASET, LOOP, policy=policy, agent={"ledger": "off"})
    with_ledger = ran if policy == "close" else module_run(MODEL, FIT, SHOW, policy=policy)
    assert with_ledger.text(2) == plain.text(2)
    assert with_ledger.cells[2]["rng"] == plain.cells[2]["rng"]
    assert [cell for cell in plain.cells if "training" in cell] == []


def test_one_changed_number_changes_the_batches_that_it_is_in(ran, module_run):
    other = module_run(MODEL.replace("def made", "x[7, 1] += 1e-6\ndef made"), FIT)
    before, after = (stream_of(each, 1)["digests"] for each in (ran, other))
    assert len([number for number in before if before[number] != after[number]]) == 3, "once an epoch"
