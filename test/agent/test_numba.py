"""Draws in functions that Numba compiles, which have generators of their own."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="optional: numba is not installed")

BEFORE = """
import random, numpy as np
from numba import njit, prange
@njit
def draw():
    return np.random.rand()
@njit
def both():
    return np.random.normal(), random.random()
@njit
def seed(n):
    np.random.seed(n)
    random.seed(n)
"""
CELLS = {
    "before": BEFORE,
    "draws": "x = 1\nprint(draw(), draw())",
    "both": "print(both())",
    "nothing": "print(2)",
    "NumPy's own": "np.random.seed(3)\nprint(draw())",
    "seed": "seed(3)",
    "seeded": "print(draw(), both())",
    "threads": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n"
    "    print([future.result() for future in [pool.submit(draw) for _ in range(4)]])",
    "processes": "from multiprocessing import get_context\nwith get_context('fork').Pool(2) as pool:\n"
    "    print(pool.starmap(draw, [()] * 4))",
}
INDEX = {name: index for index, name in enumerate(CELLS)}
NAMES = list(CELLS)[1:]


@pytest.fixture(scope="module")
def enforced(module_run):
    return [module_run(*CELLS.values(), policy="close", seed="a1") for _ in range(2)]


@pytest.fixture(scope="module")
def observed(module_run):
    return [module_run(*CELLS.values(), policy="observe") for _ in range(2)]


def uses(ran, name):
    return [
        (use["reach"], use["at"]["line"])
        for use in ran.cells[INDEX[name]]["entropy"]
        if use["source"] == "numba"
    ]


@pytest.mark.parametrize("name", NAMES)
def test_they_repeat_under_a_policy_that_enforces(enforced, name):
    first, again = enforced
    assert first.text(INDEX[name]) == again.text(INDEX[name])
    assert first.cells[INDEX[name]]["faults"] == []


@pytest.mark.parametrize("name", ["draws", "both", "NumPy's own", "threads", "processes"])
def test_observed_they_differ(observed, name):
    assert observed[0].text(INDEX[name]) != observed[1].text(INDEX[name])


def test_a_draw_is_recorded_with_its_line_and_its_reach(enforced, observed):
    for ran, reach in ((enforced[0], "enforced"), (observed[0], "unreached")):
        assert uses(ran, "draws") == [(reach, 2)]
        assert uses(ran, "both") == [(reach, 1)]
        assert uses(ran, "NumPy's own") == [(reach, 2)]
        assert uses(ran, "before") == uses(ran, "nothing") == []


def test_a_seed_in_a_compiled_function_is_the_users(enforced, observed):
    assert len({ran.text(INDEX["seeded"]) for ran in (*enforced, *observed)}) == 1
    for ran in (enforced[0], observed[0]):
        assert uses(ran, "seed") == []
        assert {reach for reach, _ in uses(ran, "seeded")} == {"seeded"}


def test_tasks_have_streams_of_their_own(enforced):
    for name in ("threads", "processes"):
        drawn = enforced[0].text(INDEX[name]).strip("[]\n").split(", ")
        assert len(set(drawn)) == 4


def test_states_are_part_of_the_record(enforced):
    rng = enforced[0].cells[INDEX["draws"]]["rng"]
    assert rng["before"]["numba"] != rng["after"]["numba"]
    untouched = enforced[0].cells[INDEX["nothing"]]["rng"]
    assert untouched["before"]["numba"] == untouched["after"]["numba"]


def test_imported_on_another_thread_it_is_the_main_threads_generators_that_are_seeded_and_watched(run):
    importing = "import threading\nthread = threading.Thread(target=__import__, args=('numba',))\nthread.start(); thread.join()"
    others = "for _ in range(20):\n    thread = threading.Thread(target=print)\n    thread.start(); thread.join()"
    first, again = (run(importing, others, BEFORE, "print(draw())") for _ in range(2))
    assert first.text(3) == again.text(3)
    assert not {use for use in first.entropy(1) if use[0] == "numba"}
    assert ("numba", "enforced") in first.entropy(3)
