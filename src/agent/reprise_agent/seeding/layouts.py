"""LightGBM times two layouts of its histograms at the start of each training and takes the faster one; on several threads
they add up in different orders. Under `full` the layout is fixed; else the record names the choice."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Mapping

from .imports import ImportHooks

OPERATION = "lightgbm, histogram layout chosen by timing (threads)"

_CHOICES = ("force_col_wise", "force_row_wise")
_THREADS = ("num_threads", "num_thread", "nthread", "nthreads", "n_jobs")


def install(hooks: ImportHooks, note: Callable[[str], None], enforces: bool) -> None:
    """`note(operation)` is called where a layout is chosen by timing."""

    def after_import(basic: Any) -> None:
        original = basic.Booster.__init__

        @functools.wraps(original)
        def init(self: Any, params: Any = None, train_set: Any = None, *args: Any, **kwargs: Any) -> None:
            try:
                given = _given(params, train_set)
                if train_set is not None and _is_open(given):
                    if enforces:
                        params = {**(params or {}), **_fixed(given)}
                    else:
                        note(OPERATION)
            except Exception:
                # Parameters of a form that it does not know: LightGBM says itself what is wrong with them.
                note("lightgbm (threads)")
            original(self, params, train_set, *args, **kwargs)

        basic.Booster.__init__ = init

    hooks.after("lightgbm.basic", after_import)


def _given(params: Any, train_set: Any) -> Dict[str, Any]:
    """What is said to the data set counts for the training on it, and wins."""
    said = getattr(train_set, "params", None)
    return {**(params or {}), **(said if isinstance(said, Mapping) else {})}


def _is_open(params: Mapping[str, Any]) -> bool:
    chosen = any(params.get(name) for name in _CHOICES)
    return not chosen and not any(params.get(name) == 1 for name in _THREADS)


def _fixed(params: Mapping[str, Any]) -> Dict[str, Any]:
    """`deterministic` stays as the notebook has it; LightGBM advises both together."""
    return {"force_col_wise": True, **({} if "deterministic" in params else {"deterministic": True})}
