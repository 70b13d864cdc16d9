from __future__ import annotations

import builtins
import gzip
import hashlib
import inspect
import io
import json
import os
import pickle
import subprocess
import sys
import time
import zipfile

import pytest
from reprise_agent.record.writer import RecordWriter
from reprise_agent.tracking import helper as helpers
from reprise_agent.tracking.hashing import digest_file
from shells import notebook

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux's")


@pytest.fixture
def nb(tmp_path):
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    (tmp_path / "data").mkdir()
    time.sleep(0.06)
    with notebook(tmp_path) as made:
        made.run("import os, shutil, sqlite3, sys, pathlib\nimport numpy as np, pandas as pd")
        yield made


def seen(line):
    return {(entry["path"], entry["mode"], entry["attribution"]) for entry in line["files"]}


@pytest.mark.parametrize(
    "source, expected",
    [
        ("open('in.csv').read()", {("in.csv", "read", "exact")}),
        ("os.close(os.open('in.csv', os.O_RDONLY))", {("in.csv", "read", "exact")}),
        ("pathlib.Path('in.csv').read_text()", {("in.csv", "read", "exact")}),
        ("pd.read_csv('in.csv')", {("in.csv", "read", "exact")}),
        ("pd.DataFrame({'a': [1]}).to_csv('out.csv')", {("out.csv", "write", "exact")}),
        ("np.save('out.npy', np.arange(3)); np.load('out.npy')", {("out.npy", "write", "exact")}),
        (
            "shutil.copy('in.csv', 'data/copy.csv')",
            {("in.csv", "read", "exact"), ("data/copy.csv", "write", "exact")},
        ),
        ("%%writefile note.txt\nhello", {("note.txt", "write", "exact")}),
        ("open('tmp', 'w').close(); os.replace('tmp', 'in.csv')", {("in.csv", "write", "exact")}),
        (
            "open('in.csv').close(); open('in.csv', 'a').close()",
            {("in.csv", "read", "exact"), ("in.csv", "write", "exact")},
        ),
        ("open('in.csv', 'w').close(); open('in.csv').close()", {("in.csv", "write", "exact")}),
        ("open('tmp', 'w').close(); os.remove('tmp')", set()),
        ("os.remove('in.csv')", {("in.csv", "write", "exact")}),
        ("os.chdir('data'); open('deep', 'w').close(); os.chdir('..')", {("data/deep", "write", "exact")}),
        ("open('notebook.ipynb', 'w').close()", set()),
        ("open(os.devnull).close(); open(os.__file__).close(); open(np.__file__).close()", set()),
        ("os.makedirs('.reprise/x'); open('.reprise/x/y', 'w').close()", set()),
        ("try: open('missing')\nexcept OSError: pass", {("missing", "read", "exact")}),
    ],
)
def test_files_of_a_cell(nb, source, expected):
    line = nb.run(source)
    assert line["error"] is None and seen(line) == expected


@linux
@pytest.mark.parametrize(
    "source, expected",
    [
        ("!cp in.csv copy.csv", {("in.csv", "read", "weak"), ("copy.csv", "write", "weak")}),
        (
            "c = sqlite3.connect('d.db'); c.execute('create table t(a)'); c.commit()",
            {("d.db", "write", "weak")},
        ),
        ("!mv in.csv moved.csv", {("in.csv", "write", "weak"), ("moved.csv", "write", "weak")}),
        ("!echo x > 'data/native'\n", {("data/native", "write", "weak")}),
    ],
)
def test_what_python_does_not_open_is_seen_by_inotify(nb, source, expected):
    assert seen(nb.run(source)) == expected


@linux
def test_what_happens_between_cells_is_no_cells_doing(nb, tmp_path):
    subprocess.run(["touch", str(tmp_path / "outside")], check=True)
    assert nb.run("pass")["files"] == []


@linux
def test_a_queue_that_overflowed_is_said(nb):
    line = nb.run("import subprocess\nfor i in range(12_000):\n    fd = os.mkdir(f'd{i}'), os.rmdir(f'd{i}')")
    assert line["error"] is None and nb.files.not_observed() == ["file events (inotify's queue overflowed)"]


def test_entries_carry_digest_size_and_whether_the_file_is_new(nb):
    line = nb.run("with open('new.txt', 'w') as f: _ = f.write('abc')")
    digest = hashlib.sha256(b"abc").hexdigest()
    expected = {
        "path": "new.txt",
        "mode": "write",
        "sha256": digest,
        "size": 3,
        "attribution": "exact",
        "created": True,
    }
    assert line["files"] == [expected]
    again = nb.run("with open('new.txt', 'w') as f: _ = f.write('abc')")
    assert "created" not in again["files"][0]


