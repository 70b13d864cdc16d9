"""Module-level functions of `random` and `numpy.random` that know which task their thread is working on.

Installed when the first task runs on a thread of the kernel: a notebook that uses no thread pools pays nothing.
"""

from __future__ import annotations

import functools
import random
import sys
from typing import Any, Callable, Dict, List

from .standin import known_as

_installed: List[bool] = []


def install(local: Any, hooks: Any) -> None:
    """`local` holds the generators of each thread's task; `hooks` turn NumPy's functions too, whenever it is loaded."""
    if _installed:
        return
    _installed.append(True)
    _replace(random, random._inst, lambda: local.python)  # type: ignore[attr-defined]

    def generator() -> Any:
        if local.numpy is None and local.make_numpy is not None:
            local.numpy = local.make_numpy()
        return local.numpy

    hooks.after("numpy.random", lambda module: _replace(module, module.mtrand._rand, generator))


def python_generator(words: List[int]) -> random.Random:
    """A generator of its own; `words` are 624 unsigned 32-bit integers."""
    generator = random.Random(0)
    generator.setstate((3, (*words, 624), None))
    return generator


def numpy_generator(words: List[int]) -> Any:
    return sys.modules["numpy.random"].RandomState(words)  # type: ignore[attr-defined]


def _replace(module: Any, shared: Any, current: Callable[[], Any]) -> None:
    """Turns the module's functions that are bound to `shared`, also where the notebook has imported them by name."""
    turned: Dict[int, Any] = {}
    for name, function in list(vars(module).items()):
        if getattr(function, "__self__", None) is shared and not name.startswith("_"):
            wrapper = known_as(module.__name__, name, _by_thread(name, function, current))
            turned[id(function)] = wrapper
            setattr(module, name, wrapper)
    namespace = vars(sys.modules["__main__"])
    for name, value in list(namespace.items()):
        if id(value) in turned:
            namespace[name] = turned[id(value)]


def _by_thread(name: str, function: Callable[..., Any], current: Callable[[], Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        generator = current()
        if generator is None:
            return function(*args, **kwargs)
        return getattr(generator, name)(*args, **kwargs)

    return call
