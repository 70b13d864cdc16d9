"""NumPy: the legacy global generator, and every construction that would ask the operating system for entropy.

All of `default_rng()`, `SeedSequence()`, `RandomState()` and the bit generators call one module attribute,
`numpy.random.bit_generator.randbits`, and only when they were given no seed (NumPy 1.17 to 2.4).
"""

from __future__ import annotations

import array
import sys
from typing import Any, Callable

from .callsites import UNKNOWN, CallSites, argument, name_of, value_of
from .draws import Draws
from .standin import known_as
from .users import UserSeeds, watching

GLOBAL = "numpy.global"
_FAMILY = "numpy.bit_generator"
_CONSTRUCTORS = (
    "default_rng", "RandomState", "SeedSequence", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64",
)  # fmt: skip


def install(numpy_random: Any, draws: Draws, users: UserSeeds, name: Callable[[], tuple]) -> None:
    """Called right after `numpy.random` was imported; `name` names the stream of the global generator."""
    bit_generator = sys.modules["numpy.random.bit_generator"]
    original = bit_generator.randbits  # type: ignore[attr-defined]
    constructions = _Constructions(numpy_random)

    def randbits(k: int) -> int:
        source, seed = constructions.examine(sys._getframe(1))
        if seed is GIVEN:
            return 0
        drawn = draws.bits(k, _FAMILY, source, noted=seed is ABSENT)
        if drawn is not None:
            return drawn
        with draws.already_noted():
            return original(k)

    bit_generator.randbits = randbits  # type: ignore[attr-defined]

    users.before()
    numpy_random.seed = known_as("numpy.random", "seed", watching(numpy_random.seed, users, GLOBAL))
    numpy_random.set_state = known_as(
        "numpy.random", "set_state", watching(numpy_random.set_state, users, GLOBAL)
    )
    users.after()
    if draws.enforces(GLOBAL):
        seed_global(draws.streams, users, *name())


def seed_global(streams: Any, users: UserSeeds, *name: object) -> None:
    numpy_random = sys.modules["numpy.random"]
    # NumPy takes a list apart item by item; workers are seeded for each of a thousand small tasks.
    users.by_us(numpy_random.seed, array.array("I", streams.words(624, *name, GLOBAL)))


# What is known of the seed of a construction that asks for entropy all the same.
ABSENT, GIVEN, COMPUTED = "absent", "given", "computed"


class _Constructions:
    """What the construction that asks for entropy is called, and whether a seed follows that makes the answer moot:
    `RandomState(seed)` makes a bit generator without a seed first."""

    def __init__(self, numpy_random: Any) -> None:
        self._sites = CallSites()
        self._random_state = numpy_random.RandomState

    def examine(self, frame: Any) -> "tuple[str, str]":
        if frame.f_code is UserSeeds.seeding.__code__:
            return GLOBAL, ABSENT
        module = frame.f_globals.get("__name__", "")
        if module == "numpy.random._pickle":
            return "numpy.default_rng", GIVEN  # a copy: its state is set next
        if module.startswith(f"{__package__}."):
            return "numpy.RandomState", GIVEN  # a task's own generator
        call = self._sites.at(frame, _CONSTRUCTORS)
        if call is None:
            return "numpy.default_rng", ABSENT
        name = name_of(call)
        if name == "RandomState" or value_of(call.func, frame) is self._random_state:
            return "numpy.RandomState", _known_of(argument(call, frame, 0, "seed"))
        if name == "Philox":
            return "numpy.Philox", _known_of(argument(call, frame, 2, "key"))
        return f"numpy.{name if name in _CONSTRUCTORS else 'default_rng'}", ABSENT


def _known_of(seed: Any) -> str:
    if seed is UNKNOWN:
        return COMPUTED
    return ABSENT if seed is None else GIVEN
