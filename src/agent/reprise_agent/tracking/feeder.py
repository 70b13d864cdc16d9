"""Hands files that a long cell reads to the hashing helper while the cell still runs."""

from __future__ import annotations

import os
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Set, Tuple

from .hashing import Places
from .helper import HashingHelper
from .openers import CHANGED_FOLDER, READ, Note

_MANY = 64
_LARGE = 256 << 20
_BATCH = 10_000
_PAUSE_S = 0.01

class Noted(NamedTuple):
    order: int
    folder: str  # the working folder when it was noted
    note: Note


# Resolved path, time of its last change in ns, entry, order: a plain tuple, as there are thousands.
Hashed = Tuple[str, int, Dict[str, Any], int]


class Feeder:
    """Takes notes from the openers' list. A cell that opens few files never wakes the helper, unless one is large."""

    def __init__(self, notes: List[Note], places: Places, crowded: Callable[[str], None]) -> None:
        """`crowded` is told of a folder in which the cell opens files by the hundred."""
        self._notes = notes
        self._crowded = crowded
        self._helper = HashingHelper(places)
        self._running = threading.Event()
        self._turn = threading.Lock()
        self._reset("/")

    def start(self) -> None:
        threading.Thread(target=self._run, name="reprise-files", daemon=True).start()

    def begin(self, folder: str) -> None:
        with self._turn:
            self._reset(folder)
        self._running.set()

    def end(self) -> "tuple[List[Noted], List[Hashed]]":
        """What was noted and not handed over, in order; and what the helper found."""
        self._running.clear()
        with self._turn:
            self._take()
            try:
                while self._batch or (self._fresh and len(self._seen) > _MANY):
                    self._collect()
                    self._hand_over(self._fresh if len(self._seen) > _MANY else [])
            except OSError:
                self._kept += self._batch
                self._batch = []
            return sorted([*self._kept, *self._fresh], key=_order), self._hashed

    def close(self) -> None:
        self._running.clear()
        with self._turn:
            self._helper.close()

    def _reset(self, folder: str) -> None:
        self._folder = folder
        self._order = 0
        self._seen: Set[Tuple[str, str]] = set()
        self._fresh: List[Noted] = []  # reads by plain path, not handed over yet
        self._batch: List[Noted] = []  # with the helper
        self._hashed: List[Hashed] = []
        self._kept: List[Noted] = []

    def _run(self) -> None:
        while True:
            self._running.wait()
            while self._running.is_set():
                time.sleep(_PAUSE_S)
                with self._turn:
                    if self._running.is_set() and self._notes:
                        try:
                            self._look()
                        except Exception:
                            pass  # what is not hashed beside the cell is hashed after it

    def _look(self) -> None:
        self._take()
        if self._batch and self._helper.is_ready():
            self._collect()
        if not self._batch:
            many = len(self._seen) > _MANY
            self._hand_over([noted for noted in self._fresh if many or _size(noted) > _LARGE])

    def _collect(self) -> None:
        if self._batch:
            batch = self._batch
            self._hashed += [(*item[:3], batch[item[3]].order) for item in self._helper.collect()]
            self._batch = []

    def _take(self) -> None:
        count = len(self._notes)
        batch = self._notes[:count]
        del self._notes[:count]
        seen = self._seen
        for note in batch:
            self._order += 1
            path, kind = note[0], note[1]
            if kind == READ and type(path) is str:
                key = (self._folder, path)
                if key not in seen:
                    seen.add(key)
                    self._fresh.append(Noted(self._order, self._folder, note))
            elif kind == CHANGED_FOLDER:
                self._folder = path
            else:
                self._kept.append(Noted(self._order, self._folder, note))

    def _hand_over(self, reads: List[Noted]) -> None:
        """Gives the helper the first of them that were noted in one folder."""
        if not reads:
            return
        folder = reads[0].folder
        self._batch = [noted for noted in reads[:_BATCH] if noted.folder == folder]
        given = {noted.order for noted in self._batch}
        self._fresh = [noted for noted in self._fresh if noted.order not in given]
        self._helper.hash(folder, [noted.note[0] for noted in self._batch])
        if len(self._batch) > _MANY:
            self._crowded(os.path.join(folder, os.path.dirname(self._batch[-1].note[0])))


def _order(noted: Noted) -> int:
    return noted.order


def _size(noted: Noted) -> int:
    try:
        return os.stat(os.path.join(noted.folder, noted.note[0])).st_size
    except (OSError, ValueError):
        return 0
