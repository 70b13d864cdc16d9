"""Functions that stand in for a library's own."""

from __future__ import annotations

from typing import Any, Callable, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


def known_as(module: str, name: str, function: _Function) -> _Function:
    """The same function under the name it can be imported by, so that it is pickled by that name, as the original is:
    a task for another process may well refer to `os.urandom` or `random.seed`."""
    function.__module__, function.__qualname__ = module, name
    return function
