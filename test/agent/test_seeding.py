"""What a user sees of seeding: the same numbers again, with nothing changed in the notebook."""

import re
import sys

import pytest

numpy = pytest.importorskip("numpy")

DRAWS = """
import random, numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), random.Random().random(),
      np.random.RandomState().rand(), np.random.default_rng().random())
"""
OS_ENTROPY = {
    "uuid.uuid4()": "uuid4",
    "uuid.uuid1()": "uuid1",
    "secrets.token_hex(4)": "secrets",
    "os.urandom(4)": "os.urandom",
    "random.SystemRandom().random()": "SystemRandom",
}
CELLS = {
    "draws": DRAWS,
    "lines": "y = 1\nrng = np.random.default_rng()\n",
    "loop": "for i in range(3):\n    y = 2\n    np.random.rand()",
    "set": "print(list({'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta'}), hash('x'))",
    "names": "import tempfile, multiprocessing, ssl\nwith tempfile.TemporaryDirectory() as d: pass",
    "seed": "random.seed(7); np.random.seed(7)",
    "seeded": "print(random.random(), np.random.rand())",
    "unseed": "random.seed(); np.random.seed()",
    "unseeded": "print(random.random(), np.random.rand())",
    "imports": "import os, uuid, secrets",
    **{call: call for call in OS_ENTROPY},
}
INDEX = {name: index for index, name in enumerate(CELLS)}


class Study:
    """The cells above, run twice with the same entropy under one policy."""

    def __init__(self, run, **given):
        self.first, self.again = (run(*CELLS.values(), **given) for _ in range(2))

    def texts(self, name):
        return self.first.text(INDEX[name]), self.again.text(INDEX[name])

    def entropy(self, name):
        return self.first.entropy(INDEX[name])

    def uses(self, name):
        return self.first.cells[INDEX[name]]["entropy"]


@pytest.fixture(scope="module")
def close(module_run):
    return Study(module_run, policy="close", seed="a1")


@pytest.fixture(scope="module")
def observed(module_run):
    return Study(module_run, policy="observe")


def test_unseeded_draws_repeat_under_close(close):
    first, again = close.texts("draws")
    assert first == again
    assert len(set(first.split())) == len(first.split()) == 6, "no two constructions share a stream"


def test_other_entropy_gives_other_numbers_and_another_order_of_sets(close, module_run):
    other = module_run(*CELLS.values(), seed="a2")
    assert close.texts("draws")[0] != other.text(INDEX["draws"])
    assert close.texts("set")[0] != other.text(INDEX["set"])


def test_observe_touches_nothing_and_records_what_no_seed_reached(observed):
    first, again = observed.texts("draws")
    assert first != again
    assert {reach for _, reach in observed.entropy("draws")} == {"unreached"}
    expected = {"python.random", "numpy.global", "numpy.default_rng", "python.Random"}
    if sys.version_info >= (3, 11):
        # Before, frames tell the line only, and two constructors on one line are both called by the first one's name.
        expected.add("numpy.RandomState")
    assert {source for source, _ in observed.entropy("draws")} == expected


def test_each_draw_is_recorded_with_its_line(close):
    place = {"cell": INDEX["lines"], "line": 2}
    assert close.uses("lines") == [
        {"source": "numpy.default_rng", "reach": "enforced", "count": 1, "at": place}
    ]
    assert close.uses("loop")[0]["at"] == {"cell": INDEX["loop"], "line": 3}


@pytest.mark.parametrize("policy", ["close", "observed"])
def test_a_users_own_seed_wins_and_is_recorded_as_theirs(policy, request):
    import random

    study = request.getfixturevalue(policy)
    expected = f"{random.Random(7).random()} {numpy.random.RandomState(7).rand()}"
    assert study.texts("seeded")[0].strip() == expected
    assert study.entropy("seed") == set(), "seeding is not drawing"
    assert study.entropy("seeded") == {("python.random", "seeded"), ("numpy.global", "seeded")}


def test_seeding_with_none_is_enforced_again(close):
    first, again = close.texts("unseeded")
    assert first == again
    assert close.entropy("unseeded") == {("python.random", "enforced"), ("numpy.global", "enforced")}


def test_a_set_of_strings_has_the_same_order_again(close, observed):
    first, again = close.texts("set")
    assert first == again
    assert len(set(observed.texts("set"))) == 2


@pytest.mark.parametrize("call", OS_ENTROPY)
def test_os_entropy_is_left_alone_and_recorded(close, call):
    first, again = close.texts(call)
    assert first != again
    at = {"cell": INDEX[call], "line": 1}
    assert close.uses(call) == [{"source": OS_ENTROPY[call], "reach": "unreached", "count": 1, "at": at}]


