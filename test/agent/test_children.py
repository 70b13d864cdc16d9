"""Python processes that a cell starts: seeded like the kernel, under names of their own, and heard when they end."""

from __future__ import annotations

import os
import sys

import pytest
from reprise_agent.children import program

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
    "hashes": """print(subprocess.check_output([python, "-c", "print(hash(str(1)))"], env={"A": "b"}, text=True))""",
    "os.system": "os.system(f'{python} draw.py > drawn.txt')\nprint(open('drawn.txt').read(), os.environ.get('REPRISE_CHILD'))",
    "os.popen": "print(os.popen(f'{python} draw.py').read())",
    "spawnv": "os.spawnv(os.P_WAIT, python, [python, 'write.py'])\nprint(open('written.txt').read())",
    "posix_spawn": "os.waitpid(os.posix_spawn(python, [python, 'write.py'], os.environ), 0)\nprint(open('written.txt').read())",
    "script": "%%bash -s {python}\n$1 draw.py\n$1 draw.py",
    "grandchild": "print(subprocess.run([python, 'parent.py'], capture_output=True, text=True).stdout)",
    "seeded": "!{python} seeded.py",
    "what it sees": "print(subprocess.run([python, '-c', 'import os, sys; print(os.environ.get(\"REPRISE_CHILD\"),"
    ' [p for p in sys.path if "children" in p], repr(os.environ.get("PYTHONPATH")))\'], capture_output=True, text=True).stdout)',
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
    "hashes",
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
    # The runner was started with an empty PYTHONPATH, and so is what it starts.
    assert ran.text(INDEX["what it sees"]).strip() == "None [] ''"
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


KILLED = f"{sys.executable} -c 'import os; os.kill(os.getpid(), 9)'"
# Each cell prints what it would without us.
UNNOTICED = {
    "imports": "import os, signal, subprocess, sys\npython = sys.executable\nfrom concurrent.futures import ThreadPoolExecutor",
    "own modules": "!{python} programs/keys.py",
    "own modules on the path": "!PYTHONPATH=programs {python} -c 'from secrets import KEY; print(KEY)'",
    "traceback": "!{python} missing.py",
    "path before": "!unset PYTHONPATH; PYTHONPATH=$$PYTHONPATH:sites {python} programs/path.py",
    "path": "!PYTHONPATH=$$PYTHONPATH:programs {python} programs/path.py",
    "path after": "!PYTHONPATH=programs:$$PYTHONPATH {python} programs/path.py",
    "path of working folder": "print(subprocess.check_output([python, 'programs/path.py'], env={'PYTHONPATH': 'programs:'}, text=True))",
    "path in bytes": "print(subprocess.check_output([python, 'programs/path.py'], env={b'PYTHONPATH': b'programs'}, text=True))",
    "not by a fork": "print(subprocess.check_output([python, 'programs/path.py'], env={}, close_fds=False, text=True))",
    "no path": "print(subprocess.check_output([python, 'programs/path.py'], env={}, text=True))",
    "abilities": "print(os.execve in os.supports_fd)",
    "statuses": f"print(os.system('exit 3'), os.system('kill -9 $$'), os.system(b'true'), os.system({KILLED!r}))",
    "shell's error": "!{python} -c \"import os; os.system('(')\"",
    "threads": "with ThreadPoolExecutor(4) as pool:\n    list(pool.map(os.system, ['sleep 0.1'] * 8))\nprint('REPRISE_CHILD' in os.environ)",
}
OF_UNNOTICED = {
    "programs/keys.py": "from secrets import KEY\nimport uuid\nprint(KEY)",
    "programs/secrets.py": "KEY = 'mine'",
    "programs/path.py": "import os, sys\nprint(sys.path[: sys.path.index(next(each for each in sys.path if each.endswith('.zip')))],"
    " repr(os.environ.get('PYTHONPATH')))",
    "missing.py": "import subprocess\ntry:\n    subprocess.run(['no-such-program'])\nexcept OSError as error:\n    raise ValueError from error",
}


@pytest.fixture(scope="module")
def unnoticed(module_run):
    (module_run.root / "programs").mkdir()
    place = str(module_run.root)
    ran = module_run(*UNNOTICED.values(), files=OF_UNNOTICED)
    said = {name: ran.text(index).replace(place, "~").split("\r\n") for index, name in enumerate(UNNOTICED)}
    return {name: "\n".join(lines).strip() for name, lines in said.items()}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own modules", "mine"),
        ("own modules on the path", "mine"),
        ("path before", "['~/programs', '~', '~/sites'] ':sites'"),
        ("path", "['~/programs', '~', '~/programs'] ':programs'"),
        ("path after", "['~/programs', '~/programs', '~'] 'programs:'"),
        ("path of working folder", "['~/programs', '~/programs', '~'] 'programs:'"),
        ("path in bytes", "['~/programs', '~/programs'] 'programs'"),
        ("no path", "['~/programs'] None"),
        ("not by a fork", "['~/programs'] None"),
        ("abilities", "True"),
        ("statuses", f"768 9 0 {os.system(KILLED)}"),
        ("threads", "False"),
    ],
)
def test_a_program_does_not_notice_us(unnoticed, name, said):
    assert unnoticed[name] == said