def test_a_file_that_changed_while_it_was_read_has_no_digest_as_input(nb):
    line = nb.run("a = open('in.csv').read(); f = open('in.csv', 'a'); _ = f.write('3'); f.close()")
    read, write = line["files"]
    assert read == {"path": "in.csv", "mode": "read", "attribution": "exact"} and "sha256" in write


def test_a_deleted_file_is_a_write_without_content(nb):
    assert nb.run("os.remove('in.csv')")["files"] == [
        {"path": "in.csv", "mode": "write", "deleted": True, "attribution": "exact"}
    ]


def test_a_file_left_open_comes_with_the_cell_that_closes_it(nb):
    assert nb.run("f = open('late', 'w'); n = f.write('x')")["files"] == []
    assert nb.run("pass")["files"] == []
    assert seen(nb.run("f.close()")) == {("late", "write", "exact")}


def test_a_file_never_closed_comes_at_the_end(nb):
    nb.run("f = open('late', 'w'); n = f.write('x'); f.flush()")
    assert [(entry["path"], entry["size"]) for entry in nb.files.close()] == [("late", 1)]


def test_local_modules_are_reads_also_when_only_their_cache_is_opened(nb, tmp_path):
    (tmp_path / "local_module.py").write_text("z = 1\n")
    nb.run("sys.path.insert(0, '.')")
    assert seen(nb.run("import local_module")) == {("local_module.py", "read", "exact")}
    del sys.modules["local_module"]


def test_paths_outside_the_root_do_not_tell_where_they_lie(nb, tmp_path_factory, monkeypatch):
    outside = tmp_path_factory.mktemp("elsewhere") / "there.txt"
    outside.write_text("x")
    written = f"open({str(outside)!r} + '.new', 'w').close()"
    for source, path in ((f"open({str(outside)!r}).close()", "there.txt"), (written, "there.txt.new")):
        [entry] = nb.run(source)["files"]
        assert (entry["path"], entry["outside"]) == (path, True)
    [entry] = nb.run(f"import os; os.remove({str(outside)!r} + '.new')")["files"]
    assert (entry["path"], entry["deleted"], entry["outside"]) == ("there.txt.new", True, True)
    assert "outside" not in nb.run("open('here.txt', 'w').close()")["files"][0]


def test_many_files_are_hashed_beside_the_cell(nb, tmp_path):
    for number in range(3000):
        (tmp_path / "data" / f"{number}.txt").write_text(str(number))
    time.sleep(0.06)
    line = nb.run("for i in range(3000):\n    with open(f'data/{i}.txt') as f: f.read()")
    digests = {entry["path"]: entry["sha256"] for entry in line["files"]}
    assert digests == {f"data/{i}.txt": hashlib.sha256(str(i).encode()).hexdigest() for i in range(3000)}
    assert line["files"] == sorted(line["files"], key=lambda entry: entry["path"])
    own = nb.run("for i in range(100):\n    open(f'data/n{i}', 'w').close(); open(f'data/n{i}').close()")
    assert {entry["mode"] for entry in own["files"]} == {"write"} and len(own["files"]) == 100


def test_the_helper_can_die_without_losing_anything(nb, tmp_path):
    for number in range(200):
        (tmp_path / "data" / f"{number}.txt").write_text(str(number))
    time.sleep(0.06)
    source = "for i in range(200):\n    with open(f'data/{i}.txt') as f: f.read()"
    assert len(nb.run(source)["files"]) == 200
    process = nb.files._feeder._helper._process
    process.kill()
    process.wait()
    assert len(nb.run(source)["files"]) == 200


def test_names_with_a_tilde_are_of_the_root(nb):
    nb.run("os.makedirs('~'); open('~draft.csv', 'w').close(); open('~/out.csv', 'w').close()")
    line = nb.run("open('~draft.csv').close(); open('~/out.csv').close()")
    assert seen(line) == {("~draft.csv", "read", "exact"), ("./~/out.csv", "read", "exact")}
    assert not any("outside" in entry for entry in line["files"])


