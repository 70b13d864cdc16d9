"""A cheap look at how large and how deep a structure of built-in containers is."""

from __future__ import annotations

import sys
from itertools import chain, islice
from typing import Any, List

from .kinds import CONTAINERS, is_from

_LEVELS = 12
_LOOK = 2_000  # children looked at on each level
_ENTRIES = 20_000_000
_MS_PER_ENTRY = 5e-5
_MS_PER_BYTE = 1e-6


def needs_parts(value: Any) -> bool:
    """Whether a structure is too deep or too large to be written in one go. Depends on its content only, never on what
    is shared: equal values must be written the same way."""
    return type(value) in CONTAINERS and _entries(value) > _ENTRIES


def estimate_ms(value: Any) -> float:
    """About how long a digest takes, at a cost that does not grow with the value."""
    if type(value) not in CONTAINERS:
        return _nbytes(value) * _MS_PER_BYTE
    within = islice(value.values() if type(value) is dict else value, 50)
    arrays = sum(map(_nbytes, within)) * max(1, len(value) / 50)
    return _entries(value) * _MS_PER_ENTRY + arrays * _MS_PER_BYTE


def _entries(value: Any) -> float:
    """About how many entries a container has when written out: what is shared counts each time; inf: too deep."""
    level: List[Any] = [value]
    entries, weight = 0.0, 1.0
    for _ in range(_LEVELS):
        level = [item for item in level if type(item) in CONTAINERS]
        if not level:
            return entries
        width = sum(map(len, level))
        entries += weight * width
        if entries > _ENTRIES:
            return entries
        share = -(-_LOOK // len(level))
        sample = list(islice(chain.from_iterable(_children(item, share) for item in level), _LOOK))
        weight *= max(1.0, width / max(1, len(sample)))
        level = sample
    return float("inf")


def _children(container: Any, share: int) -> Any:
    items = chain.from_iterable(container.items()) if type(container) is dict else container
    return islice(items, share)


def _nbytes(value: Any) -> int:
    # Only of types whose size is stored: a user's property of that name is not ours to run.
    if type(value) in (str, bytes, bytearray):
        return len(value)
    if not is_from(value, "numpy", "pandas", "torch"):
        return 0
    try:
        size = value.memory_usage(deep=False) if hasattr(value, "memory_usage") else value.nbytes
        return int(size.sum() if hasattr(size, "sum") else size)
    except Exception:
        return sys.getsizeof(value, 0)
