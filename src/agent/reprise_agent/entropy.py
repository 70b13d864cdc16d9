"""The log of one cell's draws: source, reach, how often, and the user's line."""

from __future__ import annotations

import os
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

from .cells import Cells


def in_forked_child(renew: Callable[[], None]) -> None:
    """Calls `renew` in each forked child: a lock that another thread held when the process was copied is never released
    in the copy."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)


class EntropyLog:
    """Thread-safe; entries are counted by (source, reach, place, whether a library drew while it was imported)."""

    def __init__(self) -> None:
        self._renew()
        in_forked_child(self._renew)
        self._entries: Dict[Tuple[str, str, Optional[int], Optional[int], bool], int] = {}

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def add(
        self,
        source: str,
        reach: str,
        cell: Optional[int] = None,
        line: Optional[int] = None,
        count: int = 1,
        importing: bool = False,
    ) -> None:
        key = (source, reach, cell, line, importing)
        with self._lock:
            self._entries[key] = self._entries.get(key, 0) + count

    def unreached(self, source: str, cells: Cells) -> None:
        """A draw by what the running code asked, which no seed of this process reaches."""
        place = cells.place()
        self.add(source, "unreached", place.cell, place.line)

    def take(self) -> List[Dict[str, Any]]:
        with self._lock:
            entries, self._entries = self._entries, {}
        found = []
        for (source, reach, cell, line, importing), count in entries.items():
            entry: Dict[str, Any] = {"source": source, "reach": reach, "count": count}
            if cell is not None and line is not None:
                entry["at"] = {"cell": cell, "line": line}
            if importing:
                entry["importing"] = True
            found.append(entry)
        return found
