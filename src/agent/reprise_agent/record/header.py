"""The first line of a record."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import sys
from typing import Any, Dict, List, Optional

from .. import VERSION
from ..cells import cell_keys
from ..config import Config
from .writer import put_object


def header(
    config: Config,
    run: str,
    document: Optional[Dict[str, Any]],
    objects: str,
    environment: Dict[str, Any],
    git: Any,
) -> Dict[str, Any]:
    """Keeps the sources of the document in `objects`, and returns the header without `prev`."""
    line: Dict[str, Any] = {
        "schema": "reprise/record/1",
        "type": "header",
        "run": run,
        "notebook": config.notebook or "",
        "startedAt": now(),
        "agent": {"version": VERSION, "sha256": agent_digest()},
        "canon": "canon/1",
        "values": "values/1",
        "seed": config.seed,
        "policy": config.policy,
        "entropy": config.entropy,
        "rng": config.rng,
        "strict": config.strict,
        **({"audit": config.audit} if config.audit is not None else {}),
        "environment": environment,
        "git": git,
        "cells": document_cells(document, objects),
        "starter": config.starter,
    }
    line.update(config.header)
    return line


def document_cells(document: Optional[Dict[str, Any]], objects: str) -> List[Dict[str, Any]]:
    if document is None:
        return []
    cells = []
    for index, (key, cell) in enumerate(zip(cell_keys(document), document["cells"])):
        source = put_object(objects, source_of(cell).encode("utf-8", "replace"))
        cells.append({"index": index, "id": key, "type": cell["cell_type"], "source": source})
    return cells


def source_of(cell: Dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else source


def read_document(path: str) -> Optional[Dict[str, Any]]:
    """The notebook as it is on disk; None where it cannot be read: a kernel runs without it."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            document = json.load(file)
    except (OSError, ValueError):
        return None
    return document if isinstance(document.get("cells"), list) else None


def agent_digest() -> str:
    """sha256 of the zipapp; of the package's sources where it runs from a folder."""
    archive = os.path.abspath(sys.argv[0])
    total = hashlib.sha256()
    for path in [archive] if os.path.isfile(archive) and archive.endswith(".pyz") else _sources():
        with open(path, "rb") as file:
            total.update(file.read())
    return total.hexdigest()


def _sources() -> List[str]:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = [os.path.join(folder, name) for folder, _, names in os.walk(package) for name in names]
    return sorted(path for path in found if path.endswith(".py"))


def now() -> str:
    return (
        datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
