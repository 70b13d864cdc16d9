"""What child processes left when they ended: draws, for the record of the cell that had started them."""

from __future__ import annotations

import json
import os
import secrets
from typing import Any, Dict, List

from ..entropy import EntropyLog

_SUFFIX = ".drawn"


def leave(folder: str, at: Any, entropy: List[Dict[str, Any]]) -> None:
    """Written whole or not at all. Nothing where nothing was drawn, or nobody is there to read it any more."""
    if not entropy or not os.path.isdir(folder):
        return
    path = os.path.join(folder, secrets.token_hex(8))
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"at": at, "entropy": entropy}, file)
    os.rename(path, path + _SUFFIX)


def take(folder: str, log: EntropyLog) -> None:
    """Of those that have ended since the last time."""
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if not name.endswith(_SUFFIX):
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            told = json.load(file)
        os.remove(path)
        cell, line = told["at"] or (None, None)
        for use in told["entropy"]:
            log.add(use["source"], use["reach"], cell, line, use["count"])
