"""Digests of batches: nested tuples, lists and dictionaries with arrays, tensors, numbers and text in them."""

from __future__ import annotations

import hashlib
import sys
from typing import Any, Callable, NamedTuple, Optional, Tuple

# A framework's own array: what kind it is, and its bytes in C order. None: not an array of this framework.
Leaf = Callable[[Any], Optional[Tuple[str, Any]]]


class OnDevice(Exception):
    """The values lie in the memory of a GPU, and this is not a batch for which they are fetched."""


class Digested(NamedTuple):
    digest: bytes
    size: Optional[int]  # rows: the first dimension of the first array
    whole: bool  # nothing in it was left out for want of a way to read it


def digest_batch(batch: Any, leaf: Leaf) -> Digested:
    """Equal for equal content. Raises OnDevice where `leaf` does."""
    writer = _Writer(leaf)
    writer.write(batch, 0)
    return Digested(writer.hashed.digest(), writer.size, writer.whole)


def array_bytes(value: Any) -> Optional[Tuple[str, Any]]:
    """Of NumPy's arrays and scalars without objects in them."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, (numpy.ndarray, numpy.generic)):
        return None
    array = numpy.ascontiguousarray(value)
    if array.dtype.hasobject or array.dtype.kind == "T":
        return None
    return f"{array.dtype.str} {value.shape}", array.reshape(-1).view(numpy.uint8) if array.size else b""


class _Writer:
    _DEEPEST = 16

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf
        self.hashed = hashlib.sha256()
        self.size: Optional[int] = None
        self.whole = True

    def write(self, value: Any, depth: int) -> None:
        found = self._leaf(value) or array_bytes(value)
        if found is not None:
            kind, content = found
            self._mark("array", kind)
            self.hashed.update(content)
            if self.size is None:
                shape = value.shape
                self.size = int(shape[0]) if len(shape) else 1
        elif value is None or type(value) in (bool, int, float, str, bytes):
            self._mark(type(value).__name__, repr(value))
        elif isinstance(value, dict) and depth < self._DEEPEST:
            self._mark("dict", len(value))
            for key, item in value.items():
                self._mark("key", repr(key) if type(key) in (bool, int, float, str, bytes) else "?")
                self.write(item, depth + 1)
        elif isinstance(value, (list, tuple)) and depth < self._DEEPEST:
            self._mark("sequence", len(value))
            for item in value:
                self.write(item, depth + 1)
        else:
            self.whole = False
            self._mark("unread", type(value).__name__)

    def _mark(self, kind: str, what: Any) -> None:
        self.hashed.update(f"{kind} {what}\n".encode("utf-8", "backslashreplace"))
