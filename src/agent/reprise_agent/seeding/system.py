"""OS entropy called by the notebook's own code: recorded always, replaced only when the user asked for that."""

from __future__ import annotations

import functools
import os
import random
import sys
import uuid
from typing import Any, Callable, Optional

from ..cells import take
from .draws import Draws
from .standin import as_builtin, known_as

_NAMES = {
    ("uuid", "uuid4"): "uuid4",
    ("secrets", None): "secrets",
    ("random", None): "SystemRandom",
}


def install(draws: Draws, replace: bool) -> None:
    """`os.urandom` is looked up at each call by `uuid4`; `secrets` and `SystemRandom` keep their own name for it."""
    urandom = os.urandom

    @functools.wraps(urandom)
    def watched(size: int) -> bytes:
        if draws.noted:
            return urandom(size)
        place = draws.cells.place()
        if not place.by_user or place.importing or draws.cells.current is None:
            return urandom(size)
        source = _source(sys._getframe(1))
        if not replace:
            draws.log.add(source, "unreached", place.cell, place.line)
            return urandom(size)
        draws.log.add(source, "enforced", place.cell, place.line)
        return draws.streams.bytes(size, *place.stream, "os", take(place.counts, "os"))

    os.urandom = as_builtin(known_as("os", "urandom", watched))
    random._urandom = watched  # type: ignore[attr-defined]
    getrandom: Optional[Callable[..., bytes]] = getattr(os, "getrandom", None)
    if getrandom is not None:
        noting = known_as("os", "getrandom", _watch_getrandom(getrandom, watched))
        os.getrandom = as_builtin(noting)  # type: ignore[attr-defined]
    uuid.uuid1 = _watch_uuid1(uuid.uuid1, draws)


def _watch_getrandom(original: Callable[..., bytes], watched: Callable[[int], bytes]) -> Callable[..., bytes]:
    @functools.wraps(original)
    def getrandom(size: int, flags: int = 0) -> bytes:
        return watched(size)

    return getrandom


def _watch_uuid1(original: Callable[..., Any], draws: Draws) -> Callable[..., Any]:
    # uuid1 is made of the clock and the network address: there is no stream that could stand in for it.
    @functools.wraps(original)
    def uuid1(*args: Any, **kwargs: Any) -> Any:
        place = draws.cells.place()
        if place.by_user and not place.importing and draws.cells.current is not None:
            draws.log.add("uuid1", "unreached", place.cell, place.line)
        return original(*args, **kwargs)

    return uuid1


def _source(frame: Any) -> str:
    """The outermost standard-library function on the way from the user's code names the source."""
    found = "os.urandom"
    while frame is not None:
        module = frame.f_globals.get("__name__")
        known = _NAMES.get((module, frame.f_code.co_name)) or _NAMES.get((module, None))
        if known is None:
            return found
        found = known
        frame = frame.f_back
    return found
