"""What a user sees of seeding: the same numbers again, with nothing changed in the notebook."""

import re

import pytest

numpy = pytest.importorskip("numpy")

DRAWS = """
import random, numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), random.Random().random(),
      np.random.RandomState().rand(), np.random.default_rng().random())
"""


def test_unseeded_draws_repeat_under_close_and_differ_with_other_entropy(run):
    first, again, other = run(DRAWS, seed="a1"), run(DRAWS, seed="a1"), run(DRAWS, seed="a2")
    assert first.text(0) == again.text(0) != other.text(0)
    numbers = first.text(0).split()
    assert len(set(numbers)) == len(numbers) == 6, "no two constructions share a stream"


def test_observe_touches_nothing_and_records_what_no_seed_reached(run):
    first, again = run(DRAWS, policy="observe"), run(DRAWS, policy="observe")
    assert first.text(0) != again.text(0)
    reached = {reach for _, reach in first.entropy(0)}
    assert reached == {"unreached"}
    assert {source for source, _ in first.entropy(0)} == {
        "python.random", "numpy.global", "numpy.default_rng", "numpy.RandomState", "python.Random",
    }  # fmt: skip


def test_each_draw_is_recorded_with_its_line(run):
    ran = run("import numpy as np\nx = 1\nrng = np.random.default_rng()\n", "for i in range(3):\n    y = 2\n    np.random.rand()")
    assert ran.cells[0]["entropy"] == [
        {"source": "numpy.default_rng", "reach": "enforced", "count": 1, "at": {"cell": 0, "line": 3}}
    ]
    assert ran.cells[1]["entropy"][0]["at"] == {"cell": 1, "line": 3}


def test_a_users_own_seed_wins_and_is_recorded_as_theirs(run):
    ran = run("import random, numpy as np\nrandom.seed(7); np.random.seed(7)", "print(random.random(), np.random.rand())")
    import random

    expected = f"{random.Random(7).random()} {numpy.random.RandomState(7).rand()}"
    assert ran.text(1).strip() == expected
    assert ran.entropy(0) == set(), "seeding is not drawing"
    assert ran.entropy(1) == {("python.random", "seeded"), ("numpy.global", "seeded")}


def test_seeding_with_none_is_enforced_again(run):
    cells = ("import random, numpy as np\nrandom.seed(); np.random.seed()", "print(random.random(), np.random.rand())")
    first, again = run(*cells), run(*cells)
    assert first.text(1) == again.text(1)
    assert first.entropy(1) == {("python.random", "enforced"), ("numpy.global", "enforced")}


def test_a_set_of_strings_has_the_same_order_again(run):
    cell = "print(list({'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta'}), hash('x'))"
    assert run(cell, seed="b1").text(0) == run(cell, seed="b1").text(0)
    assert len({run(cell, seed=f"b{i}").text(0) for i in range(3)}) > 1


@pytest.mark.parametrize("call, source", [
    ("uuid.uuid4()", "uuid4"), ("uuid.uuid1()", "uuid1"), ("secrets.token_hex(4)", "secrets"),
    ("os.urandom(4)", "os.urandom"), ("random.SystemRandom().random()", "SystemRandom"),
])  # fmt: skip
def test_os_entropy_is_left_alone_and_recorded(run, call, source):
    cell = f"import os, uuid, secrets, random\n{call}"
    first, again = run(cell), run(cell)
    assert first.text(0) != again.text(0)
    assert first.entropy(0) == {(source, "unreached")}
    assert first.cells[0]["entropy"][0]["at"] == {"cell": 0, "line": 2}


def test_os_entropy_repeats_when_it_is_enforced(run):
    cell = "import os, uuid, secrets\nprint(uuid.uuid4(), secrets.token_hex(4), os.urandom(4))"
    first, again = (run(cell, agent={"entropy": "enforce"}) for _ in range(2))
    assert first.text(0) == again.text(0)
    assert {reach for _, reach in first.entropy(0)} == {"enforced"}


def test_temporary_names_and_imports_are_nobodys_randomness(run):
    ran = run("import tempfile, multiprocessing, ssl\nwith tempfile.TemporaryDirectory() as d: pass")
    assert ran.cells[0]["entropy"] == []


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
    "unordered": "from multiprocessing import Pool\nwith Pool(2) as p: r = sorted(p.imap_unordered(task, range(8)))",
    "starmap": "from multiprocessing import Pool\nwith Pool(2) as p: r = p.starmap(task, [(i,) for i in range(8)])",
    "spawn": (
        "import multiprocessing, textwrap, pathlib\n"
        "pathlib.Path('spawned.py').write_text(TASK)\nimport spawned\n"
        "with multiprocessing.get_context('spawn').Pool(2) as p: r = p.map(spawned.task, range(6), chunksize=1)"
    ),
    "joblib": "from joblib import Parallel, delayed\nr = Parallel(n_jobs=2)(delayed(task)(i) for i in range(8))",
}


@pytest.mark.parametrize("pool", POOLS)
def test_work_in_workers_draws_the_same_numbers_whoever_takes_it(run, pool):
    if pool == "joblib":
        pytest.importorskip("joblib")
    cells = (TASK, f"TASK = {TASK!r}\n{POOLS[pool]}\nprint(r)")
    first, again = run(*cells), run(*cells)
    assert "[" in first.text(1)
    assert first.text(1) == again.text(1)
    numbers = re.findall(r"0\.\d+", first.text(1))
    assert len(set(numbers)) == len(numbers), "no two tasks share a stream"


def test_changing_the_number_of_workers_changes_nothing(run):
    cells = [(TASK, f"from multiprocessing import Pool\nwith Pool({n}) as p: r = p.map(task, range(8), chunksize={c})\nprint(r)")
             for n, c in ((1, 1), (3, 2))]  # fmt: skip
    assert run(*cells[0]).text(1) == run(*cells[1]).text(1)


def test_a_users_seed_reaches_the_workers_streams(run):
    pool = f"{POOLS['pool']}\nprint(r)"
    texts = [run(TASK, f"np.random.seed({seed})\n{pool}", ).text(1) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
