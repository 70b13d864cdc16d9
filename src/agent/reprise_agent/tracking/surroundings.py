"""What of the process a cell can change for those that run after it: the working folder and environment variables."""

from __future__ import annotations

import hashlib
import os
from typing import Dict


class Surroundings:
    """Digests tell only what differs from how the process began, and where the folder lies from the root."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._variables = dict(os.environ)

    def digests(self) -> Dict[str, str]:
        began, now = self._variables.items(), os.environ.items()
        variables = sorted(set(now) ^ set(began)) if dict(now) != self._variables else []
        return {"cwd": _sha(self._folder()), "environ": _sha(repr(variables))}

    def _folder(self) -> str:
        try:
            return os.path.relpath(os.getcwd(), self._root)
        except (OSError, ValueError):
            return "gone"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
