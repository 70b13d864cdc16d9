"""Calls that take back what `full` set in torch: noted at the user's line, and under strict without effect."""

from __future__ import annotations

import functools
import os
import sys
import warnings
from typing import Any, Callable

from ..cells import is_standard_library
from .imports import ImportHooks

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


def install(hooks: ImportHooks, note: Callable[[str], None], strict: bool) -> None:
    def after_import(torch: Any) -> None:
        cudnn = torch.backends.cudnn

        def watch(name: str, undoing: str, undoes: Callable[[Any], bool]) -> Any:
            """All of torch's ways to a setting end in one function of its core."""
            original = getattr(torch._C, name)

            @functools.wraps(original)
            def call(value: Any, *args: Any, **kwargs: Any) -> Any:
                if not undoes(value):
                    return original(value, *args, **kwargs)
                if strict:
                    return _refuse(undoing, os.path.dirname(torch.__file__))
                note(undoing)
                return original(value, *args, **kwargs)

            setattr(torch._C, name, call)
            return call

        def is_off(value: Any) -> bool:
            return not value

        watch("_set_deterministic_algorithms", "torch.use_deterministic_algorithms(False)", is_off)
        # These two properties have taken their functions before; `cudnn.flags` looks them up.
        properties = vars(type(cudnn))
        properties["benchmark"].setter = watch(
            "_set_cudnn_benchmark", "torch.backends.cudnn.benchmark = True", bool
        )
        properties["deterministic"].setter = watch(
            "_set_cudnn_deterministic",
            "torch.backends.cudnn.deterministic = False",
            # `cudnn.flags(enabled=False)` switches it off with all of cuDNN.
            lambda value: is_off(value) and cudnn.enabled,
        )

    hooks.after("torch", after_import)


def _refuse(undoing: str, library: str) -> None:
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and not _is_the_users(frame.f_code.co_filename, library):
        frame = frame.f_back
    text = f"{undoing} has no effect: this run is strict (policy full)"
    warnings.warn_explicit(text, UserWarning, frame.f_code.co_filename, frame.f_lineno)


def _is_the_users(filename: str, library: str) -> bool:
    return not filename.startswith((_OURS, library)) and not is_standard_library(filename)
