"""Python processes that a cell starts: seeded like the kernel, under names of their own, and heard when they end."""

from __future__ import annotations

import sys

import pytest

numpy = pytest.importorskip("numpy", reason="optional: numpy is not installed")

TRAIN = """
import random, sys
import numpy as np
from multiprocessing import get_context
def task(i):
    return random.random()
def main():
    print(random.random(), np.random.rand(), np.random.default_rng().random(), hash("text"))
    with get_context("fork").Pool(2) as pool:
        print(pool.map(task, range(3)))
if __name__ == "__main__":
    main()
"""
SEEDED = "import random\nrandom.seed(3)\nprint(random.random())"
PARENT = (
    "import subprocess, sys\nfor _ in range(2):\n    print(subprocess.run([sys.executable, 'draw.py'],"
    " capture_output=True, text=True).stdout, end='', flush=True)"
)
DRAW = "import random; print(random.random())"
CELLS = {
    "imports": "import os, subprocess, sys\npython = sys.executable",
    "shell": "!{python} train.py",
    "captured": "lines = !{python} draw.py\nprint(lines)",
    "subprocess": "for _ in range(2):\n    print(subprocess.run([python, 'draw.py'], capture_output=True, text=True).stdout)",
    "environment given": "print(subprocess.check_output([python, 'draw.py'], env={'A': 'b'}, text=True))",
    "os.system": "os.system(f'{python} draw.py > drawn.txt')\nprint(open('drawn.txt').read(), os.environ.get('REPRISE_CHILD'))",
    "os.popen": "print(os.popen(f'{python} draw.py').read())",
    "spawnv": "os.spawnv(os.P_WAIT, python, [python, 'write.py'])\nprint(open('written.txt').read())",
    "posix_spawn": "os.waitpid(os.posix_spawn(python, [python, 'write.py'], os.environ), 0)\nprint(open('written.txt').read())",
    "script": "%%bash -s {python}\n$1 draw.py\n$1 draw.py",
    "grandchild": "print(subprocess.run([python, 'parent.py'], capture_output=True, text=True).stdout)",
    "seeded": "!{python} seeded.py",
    "what it sees": "print(subprocess.run([python, '-c', 'import os, sys; print(os.environ.get(\"REPRISE_CHILD\"),"
    ' [p for p in sys.path if "children" in p], os.environ.get("PYTHONPATH"))\'], capture_output=True, text=True).stdout)',
    "isolated": "print(len(subprocess.run([python, '-I', 'draw.py'], capture_output=True, text=True).stdout) > 5)",
    "no such program": "try:\n    subprocess.run(['no-such-program'])\nexcept FileNotFoundError as error:\n    print(error)",
    "own site": "print(subprocess.run([python, '-c', 'import sitecustomize; print(sitecustomize.mine)'],"
    " env={**os.environ, 'PYTHONPATH': 'sites'}, capture_output=True, text=True).stdout)",
    "system's entropy": "print(subprocess.run([python, 'system.py'], capture_output=True, text=True).stdout)",
}
FILES = {
    "train.py": TRAIN,
    "seeded.py": SEEDED,
    "parent.py": PARENT,
    "draw.py": DRAW,
    "write.py": "import random\nopen('written.txt', 'w').write(str(random.random()))",
    "system.py": "import os, uuid\nprint(os.urandom(3), uuid.uuid4())",
}
INDEX = {name: index for index, name in enumerate(CELLS)}
DRAWING = [
    "shell",
    "captured",
    "subprocess",
    "environment given",
    "os.system",
    "os.popen",
    "spawnv",
    "posix_spawn",
    "script",
    "grandchild",
]


@pytest.fixture(scope="module")
def place(module_run):
    (module_run.root / "sites").mkdir()
    (module_run.root / "sites" / "sitecustomize.py").write_text("mine = 'my own'")
    return module_run


@pytest.fixture(scope="module")
def enforced(place):
    return [place(*CELLS.values(), policy="close", seed="a1", files=FILES) for _ in range(2)]


@pytest.fixture(scope="module")
def observed(place):
    return [place(*CELLS.values(), policy="observe", files=FILES) for _ in range(2)]


def entropy(ran, name):
    return {
        (use["source"], use["reach"], use.get("at", {}).get("line"))
        for use in ran.cells[INDEX[name]]["entropy"]
    }


