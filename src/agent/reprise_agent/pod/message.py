"""The termination message: what Kubernetes keeps of a container that has ended, logs and files gone."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, Dict, List

_LIMIT = 4096
_CELLS = 200
# What gives way, where it is too long, and in this order.
_EXPENDABLE = ("message", "gpu", "first", "reason", "cells")


def place() -> str:
    return os.environ.pop("REPRISE_TERMINATION_LOG", None) or "/dev/termination-log"


def write_message(path: str, document: Dict[str, Any]) -> None:
    """A pod whose message cannot be written ends all the same: its exit code says most of it."""
    with contextlib.suppress(OSError), open(path, "wb") as file:
        file.write(encoded(document))


def encoded(document: Dict[str, Any]) -> bytes:
    """At most 4096 bytes of JSON; longer ones the node would cut anywhere. Fields that are None are left out."""
    document = {
        "schema": "reprise/end/1",
        **{name: value for name, value in document.items() if value is not None},
    }
    for name in _EXPENDABLE:
        while name in document and len(_encode(document)) > _LIMIT:
            value = document.pop(name)
            if name == "message" and len(value) > 20:
                document[name] = value[: len(value) * 3 // 4].rstrip() + "…"
    return _encode(document)


def cells_of(digests: List[str]) -> str:
    return "".join(digest[:16] for digest in digests[:_CELLS])


def _encode(document: Dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
