"""Fixtures of the agent's tests: the package from its sources, and whole runs through the real runner."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import zlib

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = CHECKOUT / "src" / "agent"
sys.path.insert(0, str(SOURCES))

from reprise_agent.streams import Streams  # noqa: E402
from table import settings  # noqa: E402

# What Python's version touches runs whole on each; of the rest, which takes minutes, one in so many is drawn on others than the first.
_WHOLE = ("tracking/", "data/test_sqlite.py")
_ONE_IN = 3


def pytest_collection_modifyitems(config: pytest.Config, items: list) -> None:
    """`REPRISE_TEST_DRAW`: a seed. Which tests it takes depends on nothing else than their names."""
    seed = os.environ.get("REPRISE_TEST_DRAW")
    if seed is None:
        return
    here = pathlib.Path(__file__).parent

    def is_taken(item: pytest.Item) -> bool:
        is_whole = item.path.relative_to(here).as_posix().startswith(_WHOLE)
        return is_whole or zlib.crc32(f"{seed} {item.nodeid}".encode()) % _ONE_IN == 0

    left = [item for item in items if not is_taken(item)]
    items[:] = [item for item in items if is_taken(item)]
    config.hook.pytest_deselected(items=left)


class Ran:
    """A finished run: its events, its record and its outputs."""

    def __init__(self, folder: pathlib.Path, lines: list) -> None:
        self.folder = folder
        self.events = lines
        text = (folder / "record.jsonl").read_text(encoding="utf-8")
        self.record = [json.loads(line) for line in text.splitlines()]
        self.cells = [line for line in self.record if line["type"] == "cell"]
        executed = folder / "executed.ipynb"
        self.executed = json.loads(executed.read_text(encoding="utf-8")) if executed.exists() else None

    def text(self, index: int) -> str:
        """What the cell printed and returned, as text."""
        found = []
        for output in self.executed["cells"][index]["outputs"]:
            found.append("".join(output.get("text") or output.get("data", {}).get("text/plain") or []))
        return "".join(found)

    def entropy(self, index: int) -> set:
        return {(use["source"], use["reach"]) for use in self.cells[index]["entropy"]}


def notebook(*sources: str, **cell: object) -> dict:
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
            **cell,
        }
        for i, source in enumerate(sources)
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def _runner(place: pathlib.Path):
    root = place / "root"
    root.mkdir()
    entry = place / "agent_entry.py"
    entry.write_text(
        f"import sys\nsys.path.insert(0, {str(SOURCES)!r})\nfrom reprise_agent.__main__ import main\nsys.exit(main())\n"
    )
    count = iter(range(1000))

    def execute(
        *sources: str, policy: str = "close", seed: str = "5eed", files: dict = {}, **given: object
    ) -> Ran:
        """Runs cells through the runner: `run("x = 1", policy="close", seed="ab")`."""
        for name, text in files.items():
            (root / name).write_text(text)
        folder = root / ".reprise" / "runs" / f"20260101-000000-{next(count):06d}"
        folder.mkdir(parents=True)
        document = given.pop("document", None) or notebook(*sources)
        (folder / "notebook.ipynb").write_text(json.dumps(document))
        enforced = {"PYTHONHASHSEED": Streams(seed).hash_seed()} if policy != "observe" else {}
        agent = {"policy": policy, "seed": {"value": seed, "from": "fresh"}, "valueBudgetMs": None}
        agent.update(given.pop("agent", {}))
        agent.setdefault("settings", settings(policy, agent.get("strict", False)))
        bundle = {
            "schema": "reprise/bundle/1",
            "run": folder.name,
            "root": "../../..",
            "notebook": "study.ipynb",
            "document": "notebook.ipynb",
            "agent": agent,
            "environment": enforced,
            "out": ".",
            "objects": "../../objects",
            **given,
        }
        (folder / "bundle.json").write_text(json.dumps(bundle))
        with subprocess.Popen(
            [sys.executable, str(entry), "run", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": ""},
        ) as process:
            events = [json.loads(line) for line in process.stdout]
        return Ran(folder, events)

    execute.root = root
    return execute


@pytest.fixture
def run(tmp_path: pathlib.Path):
    return _runner(tmp_path)


@pytest.fixture(scope="module")
def module_run(tmp_path_factory: pytest.TempPathFactory):
    return _runner(tmp_path_factory.mktemp("module"))
