"""Frameworks seed themselves from C++, out of reach of any patch: their global generators are seeded at import."""

from __future__ import annotations

import ctypes
import functools
import gc
from typing import Any, Callable, Optional

from ..cells import take
from . import numba_random, tensorflow_random
from .draws import Draws
from .imports import ImportHooks
from .standin import known_as
from .tasks import global_name
from .users import UserSeeds, watching
from .whole import whole_torch

# Modules of a framework's that have the same function by another name.
_ALSO_IN = {"torch": ("random",)}


def install(hooks: ImportHooks, draws: Draws, users: UserSeeds, applies: Callable[[str], bool]) -> None:
    """`applies(row)`: is this row of the policy table in force?"""

    def seeder(source: str, path: str, bits: int) -> Callable[[Any], None]:
        def after_import(module: Any) -> None:
            owner, name = _resolve(module, path)
            original = getattr(owner, name)
            users.before()
            if applies(f"{source}-seed"):
                original(draws.streams.bits(bits, *global_name(), source))
            users.after()
            watched = known_as(source, path, watching(original, users, source))
            for place in (owner, *(getattr(module, each, None) for each in _ALSO_IN.get(source, ()))):
                if getattr(place, name, None) is original:
                    setattr(place, name, watched)

        return after_import

    hooks.after("torch", seeder("torch", "manual_seed", 63))
    hooks.after("torch", lambda torch: _watch_reseeding(torch, draws, users, applies("torch-seed")))
    hooks.after("torch", lambda torch: _watch_generators(torch, draws, users, applies("torch-seed")))
    hooks.after("tensorflow", seeder("tensorflow", "random.set_seed", 31))
    hooks.after("tensorflow", lambda tf: tensorflow_random.install(tf, draws))
    hooks.after(
        "numba",
        lambda _: numba_random.install(draws.streams, users, global_name(), applies("numba-seed")),
    )
    hooks.after("polars", seeder("polars", "set_random_seed", 63))


def _watch_reseeding(torch: Any, draws: Draws, users: UserSeeds, enforced: bool) -> None:
    """`torch.seed()` asks the operating system; under an enforcing policy it takes what it seeds with from a stream."""
    original = torch.random.seed

    def seed() -> int:
        value = _fresh(draws, "torch.seed", enforced)
        if value is not None:
            users.by_us(torch.manual_seed, value)
        else:
            with draws.already_noted():
                value = users.by_us(users.seeding, "torch", original)
        users.forget("torch")
        return int(value)

    torch.seed = torch.random.seed = known_as("torch.random", "seed", seed)


def _watch_generators(torch: Any, draws: Draws, users: UserSeeds, enforced: bool) -> None:
    """`Generator.seed()` does the same, also for `torch.cuda.seed()`. Its class takes no other method but in its dictionary."""
    (methods,) = (each for each in gc.get_referents(vars(torch.Generator)) if type(each) is dict)
    original = methods["seed"]

    @functools.wraps(original)
    def seed(self: Any) -> int:
        if draws.noted:
            return int(original(self))
        value = _fresh(draws, "torch.Generator.seed", enforced)
        reseed = (lambda: original(self)) if value is None else (lambda: self.manual_seed(value))
        if self is torch.default_generator:
            users.by_us(users.seeding, "torch", reseed)
            users.forget("torch")
        else:
            reseed()
        return int(self.initial_seed())

    methods["seed"] = seed
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(torch.Generator))


def _fresh(draws: Draws, source: str, enforced: bool) -> Optional[int]:
    """A noted draw of what to seed with; None where the policy only observes."""
    place = draws.cells.place(2)
    draws.log.add(source, "enforced" if enforced else "unreached", place.cell, place.line)
    return draws.streams.bits(63, *place.stream, source, take(place.counts, source)) if enforced else None


def torch_state() -> "bytes | None":
    """Of the processor's generator, and of those on GPUs that have been drawn from."""
    torch = whole_torch()
    return None if torch is None else _bytes(torch.default_generator.get_state()) + _on_gpus(torch)


def _bytes(state: Any) -> bytes:
    """Not through NumPy, which torch does without."""
    return ctypes.string_at(state.data_ptr(), state.numel())


def _on_gpus(torch: Any) -> bytes:
    """Generators at their beginning are left out: that CUDA was started is no draw. Empty where they cannot be asked
    (an older torch, or while CUDA captures a graph)."""
    try:
        if not torch.cuda.is_initialized():
            return b""
        drawn = [each for each in torch.cuda.default_generators if each.get_offset()]
        return b"".join(_bytes(each.get_state()) for each in drawn)
    except Exception:
        return b""


def _resolve(module: Any, path: str) -> "tuple[Any, str]":
    *parents, name = path.split(".")
    for parent in parents:
        module = getattr(module, parent)
    return module, name
