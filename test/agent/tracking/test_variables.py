from __future__ import annotations

import sys
import time

import pytest
from reprise_agent.tracking.static import StaticObserver
from shells import notebook

KINDS = ["static"] + (["monitoring"] if sys.version_info >= (3, 12) else [])


@pytest.fixture(params=KINDS)
def nb(request, tmp_path):
    with notebook(tmp_path, files=False) as made:
        if request.param == "static":
            made.variables.uninstall()
            made.variables._observer = StaticObserver(made.shell.user_ns)
        made.run(
            "import copy, json\nx = [1]\nn = 1\ndef f():\n    return len(x)\nclass C:\n    y = 1\n    def m(self): return x"
        )
        yield made


@pytest.mark.parametrize(
    "source, reads, wrote",
    [
        ("pass", [], []),
        ("n", ["n"], []),
        ("new = 1", [], ["new"]),
        ("n = 2", [], ["n"]),
        ("n += 1", ["n"], ["n"]),
        ("n = 5\nm = n", [], ["m", "n"]),
        ("m = n\nn = 5", ["n"], ["m", "n"]),
        ("f()", ["f", "x"], []),
        ("C().m()", ["C", "x"], []),
        ("def g(): return x", [], ["g"]),
        ("def g(): return x\ng()", ["x"], ["g"]),
        ("def g():\n    x = 2\n    return x\ng()", [], ["g"]),
        ("def g():\n    global made\n    made = n\ng()", ["n"], ["g", "made"]),
        ("[a for a in x]", ["x"], []),
        ("sorted(x, key=lambda a: a + n)", ["n", "x"], []),
        ("class D:\n    n = 3\n    k = n\n    l = x", ["x"], ["D"]),
        ("list(map(lambda a: a * n, x))", ["n", "x"], []),
        ("x.append(2)", ["x"], ["x"]),
        ("print(len(x))", ["x"], []),
        ("import os.path as p", [], ["p"]),
        ("from json import loads as l", [], ["l"]),
        (
            "from json import *\nloads",
            [],
            ["JSONDecodeError", "JSONDecoder", "JSONEncoder", "dump", "dumps", "load", "loads"],
        ),
        ("try: missing\nexcept NameError: pass", ["missing"], []),
        ("missing = 1 if False else missing", ["missing"], []),
        ("for i in range(2): pass", [], ["i"]),
        ("(w := n)", ["n"], ["w"]),
        ("a: int = n", ["n"], ["a"]),
        ("f'{n}'", ["n"], []),
        ("async def co(): return n\nawait co()", ["n"], ["co"]),
        ("eval('n + 1')", ["n"], []),
        ("exec('made = n')", ["n"], ["made"]),
        ("%time m = n", ["n"], ["m"]),
        ("%%time\nm = n", ["n"], ["m"]),
        ("%timeit -n1 -r1 len(x)", ["x"], []),
        ("%%capture\nm = n", ["n"], ["m"]),
        ("!echo {n} $x", ["n", "x"], []),
        ("get_ipython().run_cell('m = n')", ["n"], ["m"]),
        ("import functools\nh = functools.partial(f)\nh()", ["f", "x"], ["functools", "h"]),
        ("made = n\ndel made", ["n"], []),
    ],
)
def test_names_read_and_written(nb, source, reads, wrote):
    line = nb.run(source)
    assert (line["reads"], line["wrote"]) == (reads, wrote)
    assert line["precision"] == nb.variables._observer.precision


@pytest.mark.parametrize(
    "source, noted",
    [
        ("globals()['z'] = 1", ["globals()"]),
        ("locals()", ["locals()"]),
        ("exec('a' + ' = 1')", ["exec()"]),
        ("eval('1')", []),
        ("%prun -q len(x)", ["%prun"]),
        ("%pwd", []),
        ("y = _", ["_"]),
        ("Out", ["Out"]),
        ("vars(C)", []),
        ("import __main__ as m", []),
        ("import __main__ as m; m.n", ["names through m"]),
        ("import __main__; getattr(__main__, 'n')", ["names through __main__"]),
        ("import __main__; __main__.n", []),
        ("get_ipython().user_ns.keys()", ["names through user_ns"]),
        ("__name__ == '__main__'", []),
    ],
)
def test_what_cannot_be_seen_is_said(nb, source, noted):
    nb.run("5")
    assert nb.run(source)["notObserved"] == noted