def test_a_programs_traceback_shows_no_frame_of_ours(unnoticed):
    assert "ValueError" in unnoticed["traceback"]
    assert "reprise_agent" not in unnoticed["traceback"]
    assert "Syntax error" in unnoticed["shell's error"] or "syntax error" in unnoticed["shell's error"]
    assert "REPRISE" not in unnoticed["shell's error"]


@pytest.mark.parametrize(
    "cell",
    [
        "with ThreadPoolExecutor(3) as pool:\n    tasks = [pool.submit(subprocess.check_output, [python, 'draw.py']) for _ in range(3)]\n"
        "    print(*[task.result().decode() for task in tasks])",
        "with ThreadPoolExecutor(3) as pool:\n    list(pool.map(os.system, [f'{python} draw.py > drawn{i}' for i in range(3)]))\n"
        "print(*[open(f'drawn{i}').read() for i in range(3)])",
        "def start(i):\n    return [os.spawnv(os.P_WAIT, python, [python, 'keep.py', f'kept{i}{j}']) for j in range(2)]\n"
        "with ThreadPoolExecutor(2) as pool:\n    list(pool.map(start, range(2)))\n"
        "print(*[open(f'kept{i}{j}').read() for i in range(2) for j in range(2)])",
        "os.environ['PATH'] = os.path.dirname(python) + ':' + os.environ['PATH']\n"
        "os.spawnlp(os.P_WAIT, 'python', 'python', 'keep.py', 'kept')\nprint(open('kept').read())",
    ],
    ids=["submitted", "system", "spawned", "looked up"],
)
def test_tasks_start_processes_with_streams_of_their_own(run, cell):
    files = {**FILES, "keep.py": "import random, sys\nopen(sys.argv[1], 'w').write(str(random.random()))"}
    imports = "import os, subprocess, sys\nfrom concurrent.futures import ThreadPoolExecutor\npython = sys.executable\n"
    first = run(imports + cell, files=files).text(0).split()
    again = run(imports + cell.replace("':' + os", "':/no:' + '/such:' + os")).text(0).split()
    assert first == again
    assert len(set(first)) == len(first) > 0


def test_programs_of_one_line_draw_the_same_whichever_starts_first(run):
    files = {"one.py": DRAW, "two.py": DRAW}
    late = "(sleep 0.7; {python} one.py > one) & {python} two.py > two; wait; cat one two"
    early = "{python} one.py > one & (sleep 0.7; {python} two.py > two); wait; cat one two"
    first, again = (
        run("import sys; python = sys.executable\n!" + line, files=files).text(0) for line in (late, early)
    )
    assert first == again
    assert len(set(first.split())) == 2


def test_ranks_are_told_apart_under_a_scheduler_that_gave_the_notebook_one(run):
    start = "import os, sys\nos.environ['SLURM_PROCID'] = '{of}'\npython = sys.executable\n"
    cell = start + "!for i in {order}; do RANK=$i {{python}} rank.py; done"
    files = {"rank.py": "import os, random\nprint(os.environ['RANK'], random.random())"}
    first = run(cell.format(of=0, order="0 1"), files=files).text(0).splitlines()
    again = run(cell.format(of=3, order="1 0")).text(0).splitlines()
    assert set(first) == set(again)


@pytest.mark.parametrize(
    "program", ["multiprocessing_demo.py", "-c 'import multiprocessing, random; print(random.random())'"]
)
def test_only_processes_of_a_pool_itself_are_left_to_their_tasks(run, program):
    cell = f"!{sys.executable} {program}"
    files = {"multiprocessing_demo.py": DRAW}
    assert run(cell, files=files).text(0) == run(cell).text(0)


def test_under_streams_per_cell_an_execution_again_draws_the_same(run):
    order = {"order": [{"index": 0, "id": "c0"}] * 2, "agent": {"rng": "per-cell"}}
    cell = f"!{sys.executable} draw.py | tee -a drawn"
    run(cell, files=FILES, **order)
    first, again = (run.root / "drawn").read_text().split()
    assert first == again


def test_a_kernel_that_is_killed_leaves_nothing_behind(run, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "own temporary"))
    (tmp_path / "own temporary").mkdir()
    ran = run(f"!{sys.executable} draw.py", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", files=FILES)
    assert not (ran.folder / "children").exists()
    assert [each.name for each in (tmp_path / "own temporary").iterdir() if "reprise" in each.name] == []


@pytest.mark.parametrize(
    ("arguments", "alone"),
    [
        (["train.py"], False),
        (["-m", "torch.distributed.run", "train.py"], False),
        (["-m", "pip", "install", "torch"], True),
        (["/usr/bin/pip", "list"], True),
        (["-c", "from multiprocessing.spawn import spawn_main; spawn_main()"], True),
        (["-c", "import multiprocessing"], False),
        (["-Wi", "-um", "joblib.externals.loky.backend.popen_loky_posix"], True),
        ([f"/home/me/.local/share/reprise/agent/{'0a' * 32}.pyz", "-f", "kernel.json"], True),
        (["dist/agent.pyz", "run", "bundle"], True),
        (["my_agent.pyz"], False),
    ],
)
def test_what_is_left_alone(arguments, alone):
    assert program.of(["python", *arguments]).is_left_alone() is alone