@pytest.mark.parametrize("name", DRAWING)
def test_what_they_draw_is_the_same_again_under_a_policy_that_enforces(enforced, name):
    first, again = (ran.text(INDEX[name]) for ran in enforced)
    assert first == again
    assert any(letter.isdigit() for letter in first)


@pytest.mark.parametrize("name", DRAWING)
def test_observed_they_differ(observed, name):
    assert observed[0].text(INDEX[name]) != observed[1].text(INDEX[name])


def test_each_process_has_streams_of_its_own(enforced):
    texts = [enforced[0].text(INDEX[name]) for name in DRAWING[1:]]
    drawn = [
        word for text in texts for word in text.replace("['", "").replace("']", "").split() if "0." in word
    ]
    assert len(drawn) == 12 == len(set(drawn))


@pytest.mark.parametrize("name", ["subprocess", "shell", "script", "grandchild", "os.popen"])
def test_their_draws_are_in_the_record_of_the_cell_with_its_line(enforced, observed, name):
    # What runs a script asks for its process on another thread.
    line = {"subprocess": 2, "script": None}.get(name, 1)
    assert ("python.random", "enforced", line) in entropy(enforced[0], name)
    assert ("python.random", "unreached", line) in entropy(observed[0], name)


def test_unseeded_generators_are_named(enforced, observed):
    assert ("numpy.default_rng", "enforced", 1) in entropy(enforced[0], "shell")
    assert ("numpy.default_rng", "unreached", 1) in entropy(observed[0], "shell")
    assert ("os.urandom", "unreached", 1) in entropy(enforced[0], "system's entropy")
    assert ("uuid4", "unreached", 1) in entropy(enforced[0], "system's entropy")


def test_a_users_own_seed_wins(enforced, observed):
    assert len({ran.text(INDEX["seeded"]) for ran in (*enforced, *observed)}) == 1
    assert entropy(enforced[0], "seeded") == {("python.random", "seeded", 1)}


def test_nothing_else_is_another_thing(enforced):
    ran = enforced[0]
    assert ran.text(INDEX["os.system"]).strip().endswith("None")
    assert ran.text(INDEX["what it sees"]).strip() == "None [] None"
    assert ran.text(INDEX["isolated"]).strip() == "True"
    assert ran.text(INDEX["no such program"]).startswith("[Errno 2]")
    assert ran.text(INDEX["own site"]).strip() == "my own"
    assert all(cell["error"] is None and cell["faults"] == [] for cell in ran.cells)


def test_a_traceback_of_the_users_shows_no_frame_of_ours(run):
    ran = run("import subprocess\nsubprocess.run(['no-such-program'])", allowErrors=True)
    [output] = ran.executed["cells"][0]["outputs"]
    assert output["ename"] == "FileNotFoundError"
    assert "reprise" not in "".join(output["traceback"])


@pytest.mark.skipif(
    sys.platform != "linux", reason="optional: what is started beside one another is counted on Linux only"
)
def test_processes_of_one_shell_line_are_numbered_as_they_start(run):
    cell = f"!for i in 1 2 3; do {sys.executable} draw.py; done"
    first, again = (run(cell, seed="a1", files=FILES).text(0).split() for _ in range(2))
    assert first == again
    assert len(set(first)) == 3


def test_the_ranks_of_one_program_have_each_their_streams(run):
    cell = f"!for i in 1 0; do RANK=$i {sys.executable} rank.py; done; for i in 0 1; do RANK=$i {sys.executable} rank.py; done"
    rank = "import os, random\nprint(os.environ['RANK'], random.random())"
    lines = run(cell, files={"rank.py": rank}).text(0).splitlines()
    swapped = run(cell.replace("1 0", "0 1"), files={"rank.py": rank}).text(0).splitlines()
    assert set(lines) == set(swapped)
    assert len(set(lines)) == 4


def test_what_they_are_told_by_is_no_file_of_the_cells_and_goes_with_the_kernel(run):
    ran = run(f"!{sys.executable} draw.py > drawn.txt", files=FILES)
    assert {file["path"] for file in ran.cells[0]["files"]} == {"draw.py", "drawn.txt"}
    assert ran.cells[0].get("folders", []) == []
    assert not (ran.folder / "children").exists()