def test_a_namespace_that_was_kept_is_known_where_it_is_read(nb):
    nb.run("import __main__ as main\nspace, shell = globals(), get_ipython()")
    assert nb.run("main.n")["notObserved"] == ["names through main"]
    assert nb.run("space['n']")["notObserved"] == ["names through space"]
    assert nb.run("shell.user_ns['n']")["notObserved"] == ["names through shell"]


def test_what_a_function_of_another_cell_reads_through_the_namespace_is_said(nb):
    nb.run("import sys\ndef peek(name):\n    return sys._getframe().f_globals[name]\ndef all_of():\n    return globals()")
    assert nb.run("peek('n')")["notObserved"] == ["names through f_globals"]
    assert nb.run("all_of()")["notObserved"] == ["globals()"]


def test_a_name_bound_through_the_namespace_is_written(nb):
    assert nb.run("globals()['z'] = 1")["wrote"] == ["z"]


def test_a_change_of_a_class_is_a_write_of_its_name(nb):
    assert nb.run("C.y = 2")["wrote"] == ["C"]


def test_deleted_names_are_reported(nb):
    line = nb.run("del n")
    assert (line["deletes"], line["wrote"]) == (["n"], [])


def test_a_change_through_an_alias_is_a_write_of_both_names(nb):
    nb.run("alias = x")
    assert nb.run("alias.append(9)")["wrote"] == ["alias", "x"]


def test_a_read_has_the_digest_of_what_was_read(nb):
    first = nb.run("before = list(x)")
    changed = nb.run("x.append(2)")
    after = nb.run("x")
    assert changed["readDigests"]["x"] == first["readDigests"]["x"] != after["readDigests"]["x"]
    assert {entry["name"]: entry["digest"] for entry in changed["writes"]}["x"] == after["readDigests"]["x"]


def test_a_value_that_a_cell_only_looked_at_through_another_is_digested_when_it_may_have_changed(nb):
    nb.run("rows = [[1], [2]]")
    assert nb.run("for r in rows: r.append(0)")["wrote"] == ["r", "rows"]
    assert nb.run("rows[0][0] = 5")["wrote"] == ["rows"]
    assert nb.run("rows[0] += [6]")["wrote"] == ["rows"]
    assert nb.run("k = copy.deepcopy(rows)")["wrote"] == ["k"]


def test_a_value_without_a_digest_says_so(nb):
    entry = nb.run("gen = (i for i in x)")["writes"][0]
    assert entry == {"name": "gen", "how": "opaque", "type": "generator"}


def test_a_failing_cell_is_recorded_up_to_its_failure(nb):
    line = nb.run("a = n\nraise ValueError\nb = 1")
    assert isinstance(line["error"], ValueError) and line["wrote"] == ["a"] and line["reads"] == ["n"]


def test_names_of_ipython_are_not_the_users(nb):
    line = nb.run("get_ipython(); In; exit")
    assert line["reads"] == [] and line["wrote"] == []


def test_a_fault_of_ours_does_not_fail_the_cell(nb):
    def broken(*arguments):
        raise RuntimeError("ours")

    nb.variables._observer.compiled = broken
    assert nb.run("ok = 1")["error"] is None and nb.shell.user_ns["ok"] == 1


def test_a_budget_labels_what_there_was_no_time_for(tmp_path):
    with notebook(tmp_path, budget_ms=1, files=False) as nb:
        line = nb.run(
            "import numpy as np\nbig = np.zeros(20_000_000)\nsmall = 1\nnested = {i: [i] for i in range(300_000)}"
        )
        how = {entry["name"]: entry["how"] for entry in line["writes"]}
        assert how == {"np": "exact", "big": "sampled", "small": "exact", "nested": "sampled"}


def test_the_cost_of_a_cell_does_not_grow_with_the_namespace(tmp_path):
    with notebook(tmp_path, files=False) as nb:
        nb.run("lists = {i: [i] for i in range(200_000)}\nblob = bytes(200_000_000)")

        def cost():
            started = time.perf_counter()
            nb.variables.before("cell", "pass")
            nb.variables.after()
            return time.perf_counter() - started

        assert min(cost() for _ in range(50)) < 0.0003
