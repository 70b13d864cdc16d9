"""The standard library's `random`: the global generator, and every unseeded `Random()`."""

from __future__ import annotations

import random
import sys
from typing import Any

from ..cells import is_standard_library
from .draws import Draws
from .standin import known_as
from .users import UserSeeds, watching

GLOBAL = "python.random"
_WORDS = 624 * 32


def install(draws: Draws, users: UserSeeds) -> None:
    """`Random()` and `random.seed()` take 624 words from their stream instead of the operating system."""
    instance = random._inst  # type: ignore[attr-defined]
    original = random.Random.seed

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        if self is instance:
            if a is None:
                entropy = draws.bits(_WORDS, GLOBAL, GLOBAL)
                users.by_us(users.seeding, GLOBAL, original, self, entropy, version)
                users.forget(GLOBAL)
            else:
                users.seeding(GLOBAL, lambda given: original(self, given, version), a)
            return
        if a is None and not isinstance(self, random.SystemRandom) and not _for_a_name(sys._getframe(1)):
            a = draws.bits(_WORDS, "python.Random", "python.Random")
        original(self, a, version)

    seed.__doc__ = original.__doc__
    random.Random.seed = known_as("random", "Random.seed", seed)  # type: ignore[method-assign, assignment]
    random.seed = instance.seed
    random.setstate = instance.setstate = known_as(
        "random", "setstate", watching(instance.setstate, users, GLOBAL)
    )


def _for_a_name(frame: Any) -> bool:
    """Does the standard library itself want this generator (temporary names)? Nobody's result comes from those."""
    while frame is not None and frame.f_globals.get("__name__") == "random":
        frame = frame.f_back
    return frame is not None and is_standard_library(frame.f_code.co_filename)


def seed_global(streams: Any, users: UserSeeds, *name: object) -> None:
    users.by_us(random.seed, streams.bits(_WORDS, *name, GLOBAL))
