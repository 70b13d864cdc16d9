"""Frameworks seed themselves from C++, out of reach of any patch: their global generators are seeded at import, and
`full` turns their deterministic operations on there too."""

from __future__ import annotations

import sys
from typing import Any, Callable

from ..streams import Streams
from .imports import ImportHooks
from .tasks import global_name
from .users import UserSeeds, watching


def install(hooks: ImportHooks, streams: Streams, users: UserSeeds, policy: str, strict: bool) -> None:
    enforces = policy in ("close", "full")

    def seeder(source: str, path: str, bits: int) -> Callable[[Any], None]:
        def after_import(module: Any) -> None:
            owner, name = _resolve(module, path)
            original = getattr(owner, name)
            users.before()
            if enforces:
                original(streams.bits(bits, *global_name(), source))
            users.after()
            setattr(owner, name, watching(original, users, source))

        return after_import

    hooks.after("torch", seeder("torch", "manual_seed", 63))
    hooks.after("tensorflow", seeder("tensorflow", "random.set_seed", 31))
    hooks.after("polars", seeder("polars", "set_random_seed", 63))
    if policy == "full":
        hooks.after("torch", lambda torch: _deterministic_torch(torch, strict))
        if strict:
            hooks.after("tensorflow", lambda tf: tf.config.experimental.enable_op_determinism())


def torch_state() -> "bytes | None":
    torch = sys.modules.get("torch")
    generator = getattr(torch, "default_generator", None)
    return None if generator is None else generator.get_state().numpy().tobytes()


def _deterministic_torch(torch: Any, strict: bool) -> None:
    # warn_only keeps a user's cell running; the warning is recorded and caps the verdict at `canonical`.
    torch.use_deterministic_algorithms(True, warn_only=not strict)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def _resolve(module: Any, path: str) -> "tuple[Any, str]":
    *parents, name = path.split(".")
    for parent in parents:
        module = getattr(module, parent)
    return module, name
