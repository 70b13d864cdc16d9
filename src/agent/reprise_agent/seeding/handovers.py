"""Under `observe`: says where a cell hands work to other processes. What they draw, nobody sees and no seed of the
notebook reaches; the work itself is left as it is."""

from __future__ import annotations

import functools
from typing import Any, Callable

from .draws import Draws
from .imports import ImportHooks
from .workers import POOLS

SOURCE = "worker processes"


def watch(hooks: ImportHooks, draws: Draws) -> None:
    def note() -> None:
        place = draws.cells.place(2)
        if place.cell is not None:
            draws.log.add(SOURCE, "unreached", place.cell, place.line)

    def executor(module: Any) -> None:
        _before(module.ProcessPoolExecutor, "submit", lambda pool: note())

    def pool(module: Any) -> None:
        for method in ("apply_async", "_map_async", "imap", "imap_unordered"):
            _before(module.Pool, method, lambda pool: None if isinstance(pool, module.ThreadPool) else note())

    def process(module: Any) -> None:
        _before(module.BaseProcess, "start", lambda process: note() if _is_users(process) else None)

    def parallel(module: Any) -> None:
        _before(module.Parallel, "__call__", lambda work: note() if _in_processes(work) else None)

    hooks.after("concurrent.futures.process", executor)
    hooks.after("multiprocessing.pool", pool)
    hooks.after("multiprocessing.process", process)
    hooks.after("joblib.parallel", parallel)


def _before(owner: Any, method: str, look: Callable[[Any], None]) -> None:
    original = getattr(owner, method)

    @functools.wraps(original)
    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        look(self)
        return original(self, *args, **kwargs)

    setattr(owner, method, watched)


def _is_users(process: Any) -> bool:
    return not str(getattr(getattr(process, "_target", None), "__module__", "")).startswith(POOLS)


def _in_processes(work: Any) -> bool:
    return work.n_jobs not in (None, 1) and not getattr(work._backend, "supports_sharedmem", False)
