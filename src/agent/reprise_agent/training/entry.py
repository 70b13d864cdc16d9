"""What a ledger holds, and how it is written: a bounded field of the cell's line, and an object with everything."""

from __future__ import annotations

import hashlib
import json
import math
import weakref
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from .digests import Digested
from .weights import Weighed

SCHEMA = "reprise/ledger/1"
_SHORT = 16  # hexadecimal digits
_LONG = 32
_FIRST = 64  # batches and epochs whose digests stand in the line one after the other
_STREAMS = 16
_LARGEST = 16_000  # bytes of the field
_FEWER = (_FIRST, 16, 4)


class Batch(NamedTuple):
    number: int  # from 1, in its stream
    step: int  # steps that had been taken when it was drawn
    digested: Optional[Digested]
    rows: Any


class Step(NamedTuple):
    number: int  # steps taken; 0: what the first one starts from
    loss: Optional[float]
    weights: Optional[Weighed]


@dataclass(eq=False)
class Stream:
    """Batches that one line of a cell drew. `passes`: the number of its batches whenever the data came to its end."""

    source: str
    at: Optional[Dict[str, int]]
    count: int = 0
    passes: List[int] = field(default_factory=list)
    batches: List[Batch] = field(default_factory=list)
    marks: Dict[int, bytes] = field(default_factory=dict)
    sampled_from: Optional[int] = None
    whole: bool = True
    _chain: Any = field(default_factory=hashlib.sha256)
    _owner: Optional["weakref.ref[Any]"] = None

    @property
    def open(self) -> bool:
        return self._owner is not None and self._owner() is not None

    def begin(self, owner: Any) -> None:
        """`owner` draws from now on, until `finish` or its own end."""
        self._owner = weakref.ref(owner)

    def finish(self) -> None:
        self._owner = None

    def add(self, number: int, digested: Optional[Digested]) -> None:
        if digested is None:
            self.sampled_from = self.sampled_from or number
            return
        self.whole = self.whole and digested.whole
        self._chain.update(digested.digest)
        if number <= _FIRST or is_power(number):
            self.marks[number] = digested.digest

    def line(self, first: int) -> Dict[str, Any]:
        kept = {
            number: digest for number, digest in self.marks.items() if number <= first or is_power(number)
        }
        return {
            "source": self.source,
            **({} if self.at is None else {"at": self.at}),
            "batches": self.count,
            "passes": len(self.passes),
            "digests": {str(number): digest.hex()[:_SHORT] for number, digest in kept.items()},
            **({"chain": self._chain.hexdigest()} if self.sampled_from is None else {}),
            **({} if self.sampled_from is None else {"sampledFrom": self.sampled_from}),
            **({} if self.whole else {"partial": True}),
        }

    def document(self) -> Dict[str, Any]:
        return {
            "source": self.source,
            **({} if self.at is None else {"at": self.at}),
            "passes": self.passes,
            "batches": [_row(batch) for batch in self.batches],
        }


def line_of(
    streams: List[Stream], steps: List[Step], taken: int, keep: Callable[[bytes], str]
) -> Dict[str, Any]:
    """The field `training`, of at most `_LARGEST` bytes."""
    whole = {
        "schema": SCHEMA,
        "streams": [stream.document() for stream in streams],
        "steps": [_step(step) for step in steps],
    }
    whole_digest = keep(json.dumps(whole, separators=(",", ":")).encode())
    for first in _FEWER:
        line = {
            "streams": [stream.line(first) for stream in streams[:_STREAMS]],
            **({"streamsInAll": len(streams)} if len(streams) > _STREAMS else {}),
            "steps": [_step(step) for step in steps if is_power(step.number) or first == _FIRST],
            "taken": taken,
            "ledger": whole_digest,
        }
        if len(json.dumps(line)) <= _LARGEST:
            break
    return line


def is_power(number: int) -> bool:
    """Also of 0, which is no step but where the first one starts."""
    return number & (number - 1) == 0


def _step(step: Step) -> Dict[str, Any]:
    return {
        "n": step.number,
        **({} if step.loss is None else {"loss": _hex(step.loss)}),
        **({} if step.weights is None else {"weights": step.weights.digest.hex()[:_SHORT]}),
        **({"sampled": True} if step.weights is not None and step.weights.sampled else {}),
    }


def _row(batch: Batch) -> Dict[str, Any]:
    row: Dict[str, Any] = {"n": batch.number, "step": batch.step}
    if batch.digested is not None:
        row["digest"] = batch.digested.digest.hex()[:_LONG]
        if batch.digested.size is not None:
            row["size"] = batch.digested.size
    if batch.rows is not None:
        row["rows"] = batch.rows
    return row


def _hex(value: float) -> str:
    """Every bit of it, as C's `%a`; and the words for what is no number."""
    return value.hex() if math.isfinite(value) else repr(value)
