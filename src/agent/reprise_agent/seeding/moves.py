"""Which global generators were drawn from since one last looked, and whose seed they had."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, Tuple

from . import numba_random, states
from .users import UserSeeds

# Global generators whose draws are seen by their states, and the rows of the policy table that seed them.
_ROWS = {
    "python.random": "python-random",
    "numpy.global": "numpy-random",
    "torch": "torch-seed",
    "numba": "numba-seed",
}


class Moves:
    """`applies(row)`: is this row of the policy table in force?"""

    def __init__(self, users: UserSeeds, applies: Callable[[str], bool]) -> None:
        self._users = users
        self._enforced = {source for source, row in _ROWS.items() if applies(row)}
        self._marks: Dict[str, Any] = {}

    def reset(self) -> None:
        self._marks = states.mark(self._marks)

    def since(self) -> Iterator[Tuple[str, str]]:
        """Source and reach of each."""
        before, self._marks = self._marks, states.mark(self._marks)
        for source, mark in self._marks.items():
            if source not in before or before[source] == mark:
                continue
            if source == numba_random.SOURCE and numba_random.was_seeded(before[source], mark):
                self._users.take(source, repr(mark))
            else:
                yield source, self._reach_of(source)

    def _reach_of(self, source: str) -> str:
        if self._users.seeded(source):
            return "seeded"
        return "enforced" if source in self._enforced else "unreached"
