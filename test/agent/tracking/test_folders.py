"""What lies in a folder that a cell made was written there, whoever did it; and the folder is the run's own."""

from __future__ import annotations

import sys

import pytest
from reprise_agent.tracking import folders
from shells import notebook

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux's")


@pytest.fixture
def nb(tmp_path):
    (tmp_path / "old" / "inner").mkdir(parents=True)
    (tmp_path / "old" / "kept").write_text("kept")
    with notebook(tmp_path) as made:
        made.run("import os, shutil")
        yield made


def written(nb, source):
    line = nb.run(source)
    assert line["error"] is None
    return {entry["path"]: entry.get("created", False) for entry in line["files"] if entry["mode"] == "write"}


@linux
@pytest.mark.parametrize(
    "source, path",
    [
        ("!mkdir new && echo x > new/file", "new/file"),
        ("!mkdir -p new/er/est && echo x > new/er/est/file", "new/er/est/file"),
        ("os.makedirs('new/er'); _ = os.system('echo x > new/er/file')", "new/er/file"),
        ("!mkdir /tmp/x$$ && echo x > /tmp/x$$/file && mv /tmp/x$$ new", "new/file"),
        ("!echo x > old/file", "old/file"),
        ("_ = os.system('echo x > old/inner/file')", "old/inner/file"),
    ],
)
def test_what_a_child_process_wrote_into_a_folder_that_nobody_watched(nb, source, path):
    assert written(nb, source) == {path: True}


def test_a_folder_that_is_moved_takes_its_files_along(nb):
    source = "os.mkdir('draft'); open('draft/file', 'w').close(); os.rename('draft', 'final')"
    assert written(nb, source) == {"final/file": True}
    moved = written(nb, "os.rename('old', 'new')")
    assert moved == {"new/kept": True, "old/kept": False}


def test_folders_that_the_run_made_are_told_from_those_that_were_there(nb):
    nb.run("os.makedirs('new/er', exist_ok=True); os.makedirs('old/inner', exist_ok=True)")
    assert nb.files.folders_made() == ["new", "new/er"]
    nb.run("shutil.rmtree('old'); os.mkdir('old'); shutil.rmtree('new'); os.mkdir('new')")
    assert nb.files.folders_made() == ["new"]
    nb.run("os.rmdir('new'); os.mkdir('brief'); os.rmdir('brief')")
    assert nb.files.folders_made() == []


def test_a_new_folder_with_too_much_in_it_is_said_not_to_be_observed(nb, monkeypatch):
    monkeypatch.setattr(folders, "_MOST_FILES", 2)
    assert written(nb, "!mkdir new && touch new/a new/b new/c") == {}
    assert nb.files.not_observed() == ["files in a new folder (too many, or too large)"]
    assert written(nb, "os.rename('new', 'newer')") == {}
