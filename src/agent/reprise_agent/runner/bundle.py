"""What to run: `bundle.json` and the notebook beside it (docs/internals.md)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ..cells import cell_keys
from ..record.header import source_of


class BundleError(Exception):
    """The bundle cannot be run; the message says why."""


@dataclass
class Step:
    index: int
    id: str
    source: str
    may_raise: bool


@dataclass
class Bundle:
    folder: str
    run: str
    root: str
    notebook: str
    document: Dict[str, Any]
    steps: List[Step]
    agent: Dict[str, Any]
    environment: Dict[str, Optional[str]]
    out: str
    objects: str
    timeout: Optional[float] = None
    allow_errors: bool = False
    detached: bool = False

    @property
    def working_folder(self) -> str:
        return os.path.dirname(os.path.join(self.root, self.notebook))


def read_bundle(folder: str) -> Bundle:
    folder = os.path.abspath(folder)
    try:
        with open(os.path.join(folder, "bundle.json"), encoding="utf-8") as file:
            given = json.load(file)
        with open(os.path.join(folder, given["document"]), encoding="utf-8-sig") as file:
            document = json.load(file)

        def place(path: str) -> str:
            return os.path.normpath(os.path.join(folder, path))

        objects = place(given["objects"])
        return Bundle(
            folder=folder,
            run=given["run"],
            root=place(given["root"]),
            notebook=given["notebook"],
            document=document,
            steps=_steps(document, given.get("order"), objects),
            agent=given["agent"],
            environment=given.get("environment") or {},
            out=place(given["out"]),
            objects=objects,
            timeout=given.get("timeout"),
            allow_errors=bool(given.get("allowErrors")),
            detached=bool(given.get("detached")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"The bundle cannot be read: {type(error).__name__}: {error}") from None


def _steps(document: Dict[str, Any], order: Optional[List[Dict[str, Any]]], objects: str) -> List[Step]:
    keys = cell_keys(document)
    code = [i for i, cell in enumerate(document["cells"]) if cell["cell_type"] == "code"]
    if order is None:
        order = [{"index": i, "id": keys[i]} for i in code]
    steps = []
    for entry in order:
        index = entry["index"]
        cell = document["cells"][index] if index < len(document["cells"]) else {}
        if "source" in entry:
            with open(os.path.join(objects, entry["source"]), encoding="utf-8") as file:
                source = file.read()
        else:
            source = source_of(cell)
        tags = (cell.get("metadata") or {}).get("tags") or []
        steps.append(Step(index, entry["id"], source, "raises-exception" in tags))
    return steps
