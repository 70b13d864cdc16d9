"""One draw of fresh entropy: named, logged, and under an enforcing policy answered from its stream."""

from __future__ import annotations

import contextlib
import threading
from typing import Container, Iterator, Optional

from ..cells import Cells, Place, take
from ..entropy import EntropyLog
from ..streams import Streams

# Rows of the policy table whose unseeded constructions ask here.
SOURCES = ("python-random", "numpy-random", "tensorflow-random")


class Draws:
    """`enforced`: those of `SOURCES` that are answered from their streams."""

    def __init__(self, streams: Streams, cells: Cells, log: EntropyLog, enforced: Container[str]) -> None:
        self.streams = streams
        self.cells = cells
        self.log = log
        self._enforced = enforced
        self._local = threading.local()

    def enforces(self, family: str) -> bool:
        return f"{family.split('.')[0]}-random" in self._enforced

    @property
    def noted(self) -> bool:
        """Is a draw in progress on this thread that is in the log already?"""
        return getattr(self._local, "noted", False)

    @contextlib.contextmanager
    def already_noted(self) -> Iterator[None]:
        """Within: what a noted draw takes from the operating system is not noted again."""
        self._local.noted = True
        try:
            yield
        finally:
            self._local.noted = False

    def bits(self, count: int, family: str, source: str, noted: bool = True) -> Optional[int]:
        """An unseeded construction asks for `count` bits: an integer from its stream, or None where the policy only
        observes. `family` names the stream, `source` the record's entry (the more exact of the two). One that was
        given a computed seed, which few computations leave None, is not `noted`."""
        place = self.cells.place(2)
        enforces = self.enforces(family)
        if noted:
            self._note(source, "enforced" if enforces else "unreached", place)
        if not enforces:
            return None
        return self.streams.bits(count, *place.stream, family, take(place.counts, family))

    def _note(self, source: str, reach: str, place: Place) -> None:
        # Draws without a cell on the stack (imports by completion, comms) are nobody's result, but what another thread
        # draws while a cell runs may well be the cell's: a pool was given the constructor itself.
        # A library that prepares itself at import is told of only where that cannot be had again.
        importing = place.importing and not place.by_user
        if reach == "enforced" and importing:
            return
        elsewhere = (
            threading.current_thread() is not threading.main_thread() and self.cells.current is not None
        )
        if place.cell is not None or place.stream[0] == "task" or elsewhere:
            self.log.add(source, reach, place.cell, place.line, importing=importing)