@linux
def test_a_name_that_is_not_utf8_is_recorded_and_can_be_read_again(nb, tmp_path):
    line = nb.run(r"open(b'caf\xe9.csv', 'w').close()")
    assert seen(line) == {("caf\udce9.csv", "write", "exact")}
    many = nb.run(
        "for i in range(200):\n    open(b'data/\\xe9%d' % i, 'w').close()\n    open(b'data/\\xe9%d' % i).close()"
    )
    assert len(many["files"]) == 200
    record = RecordWriter(str(tmp_path / "record.jsonl"))
    record.append({"files": line["files"]})
    record.append({"files": many["files"]})
    first, second = (tmp_path / "record.jsonl").read_bytes().decode().splitlines()
    assert os.fsencode(json.loads(first)["files"][0]["path"]) == b"caf\xe9.csv"
    assert hashlib.sha256(first.encode()).hexdigest() == json.loads(second)["prev"]


def test_the_helper_ends_with_the_kernel(tmp_path):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from reprise_agent.tracking.hashing import Places\n"
        "from reprise_agent.tracking.helper import HashingHelper\n"
        "helper = HashingHelper(Places('/', '/', [], []))\n"
        "helper.hash('/', []); print(helper._process.pid, flush=True)\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    sources = os.path.dirname(os.path.dirname(os.path.dirname(helpers.__file__)))
    result = subprocess.run([sys.executable, "-c", program, sources], capture_output=True, text=True)
    helper = int(result.stdout)
    deadline = time.time() + 10
    while time.time() < deadline and _is_running(helper):
        time.sleep(0.05)
    assert not _is_running(helper)


def _is_running(process):
    try:
        with io.open(f"/proc/{process}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_open_still_looks_like_open(nb):
    assert io.open is builtins.open and open.__name__ == "open"
    assert str(inspect.signature(open)) == (
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
    )
    assert pickle.loads(pickle.dumps(open)) is open
    with pytest.raises(ValueError, match="invalid mode"):
        open("in.csv", "q")
    with pytest.raises(TypeError):
        open("in.csv", None)


def test_a_traceback_shows_no_frame_of_ours(nb):
    line = nb.run("pd.read_csv('missing.csv')")
    assert isinstance(line["error"], FileNotFoundError) and "openers" not in line["printed"]
    assert "missing.csv" in line["printed"]


def test_containers_have_a_digest_of_what_they_hold(tmp_path):
    def archive(path, when, text):
        with zipfile.ZipFile(path, "w") as made:
            made.writestr(zipfile.ZipInfo("a.txt", when), text)

    def keras(path, when, weights):
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("metadata.json", json.dumps({"keras_version": "3", "date_saved": when}))
            made.writestr("model.weights.h5", weights)

    def compressed(path, when, text):
        with open(path, "wb") as raw, gzip.GzipFile("name", "wb", mtime=when, fileobj=raw) as made:
            made.write(text.encode())

    first, second = (2024, 1, 1, 0, 0, 0), (2024, 1, 2, 0, 0, 0)
    for make, one, other in ((archive, first, second), (keras, "Monday", "Tuesday"), (compressed, 1, 2)):
        paths = [str(tmp_path / name) for name in ("1", "2", "3")]
        make(paths[0], one, "same")
        make(paths[1], other, "same")
        make(paths[2], one, "other")
        facts = [digest_file(path, {}) for path in paths]
        assert facts[0][1] != facts[1][1], "the bytes differ"
        assert facts[0][2] == facts[1][2] != facts[2][2], "what is inside does not"


def test_reading_and_writing_by_turns_keeps_inputs_and_outputs_apart(nb, tmp_path):
    for number in range(300):
        (tmp_path / "data" / f"{number}.txt").write_text(str(number))
    time.sleep(0.06)
    line = nb.run(
        "for i in range(300):\n"
        "    with open(f'data/{i}.txt') as f, open(f'data/{i}.out', 'w') as g: _ = g.write(f.read())\n"
        "    with open(f'data/{i}.out') as f: _ = f.read()"
    )
    reads = {entry["path"] for entry in line["files"] if entry["mode"] == "read" and "sha256" in entry}
    writes = {entry["path"] for entry in line["files"] if entry["mode"] == "write"}
    assert reads == {f"data/{i}.txt" for i in range(300)} and writes == {f"data/{i}.out" for i in range(300)}
    assert len(line["files"]) == 600


@linux
def test_a_notebook_saved_by_its_editor_is_not_the_cells_doing_in_a_folder_reached_by_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with notebook(tmp_path / "link") as made:
        line = made.run(
            "import subprocess\n"
            "_ = subprocess.run(['sh', '-c', 'echo saved > notebook.ipynb; echo made > out.txt'], cwd=%r)"
            % str(tmp_path / "link")
        )
    assert seen(line) == {("out.txt", "write", "weak")}
