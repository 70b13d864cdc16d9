"""What a user sees of streams per cell: a cell that runs again gives what it gave, and what a run from the top gives."""

import json
import random
import re
import sys
from importlib.util import find_spec

import pytest

numpy = pytest.importorskip("numpy")

IMPORTS = "import random, numpy as np"
DRAWS = (
    "print(random.random(), np.random.rand(), np.random.default_rng().random(), random.Random().random(),\n"
    "      np.random.RandomState().rand(), np.random.normal())"
)
UNSEED = "random.seed(); np.random.seed(); print(random.random(), np.random.rand())"
POOL = """\
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(3) as pool:
    print(list(pool.map(lambda i: (random.random(), np.random.default_rng().random()), range(4))))
"""
SEEDS = "np.random.seed(42); random.seed(7)"
SEEDED = "print(np.random.rand(), random.random())"


@pytest.fixture(scope="module")
def session(module_run):
    """Executes cells in an order of the user's: `session([0, 1, 1], *sources)`; a pair names an edited source."""

    def execute(order, *sources, rng="per-cell", **given):
        steps = []
        for step in order:
            index, source = step if isinstance(step, tuple) else (step, None)
            steps.append({"index": index, "id": f"c{index}"})
            if source is not None:
                steps[-1]["source"] = f"edited-{abs(hash(source))}"
                objects = module_run.root / ".reprise" / "objects"
                objects.mkdir(parents=True, exist_ok=True)
                (objects / steps[-1]["source"]).write_text(source)
        return Session(module_run(*sources, order=steps, agent={"rng": rng}, **given))

    return execute


class Session:
    def __init__(self, ran):
        self.cells = ran.cells
        objects = ran.folder.parents[1] / "objects"
        self.texts = [_text(objects / line["outputs"]["raw"]) for line in self.cells]

    def differs(self, at):
        return self.cells[at]["rerun"]["differs"]

    def numbers(self, at):
        return [float(word) for word in self.texts[at].split()]


def _text(path):
    return "".join("".join(each.get("text", "")) for each in json.loads(path.read_text()))


def test_a_cell_run_three_times_in_a_row_gives_the_same_each_time(session):
    cells = (IMPORTS, DRAWS, UNSEED, POOL, DRAWS)
    ran = session([0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 1], *cells)
    for first in (1, 4, 7):
        assert len(set(ran.texts[first : first + 3])) == 1
        assert ran.differs(first + 1) == ran.differs(first + 2) == []
    assert ran.texts[10] != ran.texts[1], "each cell has streams of its own"
    assert ran.texts[11] == ran.texts[1], "in the middle of a session too"
    assert ran.cells[2]["rerun"]["of"] == ran.cells[1]["seq"]
    assert not any(line["faults"] for line in ran.cells)


def test_a_run_from_the_top_gives_what_the_session_gave(session):
    cells = (IMPORTS, DRAWS, SEEDS, SEEDED, DRAWS, SEEDED)
    top = session(range(6), *cells)
    ran = session([0, 1, 2, 3, 3, 4, 1, 4, 3, 5, 1, 5], *cells)
    newest = {line["index"]: text for line, text in zip(ran.cells, ran.texts)}
    assert newest == dict(enumerate(top.texts))


def test_without_it_the_record_says_why_a_second_execution_differs(session):
    ran = session([0, 1, 1], IMPORTS, DRAWS, rng="per-session")
    assert ran.texts[1] != ran.texts[2]
    whys = {each["source"]: each["why"] for each in ran.differs(2)}
    expected = {
        "python.random": "continues",
        "numpy.global": "continues",
        "numpy.default_rng": "new-stream",
        "python.Random": "new-stream",
    }
    if sys.version_info >= (3, 11):
        # Before, frames tell the line only, and two constructors on one line are both called by the first one's name.
        expected["numpy.RandomState"] = "new-stream"
    assert whys == expected


def test_a_seed_of_the_users_wins_and_goes_on_from_cell_to_cell(session):
    ran = session([0, 1, 2, 3, 2, 2], IMPORTS, SEEDS, SEEDED, SEEDED)
    ours, theirs = numpy.random.RandomState(42), random.Random(7)
    expected = [[ours.rand(), theirs.random()] for _ in range(2)]
    assert [ran.numbers(at) for at in (2, 3, 4, 5)] == [*expected, expected[0], expected[0]]
    assert {use["reach"] for use in ran.cells[4]["entropy"]} == {"seeded"}


def test_another_seed_is_taken_up_by_the_cells_after_it(session):
    edited = "np.random.seed(43)"
    ran = session([0, 1, 2, 3, (1, edited), 2, 3, 2], IMPORTS, "np.random.seed(42)", SEEDED, SEEDED)
    state = numpy.random.RandomState(43)
    first, second = state.rand(), state.rand()
    assert [ran.numbers(at)[0] for at in (5, 6, 7)] == [first, second, first]
    assert {"source": "numpy.global", "why": "user-stream"} in ran.differs(5)
    assert ran.differs(7) == []


