"""NumPy: the legacy global generator, and every construction that would ask the operating system for entropy.

All of `default_rng()`, `SeedSequence()`, `RandomState()` and the bit generators call one module attribute,
`numpy.random.bit_generator.randbits`, and only when they were given no seed (NumPy 1.17 to 2.4).
"""

from __future__ import annotations

import ast
import linecache
import sys
from typing import Any, Callable, Optional

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

    def randbits(k: int) -> int:
        frame = sys._getframe(1)
        reseeding = frame.f_code is UserSeeds.seeding.__code__
        source = GLOBAL if reseeding else f"numpy.{_constructor(frame) or 'default_rng'}"
        drawn = draws.bits(k, _FAMILY, source)
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


def _constructor(frame: Any) -> Optional[str]:
    """The name of the constructor called at this frame's present instruction: exact from Python 3.11 on, else the
    only one named on the line."""
    text = _source_at(frame)
    if text is None:
        return None
    try:
        tree = ast.parse(text.strip())
    except SyntaxError:
        return next((name for name in _CONSTRUCTORS if name + "(" in text), None)
    called = [_last_name(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return next((name for name in called if name in _CONSTRUCTORS), None)


def _source_at(frame: Any) -> Optional[str]:
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    positions = getattr(frame.f_code, "co_positions", None)
    if positions is None or not line:
        return line or None
    for offset, (first, last, start, end) in enumerate(positions()):
        if 2 * offset == frame.f_lasti:
            if first is None or first != last or start is None or end is None:
                return line
            return line.encode()[start:end].decode("utf-8", "replace")
    return line


def _last_name(node: ast.AST) -> Optional[str]:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
