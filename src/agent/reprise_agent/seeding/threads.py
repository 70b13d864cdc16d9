"""Module-level functions of `random` and `numpy.random` that know which task their thread is working on.

Installed when the first task runs on a thread of the kernel: a notebook that uses no thread pools pays nothing.
"""

from __future__ import annotations

import functools
import random
import sys
from types import ModuleType
from typing import Any, Callable, Dict, List

from . import numpy_random, python_random
from .standin import as_builtin, known_as

_installed: List[bool] = []
# Watched where the notebook calls them, so that they are no methods of the shared generator any more.
_SEEDING = ("seed", "setstate", "set_state")


class Generators:
    """Generators of one task, made at their first draw. `words` derives 624 unsigned 32-bit integers for a source."""

    def __init__(self, words: Callable[[str], List[int]]) -> None:
        self._words = words
        self._made: Dict[str, Any] = {}

    def get(self, source: str) -> Any:
        if source not in self._made:
            self._made[source] = _MAKE[source](self._words(source))
        return self._made[source]


def install(local: Any, hooks: Any) -> None:
    """`local.generators` are those of each thread's task; `hooks` turn NumPy's functions too, whenever it is loaded."""
    if _installed:
        return
    _installed.append(True)
    _replace(random, random._inst, python_random.GLOBAL, local)  # type: ignore[attr-defined]
    hooks.after("numpy.random", lambda module: _turn_numpy(module, local))


def _turn_numpy(module: Any, local: Any) -> None:
    _replace(module, module.mtrand._rand, numpy_random.GLOBAL, local)
    for name in ("ranf", "sample"):
        # Functions around `random_sample`, and no methods of the shared generator.
        if hasattr(module, name):
            setattr(module, name, as_builtin(known_as(module.__name__, name, _sampling(module.random_sample))))
    _share_by_thread(module.mtrand, local)


def _sampling(random_sample: Callable[..., Any]) -> Callable[..., Any]:
    def sample(*args: Any, **kwargs: Any) -> Any:
        return random_sample(*args, **kwargs)

    return sample


def _share_by_thread(mtrand: Any, local: Any) -> None:
    """scikit-learn, SciPy and networkx draw from `numpy.random.mtrand._rand`, which they look up at each use."""
    shared = mtrand._rand

    class Module(ModuleType):
        @property
        def _rand(self) -> Any:
            generators = local.generators
            return shared if generators is None else generators.get(numpy_random.GLOBAL)

    mtrand.__class__ = Module


def _python_generator(words: List[int]) -> random.Random:
    generator = random.Random(0)
    generator.setstate((3, (*words, 624), None))
    return generator


def _numpy_generator(words: List[int]) -> Any:
    return sys.modules["numpy.random"].RandomState(words)  # type: ignore[attr-defined]


_MAKE = {python_random.GLOBAL: _python_generator, numpy_random.GLOBAL: _numpy_generator}


def _replace(module: Any, shared: Any, source: str, local: Any) -> None:
    """Turns the module's functions that are bound to `shared`, also where the notebook has imported them by name."""
    turned: Dict[int, Any] = {}
    for name, function in list(vars(module).items()):
        if getattr(function, "__self__", None) is shared and not name.startswith("_") or name in _SEEDING:
            wrapper = as_builtin(
                known_as(module.__name__, name, _by_thread(name, function, source, local))
            )
            turned[id(function)] = wrapper
            setattr(module, name, wrapper)
    namespace = vars(sys.modules["__main__"])
    for name, value in list(namespace.items()):
        if id(value) in turned:
            namespace[name] = turned[id(value)]


def _by_thread(name: str, function: Callable[..., Any], source: str, local: Any) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        generators = local.generators
        if generators is None:
            return function(*args, **kwargs)
        return getattr(generators.get(source), name)(*args, **kwargs)

    return call
