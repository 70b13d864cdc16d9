"""What the running cell read from elsewhere than a file, and which version of it that was."""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from .queries import Queries

Entry = Dict[str, Any]

_MOST = 500
_TEXT = 300


class DataLog:
    """Entries `{kind, name, version: {field: text}}` in the order of the reads, queries last; the same read again is one
    entry. `place_of` names a file as a record does, or gives None where it is not the notebook's. `expect` is told of
    files that native code is about to open, by path or pattern."""

    def __init__(
        self,
        fault: Callable[[str, BaseException], None],
        place_of: Callable[[str], Optional[str]],
        expect: Callable[[str], None] = lambda path: None,
        drew: Callable[[], None] = lambda: None,
    ) -> None:
        self.fault = fault
        self.place_of = place_of
        self.expect = expect
        self.queries = Queries(fault, drew)
        self._lock = threading.Lock()
        self._found: Optional[Dict[Tuple[Any, ...], Entry]] = None
        self._left = 0
        self._written: Set[str] = set()

    def begin(self) -> None:
        self.queries.take()  # what threads fetched between cells is no cell's
        with self._lock:
            self._found, self._left = {}, 0

    def wrote(self, name: str) -> None:
        """What is read under this name from here on is not, or not only, data from elsewhere."""
        self._written.add(plain(name))

    def note(self, kind: str, name: str, version: Dict[str, Any], own: bool = False) -> None:
        """`own`: the run itself has made it. Does nothing between cells."""
        said = {field: plain(text) for field, text in version.items() if text not in (None, "")}
        entry: Entry = {"kind": kind, "name": plain(name), "version": said}
        if own or entry["name"] in self._written:
            entry["own"] = True
        self._add(entry)

    def _add(self, entry: Entry) -> None:
        key = (entry["kind"], entry["name"], entry.get("query"), *sorted(entry["version"].items()))
        with self._lock:
            if self._found is None or key in self._found:
                return
            if len(self._found) >= _MOST:
                self._left += 1
            else:
                self._found[key] = entry

    def take(self) -> "Tuple[List[Entry], List[str]]":
        """The entries, and in words what was left out."""
        for query in self.queries.take():
            self._add({**query, "query": plain(query["query"])})
        with self._lock:
            found, self._found = list((self._found or {}).values()), None
            left = self._left
        return found, [f"{left} of {left + len(found)} reads of data from elsewhere"] if left else []


def plain(text: Any) -> str:
    """As it may stand in a record: short, on one line, and valid Unicode."""
    text = " ".join(str(text).split()).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
