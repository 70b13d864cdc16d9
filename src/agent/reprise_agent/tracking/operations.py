"""Operations that give another result each time: of which torch warns in its warn-only mode, and those that are noted by
whoever knows them."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional

from ..cells import Cells

_NAMED = re.compile(
    r"(?P<op>\S+) does not have a deterministic implementation"
    r"|^(?P<attention>.*attention) defaults to a non-deterministic algorithm",
    re.IGNORECASE,
)


def nondeterministic(message: str) -> Optional[str]:
    """The operation's name, where the message is such a warning."""
    found = _NAMED.search(message)
    return None if found is None else found["op"] or found["attention"]


class Operations:
    """Python shows a warning once a place, and the place of a backward pass is always torch's own: what it remembers of
    these is forgotten when a cell begins, so that each cell that uses one hears of it."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._found: Dict[str, Dict[str, Any]] = {}
        self._registries: Dict[int, Dict[Any, Any]] = {}

    def begin(self) -> None:
        self._found = {}
        for registry in self._registries.values():
            for key in [key for key in registry if _is_ours(key)]:
                del registry[key]

    def warned(self, operation: str, frame: Any) -> None:
        """`frame`: that which the warning was raised from."""
        registry = frame.f_globals.get("__warningregistry__")
        if registry is not None:
            self._registries[id(registry)] = registry
        self.note(operation)

    def note(self, operation: str, lasting: bool = False) -> None:
        """`lasting`: a setting, that later cells run with too."""
        place = self._cells.place()
        entry: Dict[str, Any] = {"op": operation, **({"lasting": True} if lasting else {})}
        if place.cell is not None:
            entry["at"] = {"cell": place.cell, "line": place.line}
        self._found.setdefault(repr(entry), entry)

    def found(self) -> List[Dict[str, Any]]:
        """`[{op, at?, lasting?}]`: the line is that of the innermost cell on the stack."""
        return list(self._found.values())


def _is_ours(key: Any) -> bool:
    return isinstance(key, tuple) and isinstance(key[0], str) and nondeterministic(key[0]) is not None
