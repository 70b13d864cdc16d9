"""The list of what can be fetched from a pod: the run's folder, the objects it added, the files its cells wrote."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Set

_HOST_LOCAL = "local.json"
_OBJECTS = ".reprise/objects/"
# What the other side, which may be another system, refuses to write.
_NO_NAME = re.compile(r"[\\\x00-\x1f\x7f\ud800-\udfff]")


@dataclass
class Results:
    path: str
    size: int
    sha256: str
    files: int
    bytes: int


def objects_in(root: str) -> Set[str]:
    try:
        return set(os.listdir(os.path.join(root, ".reprise", "objects")))
    except FileNotFoundError:
        return set()


def write_results(folder: str, root: str, run: str, objects_before: Set[str]) -> Results:
    """Writes `manifest.json` into `folder`. The kernel and what it left behind have ended: files no longer change.
    Raises OSError."""
    files: List[Dict[str, Any]] = []
    left: List[Dict[str, str]] = []
    for path in sorted({*_of_run(root, run), *_objects(root, objects_before), *_written(root, run)}):
        reason, file = _why_not(path, root), None
        if reason is None:
            file = {"path": path, **_digest(os.path.join(root, path))}
            if path.startswith(_OBJECTS) and not path.endswith(file["sha256"]):
                reason = "not what its name says"
        if reason is None:
            files.append(file)
        elif reason != "gone":
            left.append({"path": path, "reason": reason})
    manifest = {"schema": "reprise/results/1", "run": run, "files": files, **({"left": left} if left else {})}
    data = json.dumps(manifest, indent=1, ensure_ascii=True).encode() + b"\n"
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "manifest.json")
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.replace(path + ".new", path)
    size = sum(file["size"] for file in files)
    return Results(path, len(data), hashlib.sha256(data).hexdigest(), len(files), size)


def _of_run(root: str, run: str) -> Iterator[str]:
    start = os.path.join(root, ".reprise", "runs", run)
    for folder, _, names in os.walk(start):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.relpath(path, start) != _HOST_LOCAL:
                yield os.path.relpath(path, root)


def _objects(root: str, before: Set[str]) -> Iterator[str]:
    return (f"{_OBJECTS}{name}" for name in objects_in(root) - before if not name.startswith("."))


def _written(root: str, run: str) -> Iterator[str]:
    record = os.path.join(root, ".reprise", "runs", run, "record.jsonl")
    with open(record, encoding="utf-8", errors="replace") as lines:
        for text in lines:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            # A cell can write into the record too: nothing in it is believed to be what it should be.
            entries = line.get("files") if isinstance(line, dict) else None
            for entry in entries if isinstance(entries, list) else []:
                path = entry.get("path") if isinstance(entry, dict) else None
                theirs = (
                    isinstance(path, str) and not path.startswith(".reprise/") and not entry.get("outside")
                )
                if theirs and entry.get("mode") == "write":
                    yield path


def _why_not(path: str, root: str) -> "str | None":
    """Why a file is not among the results. Cells can make links to anywhere, and records can be forged by them."""
    try:
        real, top = os.path.realpath(os.path.join(root, path)), os.path.realpath(root)
        if path != os.path.normpath(path) or not real.startswith(top + os.sep):
            return "outside"
        mode = os.stat(real).st_mode
    except (OSError, ValueError):
        return "gone"
    if not stat.S_ISREG(mode):
        return "not a file"
    if _NO_NAME.search(path):
        return "name"
    return None if os.access(real, os.R_OK) else "unreadable"


def _digest(path: str) -> Dict[str, Any]:
    total, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            total.update(block)
            size += len(block)
    return {"size": size, "sha256": total.hexdigest()}
