"""Hands files that a long cell reads to the hashing helper while the cell still runs."""

from __future__ import annotations

import os
import threading
import time
from itertools import groupby
from typing import Any, Callable, Dict, List, NamedTuple, Set, Tuple

from .hashing import Places
from .helper import HashingHelper
from .openers import CHANGED_FOLDER, READ, Note

_MANY = 64
_LARGE = 256 << 20
_PAUSE_S = 0.02

class Noted(NamedTuple):
    order: int
    folder: str  # the working folder when it was noted
    note: Note


class Hashed(NamedTuple):
    folders: List[str]
    files: List[Tuple[str, str, int, Dict[str, Any], int]]  # name, resolved path, ns of last change, entry, position


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

    def end(self) -> "tuple[List[Noted], Hashed]":
        """What was noted and not handed over, in order; and what the helper found, sorted by name."""
        self._running.clear()
        with self._turn:
            self._take()
            if len(self._seen) > _MANY:
                self._hand_over(self._fresh)
                self._fresh = []
            kept = sorted([*self._kept, *self._fresh], key=_order)
            try:
                return kept, Hashed(*self._helper.collect())
            except OSError:
                return sorted([*kept, *self._handed], key=_order), Hashed([], [])

    def order_of(self, position: int) -> int:
        """When the file at that position among those handed over was noted first."""
        return self._handed[position].order

    def close(self) -> None:
        self._running.clear()
        with self._turn:
            self._helper.close()

    def _reset(self, folder: str) -> None:
        self._folder = folder
        self._order = 0
        self._seen: Set[Tuple[str, str]] = set()
        self._fresh: List[Noted] = []  # reads by plain path, not handed over yet
        self._handed: List[Noted] = []
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
        many = len(self._seen) > _MANY
        chosen = [noted for noted in self._fresh if many or _size(noted) > _LARGE]
        if chosen:
            self._hand_over(chosen)
            self._fresh = [] if many else [noted for noted in self._fresh if noted not in chosen]

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
        for folder, group in groupby(reads, key=lambda noted: noted.folder):
            batch = list(group)
            self._helper.hash(folder, [noted.note[0] for noted in batch])
            self._handed += batch
        if len(reads) > _MANY:
            last = reads[-1]
            self._crowded(os.path.join(last.folder, os.path.dirname(last.note[0])))


def _order(noted: Noted) -> int:
    return noted.order


def _size(noted: Noted) -> int:
    try:
        return os.stat(os.path.join(noted.folder, noted.note[0])).st_size
    except (OSError, ValueError):
        return 0
