"""Warnings that each cell raised, noted on their way to the user."""

from __future__ import annotations

import linecache
import os
import sys
import warnings
from typing import Any, Dict, List

from ..cells import Cells
from .operations import Operations, nondeterministic

_LIMIT = 1_000


class WarningTracker:
    """Sees what passes the filters, also what `catch_warnings` then collects. What the filters drop, and repetitions
    from one place that they hide, it does not see: looking would change what is shown."""

    def __init__(self, cells: Cells) -> None:
        self.operations = Operations(cells)
        self._found: List[Dict[str, Any]] = []
        self._running = False
        self._home = os.path.expanduser("~").rstrip(os.sep)

    def install(self) -> None:
        shown = warnings._showwarnmsg  # type: ignore[attr-defined]

        def show(message: Any) -> Any:
            if self._running and len(self._found) < _LIMIT:
                try:
                    entry = self._entry(message)
                    self._found.append(entry)
                    operation = nondeterministic(entry["message"])
                    if operation is not None:
                        self.operations.warned(operation, sys._getframe(1))
                except Exception:
                    pass  # a warning whose text cannot be made is shown, or fails, without our help
            return shown(message)

        warnings._showwarnmsg = show  # type: ignore[attr-defined]

    def before(self) -> None:
        self._found, self._running = [], True
        self.operations.begin()

    def after(self) -> List[Dict[str, Any]]:
        """`[{category, message, line?}]` in order of appearance; `line` only where the cell itself is to blame."""
        self._running = False
        return self._found

    def _entry(self, message: Any) -> Dict[str, Any]:
        text = str(message.message)
        if len(self._home) > 1:
            text = text.replace(self._home, "~")
        entry: Dict[str, Any] = {"category": message.category.__name__, "message": text}
        # A cell's text is in the line cache under a name that is no file.
        if message.filename in linecache.cache and not os.path.exists(message.filename):
            entry["line"] = message.lineno
        return entry
