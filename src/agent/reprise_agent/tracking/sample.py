"""Head, tail and evenly spread parts of a large value, for when there is no time to digest it whole."""

from __future__ import annotations

from itertools import islice
from typing import Any, Optional

from .kinds import is_from

_ITEMS = 1_000


def sample_form(value: Any) -> Optional[Any]:
    """A small value that stands for a large one: equal values have equal forms. None where there is no cheap one."""
    kind = type(value)
    if kind in (list, tuple, str, bytes, bytearray, range):
        return _spread(value, len(value))
    if kind is dict:
        return len(value), list(islice(value.items(), _ITEMS))
    if is_from(value, "numpy") and hasattr(value, "ravel") and value.ndim:
        rows = value.reshape(-1) if value.flags.c_contiguous else value
        return str(value.dtype), value.shape, _spread(rows, len(rows))
    if is_from(value, "pandas") and hasattr(value, "iloc"):
        return value.shape, _spread(value.iloc, len(value))
    if is_from(value, "torch") and hasattr(value, "detach"):
        flat = value.detach().flatten()
        return str(value.dtype), tuple(value.shape), _spread(flat, len(flat))
    return None


def _spread(items: Any, length: int) -> Any:
    stride = max(1, length // _ITEMS)
    return length, items[:_ITEMS], items[-_ITEMS:], items[::stride]
