"""NumPy: the legacy global generator, and every construction that would ask the operating system for entropy.

All of `default_rng()`, `SeedSequence()`, `RandomState()` and the bit generators call one module attribute,
`numpy.random.bit_generator.randbits`, and only when they were given no seed (NumPy 1.17 to 2.4).
"""

from __future__ import annotations

import sys
from typing import Any, Callable

from .callsites import CallSites, argument, name_of, value_of
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
        source, matters = constructions.examine(sys._getframe(1))
        # Counted either way: which stream comes next must not depend on whether a source could be read just now.
        drawn = draws.bits(k, _FAMILY, source, noted=matters)
        if drawn is not None:
            return drawn
        with draws.already_noted():
            return original(k)

    bit_generator.randbits = randbits  # type: ignore[attr-defined]

    users.before()
    numpy_random.seed = known_as("numpy.random", "seed", watching(numpy_random.seed, users, GLOBAL))
    numpy_random.set_state = known_as("numpy.random", "set_state", watching(numpy_random.set_state, users, GLOBAL))
    users.after()
    if draws.enforces:
        seed_global(draws.streams, users, *name())


def seed_global(streams: Any, users: UserSeeds, *name: object) -> None:
    numpy_random = sys.modules["numpy.random"]
    users.by_us(numpy_random.seed, streams.words(624, *name, GLOBAL))


class _Constructions:
    """What the construction that asks for entropy is called, and whether its result depends on the answer."""

    def __init__(self, numpy_random: Any) -> None:
        self._sites = CallSites()
        self._random_state = numpy_random.RandomState

    def examine(self, frame: Any) -> "tuple[str, bool]":
        if frame.f_code is UserSeeds.seeding.__code__:
            return GLOBAL, True
        module = frame.f_globals.get("__name__", "")
        if module == "numpy.random._pickle":
            return "numpy.default_rng", False  # a copy: its state is set next
        if module.startswith(f"{__package__}."):
            return "numpy.RandomState", False  # a task's own generator: it is given its seed
        call = self._sites.at(frame, _CONSTRUCTORS)
        if call is None:
            return "numpy.default_rng", True
        name = name_of(call)
        if name == "RandomState" or value_of(call.func, frame) is self._random_state:
            # RandomState(seed) makes a bit generator without a seed first, and seeds it then. A seed that is computed
            # in the call itself is taken for one: few computations give None.
            return "numpy.RandomState", argument(call, frame, 0, "seed") is None
        if name == "Philox":
            return "numpy.Philox", argument(call, frame, 2, "key") is None
        return f"numpy.{name if name in _CONSTRUCTORS else 'default_rng'}", True

