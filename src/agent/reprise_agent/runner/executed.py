"""The executed copy of a notebook, and the manifest of a run folder."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from typing import Any, Dict, Optional

from ..outputs import OutputArea
from .bundle import Bundle

_HOST_LOCAL = ("local.json", "manifest.json", "bundle.json")


def write_executed(bundle: Bundle, outputs: "Dict[int, tuple[OutputArea, Optional[int]]]") -> None:
    document = copy.deepcopy(bundle.document)
    for index, cell in enumerate(document["cells"]):
        if cell.get("cell_type") != "code":
            continue
        area, count = outputs.get(index, (OutputArea(), None))
        cell["outputs"] = [_lines(output) for output in area.finished()]
        cell["execution_count"] = count
    path = os.path.join(bundle.out, "executed.ipynb")
    try:
        with open(path + ".new", "w", encoding="utf-8", errors="replace") as file:
            json.dump(document, file, indent=1, ensure_ascii=False, sort_keys=True)
            file.write("\n")
    except OSError:
        os.unlink(path + ".new")
        raise
    os.replace(path + ".new", path)


def write_manifest(folder: str) -> None:
    files = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and name not in _HOST_LOCAL:
            with open(path, "rb") as file:
                digest = (
                    hashlib.file_digest(file, "sha256") if hasattr(hashlib, "file_digest") else _sha256(file)
                )
            files.append({"path": name, "size": os.path.getsize(path), "sha256": digest.hexdigest()})
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as file:
        json.dump({"files": files}, file, indent=1)


def _sha256(file: Any) -> Any:
    total = hashlib.sha256()
    for block in iter(lambda: file.read(1 << 20), b""):
        total.update(block)
    return total


def _lines(output: Dict[str, Any]) -> Dict[str, Any]:
    """Texts as lists of lines, as nbformat writes them."""
    if output["output_type"] == "stream":
        return {**output, "text": output["text"].splitlines(True)}
    if "data" in output:
        data = {mime: _split(mime, value) for mime, value in output["data"].items()}
        return {**output, "data": data}
    return output


def _split(mime: str, value: Any) -> Any:
    is_json = mime == "application/json" or mime.endswith("+json")
    return value.splitlines(True) if isinstance(value, str) and not is_json else value
