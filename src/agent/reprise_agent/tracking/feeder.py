"""Hands files that a long cell reads to the hashing helper while the cell still runs."""

from __future__ import annotations

import os
import threading
import time
from itertools import groupby
from operator import itemgetter
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Set, Tuple

from .hashing import Places
from .helper import HashingHelper
from .openers import CHANGED_FOLDER, READ, Note

_MANY = 64
_LARGE = 256 << 20
_PAUSE_S = 0.01


class Noted(NamedTuple):
    order: int
    folder: str  # the working folder when it was noted
    note: Note


class Reads(NamedTuple):
    orders: Sequence[int]  # of each path, right in relation to the notes that are no reads
    folder: str
    paths: List[str]


class Hashed(NamedTuple):
    orders: Sequence[int]  # by place in the batch
    files: List[
        Tuple[str, int, Dict[str, Any], int]
    ]  # resolved path, ns of last change, entry, place in the batch


_path = itemgetter(0)


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
        """What was noted and not handed over, in order; and what the helper found, batch by batch."""
        self._running.clear()
        with self._turn:
            self._take()
            try:
                self._collect()
                if len(self._seen) > _MANY:
                    while self._fresh:
                        self._hand_over()
                        self._collect()
            except OSError:
                self._fresh.insert(0, self._batch)
            left = [
                Noted(order, reads.folder, (path, READ))
                for reads in self._fresh
                for order, path in zip(reads.orders, reads.paths)
            ]
            return sorted([*self._kept, *left], key=_order), self._hashed

    def close(self) -> None:
        self._running.clear()
        with self._turn:
            self._helper.close()

    def _reset(self, folder: str) -> None:
        self._folder = folder
        self._order = 0
        self._seen: Set[str] = set()
        self._fresh: List[Reads] = []  # not handed over yet
        self._batch = Reads((), folder, [])  # with the helper
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
        if self._batch.paths and self._helper.is_ready():
            self._collect()
        if not self._batch.paths and self._fresh and (len(self._seen) > _MANY or self._has_large()):
            self._hand_over()

    def _has_large(self) -> bool:
        reads = self._fresh[0]
        return any(_size(reads.folder, path) > _LARGE for path in reads.paths)

    def _take(self) -> None:
        """Sorts new notes into reads and the rest. Costs the cell time, as the interpreter runs one thread at once:
        runs of reads by plain path, of which there may be thousands, are taken in one go."""
        count = len(self._notes)
        batch = self._notes[:count]
        del self._notes[:count]
        for kind, run in groupby(batch, key=_kind):
            notes = list(run)
            if kind == (READ, str):
                new = [path for path in dict.fromkeys(map(_path, notes)) if path not in self._seen]
                self._seen.update(new)
                if new:
                    self._fresh.append(Reads(range(self._order, self._order + len(new)), self._folder, new))
            elif kind[0] == CHANGED_FOLDER:
                self._folder = notes[-1][0]
                self._seen = set()  # the same names are other files there
            else:
                self._kept += [
                    Noted(self._order + place, self._folder, note) for place, note in enumerate(notes)
                ]
            self._order += len(notes)

    def _collect(self) -> None:
        if self._batch.paths:
            self._hashed.append(Hashed(self._batch.orders, self._helper.collect()))
            self._batch = Reads((), self._folder, [])

    def _hand_over(self) -> None:
        """Gives the helper all reads that were noted in the first one's folder."""
        folder = self._fresh[0].folder
        runs = [reads for reads in self._fresh if reads.folder == folder]
        self._fresh = [reads for reads in self._fresh if reads.folder != folder]
        paths = [path for reads in runs for path in reads.paths]
        self._batch = Reads([order for reads in runs for order in reads.orders], folder, paths)
        self._helper.hash(folder, paths)
        if len(paths) > _MANY:
            self._crowded(os.path.join(folder, os.path.dirname(paths[-1])))


def _kind(note: Note) -> Tuple[str, type]:
    return note[1], type(note[0])


def _order(noted: Noted) -> int:
    return noted.order


def _size(folder: str, path: str) -> int:
    try:
        return os.stat(os.path.join(folder, path)).st_size
    except (OSError, ValueError):
        return 0