def test_os_entropy_repeats_when_it_is_enforced(module_run):
    cell = "import os, uuid, secrets\nprint(uuid.uuid4(), secrets.token_hex(4), os.urandom(4))"
    first, again = (module_run(cell, agent={"entropy": "enforce"}) for _ in range(2))
    assert first.text(0) == again.text(0)
    assert {reach for _, reach in first.entropy(0)} == {"enforced"}


def test_temporary_names_and_imports_are_nobodys_randomness(close, observed):
    assert close.uses("names") == observed.uses("names") == []


def test_what_a_library_makes_while_it_is_imported_says_so(run):
    """As sympy does, which torch imports when its first optimizer is made."""
    library = (
        "import pathlib, sys\n"
        "place = pathlib.Path('site-packages')\n"
        "place.mkdir()\n"
        "(place / 'dreamy.py').write_text('import random\\nrng = random.Random()\\ndef make(): return random.Random()')\n"
        "sys.path.insert(0, 'site-packages')"
    )
    ran = run(library, "import dreamy", "dreamy.make()", policy="observe")
    place = {"source": "python.Random", "reach": "unreached", "count": 1}
    assert ran.cells[1]["entropy"] == [{**place, "at": {"cell": 1, "line": 1}, "importing": True}]
    assert ran.cells[2]["entropy"] == [{**place, "at": {"cell": 2, "line": 1}}]


TASK = """
import random, time
import numpy as np
def task(i):
    time.sleep(random.random() * 0.02 if i % 2 else 0.0)
    return round(np.random.rand(), 6), round(random.random(), 6), round(np.random.default_rng().random(), 6)
"""
POOLS = {
    "threads": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(3) as e: r = list(e.map(task, range(8)))",
    "processes": "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as e: r = list(e.map(task, range(8)))",
    "pool": "from multiprocessing import Pool\nwith Pool(2) as p: r = p.map(task, range(8), chunksize=2)",
    "unordered": "with Pool(2) as p: r = sorted(p.imap_unordered(task, range(8)))",
    "starmap": "with Pool(2) as p: r = p.starmap(task, [(i,) for i in range(8)])",
    "spawn": (
        "import multiprocessing, pathlib\npathlib.Path('spawned.py').write_text(TASK)\nimport spawned\n"
        "with multiprocessing.get_context('spawn').Pool(2) as p: r = p.map(spawned.task, range(6), chunksize=1)"
    ),
    "joblib": "from joblib import Parallel, delayed\nr = Parallel(n_jobs=2)(delayed(task)(i) for i in range(8))",
    # The user's own seed reaches the tasks' streams.
    "user's seed": "np.random.seed(SEED)\nwith Pool(2) as p: r = p.map(task, range(8), chunksize=2)",
}
POOL = {name: index for index, name in enumerate(POOLS, 1)}


@pytest.fixture(scope="module")
def pools(module_run):
    """Twice alike; a third time with other numbers of workers and tasks at once, and another seed of the user's."""
    before = f"TASK = {TASK!r}\nSEED = 1\n{TASK}"
    other = {
        name: cell.replace("(2)", "(3)").replace("chunksize=2", "chunksize=1").replace("n_jobs=2", "n_jobs=3")
        for name, cell in POOLS.items()
    }
    runs = [module_run(before, *POOLS.values()) for _ in range(2)]
    return [*runs, module_run(before.replace("SEED = 1", "SEED = 2"), *other.values())]


def _task_numbers(ran, pool):
    """Every number of the pool's result: (task's index, its draws) in the order of the result."""
    writes = {
        write["name"]: write["digest"] for write in ran.cells[POOL[pool]]["writes"] if "digest" in write
    }
    return writes["r"]


@pytest.mark.parametrize("pool", [name for name in POOLS if name != "joblib"])
def test_work_in_workers_draws_the_same_numbers_whoever_takes_it(pools, pool):
    first, again, other = (_task_numbers(ran, pool) for ran in pools)
    assert first == again
    if pool == "user's seed":
        assert first != other
    else:
        assert first == other, "the number of workers changes nothing"


def test_work_handed_to_joblib_draws_the_same_numbers(pools):
    pytest.importorskip("joblib")
    first, again, other = (_task_numbers(ran, "joblib") for ran in pools)
    assert first == again == other


def test_no_two_tasks_share_a_stream(module_run):
    ran = module_run(TASK, f"{POOLS['threads']}\nprint(r)", f"{POOLS['pool']}\nprint(r)")
    numbers = re.findall(r"0\.\d+", ran.text(1) + ran.text(2))
    assert len(set(numbers)) == len(numbers) == 48
