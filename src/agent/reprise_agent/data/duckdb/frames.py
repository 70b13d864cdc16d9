"""Frames of ours, which DuckDB must not take for the user's: it looks for variables of a query's in the frame that asks."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import types
from typing import Any, Callable

_HERE = os.path.dirname(__file__) + os.sep
# DuckDB from version 2 on passes over the frames of its own modules, also where it warns.
_ITS_OWN = "duckdb._relation"


def skip_ours() -> None:
    """DuckDB asks `inspect` which frame called it."""
    original = inspect.currentframe
    if original.__code__.co_filename == __file__:
        return

    @functools.wraps(original)
    def currentframe() -> Any:
        frame = sys._getframe(1)
        while frame.f_code.co_filename.startswith(_HERE) and frame.f_back is not None:
            frame = frame.f_back
        return frame

    inspect.currentframe = currentframe


def as_its_own(function: Callable[..., Any]) -> Any:
    own = types.FunctionType(
        function.__code__,
        {**function.__globals__, "__name__": _ITS_OWN},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    own.__kwdefaults__ = function.__kwdefaults__
    functools.update_wrapper(own, getattr(function, "__wrapped__", function))
    return own
