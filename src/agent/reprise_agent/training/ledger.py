"""The training ledger of the running cell: which batches it drew, in which sequence, and what each step made of them.

Digests are taken of every batch while that is cheap, of losses and weights after steps 1, 2, 4, 8 … and where a pass
over the data ends. Nothing here knows a framework, and nothing here changes what it is shown.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..cells import Cells
from .digests import Digested, OnDevice, digest_batch
from .entry import Batch, Step, Stream, is_power, line_of
from .weights import Weighed

_SHARE = 0.03  # of the time since the cell began to train, which digests may take
_JUDGED_AFTER = 16  # batches
_FREE_SECONDS = 0.02  # in which a cell that nobody can feel slowed keeps all of its batches
_FREE_WEIGHTS = 0.25  # the same of weights, seconds
_SPARSE = 64
_MOST = 100_000  # batches of a cell that are kept one by one
_EPOCHS = 32  # whose ends are noted one after the other

# `leaf(value, fetch)`: as `digests.Leaf`; raises OnDevice for what lies on a GPU unless it is to be fetched.
DeviceLeaf = Callable[[Any, bool], "Optional[Tuple[str, Any]]"]
Weights = Callable[[], Optional[Weighed]]


def _collecting(method: Callable[..., Any]) -> Callable[..., Any]:
    """Around whatever is done in the user's loop: timed, alone, and without consequence where it fails."""

    @functools.wraps(method)
    def call(self: "Ledger", *args: Any, **kwargs: Any) -> Any:
        if not self.collects:
            return None
        began = time.perf_counter()
        with self._lock:
            try:
                if self._began is None:
                    self._began = began
                return method(self, *args, **kwargs)
            except Exception as error:
                self._fail(error)
                return None
            finally:
                self._spent += time.perf_counter() - began

    return call


class Ledger:
    """`on_fault(what, error)`: told once a cell; from then on nothing is collected until the next cell begins."""

    def __init__(self, cells: Cells, indices: bool, on_fault: Callable[[str, BaseException], None]) -> None:
        self.indices = indices
        self._cells = cells
        self._on_fault = on_fault
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._unseen: Dict[str, str] = {}
        self.begin()

    def begin(self) -> None:
        self._streams: List[Stream] = []
        self._steps: List[Step] = []
        self._taken = 0
        self._weights: Optional[Weights] = None
        self._loss: Optional[Callable[[], Optional[float]]] = None
        self._spent = 0.0
        self._began: Optional[float] = None
        self._batches = 0
        self._sparse = False
        self._failed = False

    @property
    def collects(self) -> bool:
        """Not between cells, and not in a forked worker, of which nothing would come back."""
        return self._cells.current is not None and not self._failed and os.getpid() == self._process

    def unseen(self, package: str, what: str) -> None:
        """Something that this version of a package does not let us see, said in cells that train with it."""
        self._unseen[package] = what

    @_collecting
    def open_pass(self, source: str, owner: Any) -> Stream:
        """One pass over some data, drawn by `owner`. Passes that begin on one line of a cell go into one stream, one
        after the other; those that are open there at the same time into several."""
        place = self._cells.place()
        at = None if place.cell is None or place.line is None else {"cell": place.cell, "line": place.line}
        for stream in self._streams:
            if stream.source == source and stream.at == at and not stream.open:
                break
        else:
            stream = Stream(source, at)
            self._streams.append(stream)
        stream.begin(owner)
        return stream

    @_collecting
    def batch(
        self,
        stream: Optional[Stream],
        value: Any,
        leaf: DeviceLeaf,
        rows: Optional[Callable[[], Any]] = None,
    ) -> None:
        """`rows()`: the indices of the batch's samples, asked only where they are recorded."""
        if stream is None or stream not in self._streams:
            return  # begun in another cell
        self._batches += 1
        stream.count += 1
        digested = self._digest(stream, value, leaf)
        drawn = rows() if rows is not None and self.indices else None
        if (digested is not None or drawn is not None) and self._batches <= _MOST:
            stream.batches.append(Batch(stream.count, self._taken, digested, drawn))

    @_collecting
    def close_pass(self, stream: Optional[Stream], complete: bool) -> None:
        """`complete`: the data came to its end, and with it an epoch."""
        if stream is None or stream not in self._streams:
            return
        stream.finish()
        if complete:
            stream.passes.append(stream.count)
            if self._taken and (len(stream.passes) <= _EPOCHS or is_power(len(stream.passes))):
                self._note_step()

    @_collecting
    def loss(self, read: Callable[[], Optional[float]]) -> None:
        """The loss that the next step goes by; read only where that step is noted."""
        self._loss = read

    @_collecting
    def before_step(self, weights: Weights) -> None:
        """`weights()`: digest of what the step starts from; None where it cannot be had now."""
        if self._taken == 0 and not self._steps:
            self._steps.append(Step(0, None, weights()))

    @_collecting
    def step(self, weights: Weights, many: int = 1) -> None:
        """An optimizer has changed its weights, `many` times since it was last seen."""
        before, self._taken = self._taken, self._taken + many
        self._weights = weights
        if before.bit_length() < self._taken.bit_length():
            self._note_step()

    def take(self, keep: Callable[[bytes], str]) -> "Tuple[Optional[Dict[str, Any]], List[str]]":
        """The cell's field `training`, None where it trained nothing; and what could not be seen. `keep(bytes)` puts
        the whole ledger away and names it."""
        streams = [stream for stream in self._streams if stream.count]
        if self._failed or not (streams or self._taken):
            return None, []
        packages = {stream.source.partition(".")[0] for stream in streams}
        unseen = [what for package, what in self._unseen.items() if package in packages]
        return line_of(streams, self._steps, self._taken, keep), unseen

    def _digest(self, stream: Stream, value: Any, leaf: DeviceLeaf) -> Optional[Digested]:
        number, digested = stream.count, None
        noted = is_power(number)
        if noted or number % _SPARSE == 0 or not self._is_sparse():
            with contextlib.suppress(OnDevice):
                digested = digest_batch(value, lambda part: leaf(part, noted))
        stream.add(number, digested)
        return digested

    def _is_sparse(self) -> bool:
        if self._batches > _MOST:
            self._sparse = True
        elif self._batches > _JUDGED_AFTER and not self._sparse:
            self._sparse = self._is_dear(_FREE_SECONDS)
        return self._sparse

    def _is_dear(self, free: float) -> bool:
        elapsed = time.perf_counter() - (self._began or 0.0)
        return self._spent > free and self._spent > _SHARE * elapsed

    def _note_step(self) -> None:
        if self._steps and self._steps[-1].number == self._taken:
            return
        loss = None if self._loss is None else self._loss()
        weights = None if self._weights is None or self._is_dear(_FREE_WEIGHTS) else self._weights()
        self._steps.append(Step(self._taken, loss, weights))

    def _fail(self, error: Exception) -> None:
        self._failed = True
        self._on_fault("keeping the training ledger", error)
