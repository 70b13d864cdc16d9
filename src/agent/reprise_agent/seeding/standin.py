"""Functions that stand in for a library's own."""

from __future__ import annotations

import inspect
from typing import Any, Callable, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


def known_as(module: str, name: str, function: _Function) -> _Function:
    """The same function under the name it can be imported by, so that it is pickled by that name, as the original is:
    a task for another process may well refer to `os.urandom` or `random.seed`."""
    function.__module__, function.__qualname__ = module, name
    return function


class _Builtin:
    """Not a function: Python's own become methods of a class that has one as an attribute, and builtins do not."""

    def __init__(self, function: Callable[..., Any]) -> None:
        vars(self).update(vars(function))
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            vars(self)[name] = getattr(function, name)

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(type(self).__call__)

    def __reduce__(self) -> str:
        return str(vars(self)["__qualname__"])

    def __repr__(self) -> str:
        return f"<built-in function {vars(self)['__name__']}>"


def as_builtin(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same to its callers, also where a class has it as an attribute: `class Reader: opener = open`."""
    kind = type("builtin_function_or_method", (_Builtin,), {"__call__": staticmethod(function)})
    kind.__module__ = "builtins"
    return kind(function)  # type: ignore[no-any-return]
