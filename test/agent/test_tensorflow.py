"""Draws of TensorFlow that `tf.random.set_seed` does not reach, as a user meets them."""

from __future__ import annotations

import pytest

pytest.importorskip("tensorflow", reason="optional: tensorflow is not installed")

IMPORTS = "import tensorflow as tf\ntf.random.set_seed(1)\nimage = tf.random.normal((1, 64, 64, 1))\ntf.random.set_seed(2)"
DRAWS = {
    "tensorflow.Generator": "generator = tf.random.Generator.from_non_deterministic_state()\nprint(generator.normal((3,)).numpy().tolist())",
    "the global generator": "print(tf.random.get_global_generator().normal((3,)).numpy().tolist())",
    "tensorflow.fractional_max_pool": "print(*(tf.nn.fractional_max_pool(image, 1.5, True)[1].numpy().tolist() for _ in range(3)))",
    "tensorflow.fractional_avg_pool": "print(*(tf.nn.fractional_avg_pool(image, (1, 1.4, 1.4, 1), True)[1].numpy().tolist() for _ in range(3)))",
    "tensorflow.sample_distorted_bounding_box": "whole = tf.constant([[[0, 0, 1, 1.0]]])\n"
    "print(*(tf.image.sample_distorted_bounding_box((200, 200, 3), whole)[0].numpy().tolist() for _ in range(3)))",
}
SEEDED = """
print(tf.nn.fractional_max_pool(image, 1.5, True, seed=3)[1].numpy().tolist())
print(tf.random.Generator.from_seed(3).normal((2,)).numpy().tolist())
try:
    tf.nn.fractional_max_pool(image)
except TypeError as error:
    print(error)
"""
CELLS = [IMPORTS, *DRAWS.values(), SEEDED]


@pytest.fixture(scope="module", params=["close", "full"])
def twice(request, module_run):
    variables = {"TF_DETERMINISTIC_OPS": "1"} if request.param == "full" else {}
    return [module_run(*CELLS, policy=request.param, seed="a1", environment=variables) for _ in range(2)]


@pytest.fixture(scope="module")
def observed(module_run):
    return [module_run(*CELLS, policy="observe") for _ in range(2)]


def entropy(ran, index):
    return {
        (use["source"], use["reach"], use["at"]["line"], use["count"]) for use in ran.cells[index]["entropy"]
    }


def test_policies_that_enforce_make_them_repeat_without_a_change_to_the_notebook(twice):
    for index, name in enumerate(DRAWS, 1):
        first, again = (ran.text(index) for ran in twice)
        assert first == again != "", name
        source = name if name.startswith("tensorflow.") else "tensorflow.Generator"
        assert {use[:2] for use in entropy(twice[0], index)} == {(source, "enforced")}, name


def test_draws_one_after_another_differ(twice):
    assert twice[0].text(1) != twice[0].text(2)
    assert len(set(twice[0].text(len(DRAWS)).split("] ["))) > 1


def test_observed_they_differ_and_are_named_with_their_line(observed):
    for index, name in enumerate(DRAWS, 1):
        if name.startswith("tensorflow."):
            line = 2 if "bounding_box" in name else 1
            count = 1 if name == "tensorflow.Generator" else 3
            assert entropy(observed[0], index) == {(name, "unreached", line, count)}
        assert observed[0].text(index) != observed[1].text(index), name


def test_what_has_a_seed_is_left_alone(twice, observed):
    last = len(CELLS) - 1
    assert len({ran.text(last) for ran in (*twice, *observed)}) == 1
    assert "Missing required positional argument" in twice[0].text(last)
    assert twice[0].cells[last]["entropy"] == observed[0].cells[last]["entropy"] == []


SPAWNED = """
import pathlib, sys
from multiprocessing import get_context
sys.path.insert(0, ".")
pathlib.Path("drawing.py").write_text('''
import tensorflow as tf
def task(i):
    generator = tf.random.Generator.from_non_deterministic_state()
    return float(tf.random.normal(())), float(generator.normal(()))
''')
import drawing
with get_context("spawn").Pool(1) as pool:
    print(*pool.map(drawing.task, range(2), chunksize=1))
"""


def test_tasks_in_spawned_processes_have_streams_of_their_own(run):
    first, again = (run(SPAWNED, seed="a1").text(0) for _ in range(2))
    assert first == again
    one, other = first.strip().split(") (")
    assert one.strip("()") != other.strip("()")
