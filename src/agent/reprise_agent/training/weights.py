"""Digests of all weights of a model: whole up to a size, from there on of a sample that is taken at the same places.

Digesting 1 GiB after each noted step takes a second and more, and from a GPU the copy comes on top.
"""

from __future__ import annotations

import hashlib
from typing import Any, Callable, Iterable, List, NamedTuple, Optional, Sequence, Tuple

WHOLE = 256 * 2**20  # bytes of all weights that are still digested whole
_SAMPLE = 32 * 2**20  # about as many bytes are taken of those that are more
_BLOCK = 16 * 2**10  # bytes that stand together in a sample


class Weighed(NamedTuple):
    digest: bytes
    sampled: bool


class Weight(NamedTuple):
    """`size`: its bytes. `read(pick)`: what it is, and its bytes; `pick` is given them flat, one element a byte, where they
    lie, and gives the parts that are wanted. None where they cannot be read."""

    size: int
    read: Callable[[Callable[[Any], List[Any]]], Optional[Tuple[str, Sequence[Any]]]]


def digest_weights(weights: Iterable[Weight]) -> Optional[Weighed]:
    """None where one of them cannot be read."""
    every = list(weights)
    total = sum(weight.size for weight in every)
    sampled = total > WHOLE
    stride = -(-total // _SAMPLE)  # which places are taken depends on the sizes alone
    hashed = hashlib.sha256()
    for weight in every:
        found = weight.read((lambda flat: _spread(flat, stride)) if sampled else (lambda flat: [flat]))
        if found is None:
            return None
        kind, parts = found
        hashed.update(kind.encode() + b"\n")
        for part in parts:
            hashed.update(part)
    return Weighed(hashed.digest(), sampled)


def _spread(flat: Any, stride: int) -> List[Any]:
    """Each `stride`-th block from the first on, and the last bytes. One copy gathers the blocks, also on a GPU."""
    blocks = len(flat) // _BLOCK
    if blocks <= 1:
        return [flat]
    spread = flat[: blocks * _BLOCK].reshape(blocks, _BLOCK)[::stride]
    return [spread.reshape(-1), flat[-_BLOCK:]]
