from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
import value_table
from reprise_agent.tracking.values import digest_value, sample_value
from value_table import TABLE

PLAIN = "572b0cc6041e2b1355090ef9fe8341bf152f449cddecc6ebb7d1865f4fe19f70"
HERE = pathlib.Path(__file__).parent


def run_table(hash_seed: str) -> dict:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    program = [sys.executable, "-m", "value_table"]
    result = subprocess.run(program, env=environment, cwd=HERE, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def two_processes():
    return run_table("1"), run_table("2")


def test_the_table_is_large_enough():
    assert len(TABLE) >= 60


@pytest.mark.parametrize("name", list(TABLE))
def test_equal_values_have_equal_digests_and_the_smallest_change_shows(name, two_processes):
    first, second = two_processes
    (value, how), (copy, _), (changed, _) = first[name]
    assert how == "exact" and value is not None
    assert copy == value, "an equal copy"
    assert changed != value, "the smallest change"
    assert second[name] == first[name], "another process with another hash seed"


def test_plain_values_have_the_digests_they_always_had():
    """Records of one Python version are compared with those of another."""
    assert digest_value({"a": [1, 2.5, None, True, "é", b"x", (2**70,)], "s": {1, 2}})[0] == PLAIN


def test_sharing_and_aliasing_do_not_show():
    inner = [1.5, "a"]
    assert digest_value({"a": inner, "b": inner}) == digest_value({"a": [1.5, "a"], "b": [1.5, "a"]})


def test_a_structure_that_would_be_exponential_when_written_out_is_digested():
    shared: list = [1]
    for _ in range(60):
        shared = [shared, shared]
    digest, how, _ = digest_value(shared)
    assert digest is not None and how == "exact"


def test_a_graph_of_instances_that_share_their_parts_is_digested():
    node = value_table.Point(1.0)
    for _ in range(60):
        node = value_table.Point(node, node)
    assert digest_value(node)[1] == "exact"


def test_cycles_prove_equality_only():
    def cyclic(last):
        value: list = [1]
        value.append({"back": value, "last": last})
        return value

    digest, how, _ = digest_value(cyclic(1))
    assert how == "pickle" and digest == digest_value(cyclic(1))[0] != digest_value(cyclic(2))[0]


def test_parents_and_children_that_know_each_other_are_digested():
    def tree(leaf):
        root = value_table.Base()
        root.children = []
        for number in (1, leaf):
            child = value_table.Base()
            child.parent, child.number = root, number
            root.children.append(child)
        return root

    digest, how, _ = digest_value(tree(2))
    assert how == "pickle" and digest == digest_value(tree(2))[0] != digest_value(tree(3))[0]


@pytest.mark.parametrize(
    "value",
    [
        (i for i in [1]),
        threading.Lock(),
        open(__file__),
        zip([1]),
        {"a": [threading.Lock()]},
        threading.current_thread(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_honest_digest_says_so(value):
    assert digest_value(value)[:2] == (None, "opaque")


def test_figures_are_opaque():
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    assert digest_value(Figure())[:2] == (None, "opaque")


def test_no_code_of_the_users_runs(capsys):
    class Loud:
        def __init__(self):
            self.value = 1

        def __getattribute__(self, name):
            print("asked for", name)
            return object.__getattribute__(self, name)

        def __reduce_ex__(self, protocol):
            print("reduced")
            raise SystemExit

    Loud.__module__ = "__main__"
    value = Loud()
    capsys.readouterr()
    assert digest_value(value)[1] == "exact"
    assert capsys.readouterr().out == ""


def test_addresses_never_get_in():
    class Plain:
        pass

    Plain.__module__ = "__main__"
    keep = [Plain() for _ in range(3)]
    assert len({digest_value(item)[0] for item in keep}) == 1


def test_a_user_who_raised_the_recursion_limit_keeps_the_kernel():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        assert digest_value(value_table.deep(50_000))[1] in ("exact", "opaque")
        assert sys.getrecursionlimit() == 10**6
    finally:
        sys.setrecursionlimit(limit)


def test_warnings_of_a_digest_are_not_shown():
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")

        class Warning_:
            def __reduce_ex__(self, protocol):
                warnings.warn("looked at", stacklevel=1)
                return (int, ())

        Warning_.__module__ = "somewhere.else"
        digest_value(Warning_())
    assert shown == []


def test_a_sample_notices_changes_at_the_ends_and_calls_itself_one():
    array = np.zeros(10_000_000)
    digest, how, name = sample_value(array)
    array[-1] = 1
    assert (how, name) == ("sampled", "numpy.ndarray") and sample_value(array)[0] != digest
    assert sample_value(object())[:2] == (None, "opaque")
