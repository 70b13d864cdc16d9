"""Forks that are no task, and a user's own seed in threads and processes."""

import pytest

pytest.importorskip("numpy")

BEFORE = """
import os, random, asyncio, time
import numpy as np
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
fork = get_context('fork')
def init():
    global rng
    rng = np.random.default_rng()
def draw(_):
    time.sleep(0.05)
    return rng.random()
def both(_=None):
    return np.random.rand(), random.random()
class Own(fork.Process):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue
    def run(self):
        self.queue.put((random.random(), np.random.default_rng().random()))
"""
CELLS = {
    "before": BEFORE,
    "initializer": "with fork.Pool(3, initializer=init) as p:\n    found = p.map(draw, range(12), chunksize=1)\nprint(len(set(found)))",
    "run": "queue = fork.SimpleQueue()\nfor _ in range(3):\n    own = Own(queue)\n    own.start()\n    print(*queue.get())\n    own.join()",
    # Python 3.12 and later warn of threads, and name the process.
    "os.fork": "import warnings\nwarnings.simplefilter('ignore', DeprecationWarning)\nends = os.pipe()\nif os.fork() == 0:\n    os.write(ends[1], str(random.random()).encode())\n    os._exit(0)\n"
    "os.wait()\nprint(os.read(ends[0], 99).decode())",
    "seed in a thread": "def boot(s):\n    np.random.seed(s)\n    random.seed(s)\n    return both()\n"
    "with ThreadPoolExecutor(1) as e:\n    print(e.submit(boot, 3).result() == boot(3))",
    "state in a thread": "def put(states):\n    np.random.set_state(states[0])\n    random.setstate(states[1])\n    return both()\n"
    "states = np.random.get_state(), random.getstate()\n"
    "with ThreadPoolExecutor(1) as e:\n    print(e.submit(put, states).result() == put(states))",
    "seeded thread": "np.random.seed(42)\nrandom.seed(5)\nprint(await asyncio.to_thread(both))",
    "seeded pool": "with fork.Pool(2) as p:\n    print(p.map(both, range(4)))",
    "spawned": "import pathlib, sys\nsys.path.insert(0, '.')\n"
    "pathlib.Path('drawing.py').write_text('import random\\ndef task(i):\\n    import numpy\\n    return numpy.random.rand(), random.random()')\n"
    "import drawing\nwith get_context('spawn').Pool(1) as p:\n    print(p.map(drawing.task, range(2)))",
    "spawned module": "pathlib.Path('holding.py').write_text('import random, numpy\\nrng = numpy.random.default_rng()\\nown = random.Random()\\n'\n"
    "'def task(i):\\n    return rng.random(), own.random()')\n"
    "import holding\nwith get_context('spawn').Pool(1) as p:\n    print(p.map(holding.task, range(2)))",
    "error": "np.random.seed(-1)",
}
INDEX = {name: index for index, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def runs(module_run):
    """Twice from the same entropy, once from another."""
    return [module_run(*CELLS.values(), seed=seed, allowErrors=True) for seed in ("a1", "a1", "b2")]


@pytest.fixture
def texts(runs):
    return lambda name: [ran.text(INDEX[name]) for ran in runs]


def test_no_two_forked_workers_make_the_same_generator(texts):
    assert texts("initializer") == ["12\n"] * 3


@pytest.mark.parametrize("fork", ["run", "os.fork"])
def test_a_forked_process_draws_the_same_again_from_the_same_entropy(texts, fork):
    first, again, other = texts(fork)
    assert first == again != other
    numbers = first.split()
    assert len(set(numbers)) == len(numbers) == {"run": 6, "os.fork": 1}[fork]


@pytest.mark.parametrize("given", ["seed", "state"])
def test_what_a_thread_is_seeded_with_is_what_it_draws_from(texts, given):
    assert texts(f"{given} in a thread") == ["True\n"] * 3


def test_what_a_spawned_worker_makes_as_it_imports_the_task_repeats(texts):
    first, again, other = texts("spawned module")
    assert first == again != other


@pytest.mark.parametrize("work", ["seeded thread", "seeded pool", "spawned"])
def test_a_users_seed_reaches_tasks_whatever_the_entropy(texts, work):
    first, again, other = texts(work)
    assert first == again == other
    assert len(set(first.replace(",", " ").split())) > 1


def test_no_frame_of_ours_is_in_a_traceback(runs):
    [error] = runs[0].executed["cells"][INDEX["error"]]["outputs"]
    assert error["ename"] == "ValueError"
    assert "reprise_agent" not in "".join(error["traceback"])
