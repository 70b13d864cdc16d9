"""Forked processes that are no task: a pool's initializer, a `Process` with a `run` of its own, `os.fork`.

Each has streams of its own, by its number among the forks of the cell: what a child makes without a seed would else be what
every other child makes. Python seeds `random` anew in each child; where it is enforced, from such a stream.
"""

from __future__ import annotations

import _random
import os
import random
from typing import Any

from . import python_random
from .draws import Draws


def install(draws: Draws) -> None:
    cells = draws.cells

    def in_child() -> None:
        cells.after_fork()
        if draws.enforces(python_random.GLOBAL):
            instance: Any = random._inst  # type: ignore[attr-defined]
            # Not by `random.seed`: whatever watches that belongs to the process that this is a copy of.
            _random.Random.seed(instance, draws.streams.bits(624 * 32, *cells.here(), python_random.GLOBAL))
            instance.gauss_next = None

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=cells.before_fork, after_in_child=in_child)
