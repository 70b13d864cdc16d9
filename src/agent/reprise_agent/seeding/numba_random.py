"""Numba: compiled functions draw from two generators that each thread has for itself, `numpy.random` and `random` as they
mean them, and that Numba seeds from the operating system."""

from __future__ import annotations

import ctypes
import sys
import threading
from typing import Any, Callable, List, Tuple

from ..streams import Streams
from .users import UserSeeds

SOURCE = "numba"
# struct rnd_state_t in numba/_random.h: int index; unsigned int mt[624]; int has_gauss; double gauss
_FIRST_WORD, _HAS_GAUSS, _SIZE = 4, 4 + 4 * 624, 4 + 4 * 624 + 4 + 8
# The index of a generator that was seeded and not drawn from.
_UNDRAWN = 624

_States = Tuple[int, ...]
_kernels: List[_States] = []
# What is to be done on the main thread, where another one has imported Numba.
_waiting: List[Callable[[], None]] = []


def install(streams: Streams, users: UserSeeds, name: Tuple[str, ...], enforced: bool) -> None:
    """Of the main thread, on which cells run: the generators of another one go with it."""

    def begin() -> None:
        _kernels[:] = [_states()]
        if enforced:
            seed(streams, *name)

    users.before()
    _waiting[:] = [begin]
    _look()
    users.after()


def _look() -> List[_States]:
    if _waiting and threading.current_thread() is threading.main_thread():
        _waiting.pop()()
    return _kernels


def seed(streams: Streams, *name: object) -> None:
    """Of the running thread."""
    for number, address in enumerate(_states()):
        _helper().rnd_seed(address, streams.bits(32, *name, SOURCE, number))


def mark() -> "Tuple[Tuple[int, int, int], ...] | None":
    """Changes whenever one of the kernel's two is drawn from. None before Numba is imported."""
    kernels = _look()
    return tuple(map(_mark, kernels[0])) if kernels else None


def was_seeded(before: Any, now: Any) -> bool:
    """Whether compiled code seeded what it moved, and drew nothing after: nobody else tells of that."""
    return all(new[0] == _UNDRAWN for old, new in zip(before, now) if old != new)


def save() -> "List[bytes]":
    return [ctypes.string_at(address, _SIZE) for address in _kernels[0]] if _look() else []


def put(saved: "List[bytes]") -> None:
    for address, state in zip(_kernels[0] if _kernels else (), saved):
        ctypes.memmove(address, state, _SIZE)


def _mark(address: int) -> Tuple[int, int, int]:
    return (
        ctypes.c_int.from_address(address).value,
        ctypes.c_uint32.from_address(address + _FIRST_WORD).value,
        ctypes.c_int.from_address(address + _HAS_GAUSS).value,
    )


def _states() -> _States:
    return _helper().rnd_get_np_state_ptr(), _helper().rnd_get_py_state_ptr()


def _helper() -> Any:
    return sys.modules["numba._helperlib"]
