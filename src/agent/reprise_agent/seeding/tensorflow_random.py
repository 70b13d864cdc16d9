"""TensorFlow: draws from the operating system that `tf.random.set_seed` does not reach. With deterministic operations
TensorFlow would rather raise than draw; under an enforcing policy it has no reason to."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any

from .draws import Draws
from .standin import known_as

_FAMILY = "tensorflow.unseeded"
# Functions of `tensorflow` for which zero, the default of most, is no seed.
_SEEDED = (
    ("nn", "fractional_max_pool"),
    ("nn", "fractional_avg_pool"),
    ("image", "sample_distorted_bounding_box"),
)


def install(tf: Any, draws: Draws) -> None:
    generators = sys.modules["tensorflow.python.ops.stateful_random_ops"]
    _seed_generators(generators.Generator, draws)
    if draws.enforces(_FAMILY):
        _allow_global_generator(tf, generators)
    for module, name in _SEEDED:
        _seed_function(getattr(tf, module), name, draws)


def _seed_generators(generator: Any, draws: Draws) -> None:
    original = generator.from_non_deterministic_state.__func__

    @functools.wraps(original)
    def from_non_deterministic_state(cls: Any, alg: Any = None) -> Any:
        seed = draws.bits(63, _FAMILY, "tensorflow.Generator")
        return original(cls, alg) if seed is None else cls.from_seed(seed, alg)

    generator.from_non_deterministic_state = classmethod(from_non_deterministic_state)


def _allow_global_generator(tf: Any, generators: Any) -> None:
    original = generators.get_global_generator

    @functools.wraps(original)
    def get_global_generator() -> Any:
        if generators.global_generator is None:
            with tf.init_scope():
                generators.set_global_generator(generators.Generator.from_non_deterministic_state())
        return original()

    for module in (generators, tf.random, getattr(tf.random, "experimental", None)):
        if getattr(module, "get_global_generator", None) is original:
            module.get_global_generator = get_global_generator


def _seed_function(module: Any, name: str, draws: Draws) -> None:
    original = getattr(module, name)
    takes = inspect.signature(original)

    @functools.wraps(original)
    def seeded(*args: Any, **kwargs: Any) -> Any:
        given = _bound(takes, args, kwargs)
        if given is None or not _is_no_seed(given.arguments.get("seed")):
            return original(*args, **kwargs)
        seed = draws.bits(31, _FAMILY, f"tensorflow.{name}")
        if seed is not None:
            given.arguments["seed"] = seed or 1
        return original(*given.args, **given.kwargs)

    setattr(module, name, known_as(module.__name__, name, seeded))


def _bound(takes: inspect.Signature, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> Any:
    try:
        return takes.bind(*args, **kwargs)
    except TypeError:
        return None  # the function itself says best what is wrong


def _is_no_seed(seed: Any) -> bool:
    return seed is None or (isinstance(seed, int) and seed == 0)
