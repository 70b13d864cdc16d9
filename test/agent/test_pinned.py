"""Cells that install packages, in an environment that was built from a pin and in another one."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest
from IPython.core.interactiveshell import InteractiveShell
from reprise_agent import pinned


@pytest.fixture
def shell(tmp_path, monkeypatch):
    (tmp_path / pinned.INDEX).write_text("{}")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.ran = []
    made.system = made.ran.append
    pinned.install(made)
    yield made
    InteractiveShell.clear_instance()


IPYTHON = f"IPython {metadata.version('ipython')}"


@pytest.mark.parametrize(
    "source, missing",
    [
        ("%pip install no-such-package", "no-such-package"),
        ("!pip install no-such-package", "no-such-package"),
        ("pip install no-such-package", "no-such-package"),
        ("%uv pip install -q 'no-such-package>=2' --index-url https://a.example", "no-such-package>=2"),
        ("!{sys.executable} -m pip --quiet install IPython no-such-package", "no-such-package"),
        ("!cd sub && pip3 install -r wanted.txt no-such-package[x]", "no-such-package[x]"),
        ("found = !pip install no-such-package", "no-such-package"),
        ("def later():\n    !pip install no-such-package\nlater()", "no-such-package"),
        ("%conda install -c conda-forge no-such-package", "no-such-package"),
    ],
)
def test_nothing_is_installed_and_the_cell_says_so(shell, capsys, source, missing):
    shell.run_cell("import sys")
    result = shell.run_cell(source)
    said = capsys.readouterr().err
    assert result.success and shell.ran == []
    assert "Not run: " in said and "which has no pip and is read-only" in said
    assert f"Not in it: {missing}. " in said and f"--add {missing}\n" in said
    assert (f"In it already: {IPYTHON}." in said) == ("IPython" in source)


def test_what_is_there_already_asks_for_nothing(shell, capsys):
    assert shell.run_cell("!pip install IPython  # for the tables").success
    said = capsys.readouterr().err
    assert f"In it already: {IPYTHON}." in said and "Not in it" not in said


@pytest.mark.parametrize(
    "source", ["!echo pip install x", "!pip list", "!apt-get install x", "text = '''\n!pip install x\n'''"]
)
def test_other_commands_and_strings_stay_as_they_are(shell, capsys, source):
    assert shell.run_cell(source).success
    assert "Not run" not in capsys.readouterr().err
    assert len(shell.ran) == source.startswith("!")
    assert shell.user_ns.get("text", "\n!pip install x\n") == "\n!pip install x\n"


def test_another_environment_is_left_alone(shell, tmp_path):
    (tmp_path / pinned.INDEX).unlink()
    shell.ast_transformers.clear()
    pinned.install(shell)
    assert shell.run_cell("!pip install x").success
    assert shell.ran == ["pip install x"]