def test_the_same_seed_again_leaves_the_cells_after_it_where_they_were(session):
    ran = session([0, 1, 2, 3, 1, 3], IMPORTS, SEEDS, SEEDED, SEEDED)
    assert ran.texts[5] == ran.texts[3]
    assert ran.differs(5) == []


def test_a_seed_that_is_taken_away_is_forgotten(session):
    cells = (IMPORTS, "pass", SEEDED)
    ran = session([0, (1, SEEDS), 2, 1, 2], *cells)
    assert ran.texts[4] == session(range(3), *cells).texts[2]
    assert {use["reach"] for use in ran.cells[4]["entropy"]} == {"enforced"}


def test_a_cell_that_draws_and_then_seeds_repeats_both(session):
    ran = session([0, 1, 1, 2, 1], IMPORTS, f"{SEEDED}\n{SEEDS}\n{SEEDED}", SEEDED)
    assert ran.texts[1] == ran.texts[2] == ran.texts[4]
    assert [use["reach"] for use in ran.cells[2]["entropy"] if use["at"]["line"] == 1] == ["enforced"] * 2


def test_a_library_imported_in_the_cell_changes_nothing_for_its_next_execution(session):
    first = "import random\nprint(random.random())\nimport numpy as np, noisy\nprint(np.random.rand(), random.random())"
    files = {"noisy.py": "import random\nimport numpy\nrandom.random(); numpy.random.rand()"}
    ran = session([0, 0, 0], first, files=files)
    assert len(set(ran.texts)) == 1
    assert ran.differs(1) == []


def test_a_seed_set_by_an_imported_module_is_the_users(session):
    files = {"settled.py": "import numpy\nnumpy.random.seed(11)"}
    ran = session([0, 1, 1], "import settled, numpy as np", "print(np.random.rand())", files=files)
    assert ran.numbers(1) == ran.numbers(2) == [numpy.random.RandomState(11).rand()]


def test_a_generator_made_in_another_cell_moves_and_the_record_says_so(session):
    ran = session([0, 1, 2, 2, 1, 2], IMPORTS, "rng = np.random.default_rng()", "print(rng.random())")
    assert ran.texts[2] != ran.texts[3]
    assert ran.differs(3) == [{"variable": "rng", "why": "generator"}]
    assert ran.texts[5] == ran.texts[2], "made again, it starts again"
    assert ran.cells[5]["rerun"]["of"] == ran.cells[3]["seq"]


def test_entropy_of_the_operating_system_is_named_as_what_does_not_repeat(session):
    ran = session([0, 0], "import uuid\nprint(uuid.uuid4())")
    assert ran.differs(1) == [{"source": "uuid4", "why": "unreached"}]


def test_observe_touches_nothing(session):
    ran = session([0, 1, 1], IMPORTS, DRAWS, policy="observe")
    assert ran.texts[1] != ran.texts[2]
    assert {each["why"] for each in ran.differs(2)} == {"continues", "unreached"}


def test_a_cell_before_the_seed_keeps_its_own_streams(session):
    ran = session([0, 1, 2, 3, 1], IMPORTS, DRAWS, SEEDS, SEEDED)
    assert ran.texts[4] == ran.texts[1]


FRAMEWORKS = {
    "torch": ("print(torch.rand(3).tolist(), torch.nn.Linear(2, 1).weight.tolist())", "torch.manual_seed(3)"),
    "tensorflow": (
        """\
layer = keras.layers.Dense(2)
layer.build((1, 3))
normal = getattr(keras, "random", tensorflow.random).normal(())  # Keras 2 has none
print(tensorflow.random.normal((3,)).numpy().tolist(), layer.get_weights()[0].tolist(), float(normal), random.random())
""",
        "keras.utils.set_random_seed(3)",
    ),
    "numba": (
        "import numpy\n@numba.njit\ndef draw():\n    return numpy.random.rand()\nprint(draw(), draw())",
        "@numba.njit\ndef seed():\n    numpy.random.seed(3)\nseed()",
    ),
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_has_streams_per_cell_from_the_cell_on_that_imports_it(session, name):
    if find_spec(name) is None:
        pytest.skip(f"optional: {name} is not installed")
    draws, seeds = FRAMEWORKS[name]
    keras = "import keras\n" if name == "tensorflow" else ""
    imports = f"import random\nprint(random.random())\nimport {name}\n{keras}print(random.random())\n{draws}"
    ran = session([0, 0, 1, 1, 2, 3, 4, 3, 3, 4, 1], imports, draws, seeds, draws, draws)
    assert not any(line["faults"] or line["error"] for line in ran.cells)
    printed = [re.sub(r"^(WARNING|I0000).*\n?", "", text, flags=re.M) for text in ran.texts]
    assert printed[0] == printed[1] != printed[2]
    assert printed[2] == printed[3] == printed[10]
    assert printed[5] == printed[7] == printed[8] != printed[6] == printed[9]
    assert all(line["rerun"]["differs"] == [] for line in ran.cells if "rerun" in line)
