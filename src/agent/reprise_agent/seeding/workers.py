"""Hands task numbers to joblib, multiprocessing, concurrent.futures and threads."""

from __future__ import annotations

import functools
import threading
from typing import Any, Callable, Iterable

from .imports import ImportHooks
from .tasks import NumberedTask, Task, Tasks

# Their processes run loops that take tasks; each of those tasks is named by itself.
POOLS = ("multiprocessing.", "concurrent.futures.", "joblib.")


def install(hooks: ImportHooks, tasks: Tasks) -> None:
    hooks.after(
        "concurrent.futures.thread", lambda module: _number_submissions(module.ThreadPoolExecutor, tasks)
    )
    hooks.after(
        "concurrent.futures.process", lambda module: _number_submissions(module.ProcessPoolExecutor, tasks)
    )
    hooks.after("multiprocessing.pool", lambda module: _number_pool(module, tasks))
    hooks.after("multiprocessing.process", lambda module: _number_processes(module, tasks))
    _number_threads(tasks)
    hooks.after("joblib.parallel", lambda module: _number_joblib(module, tasks))


def _number_submissions(executor: Any, tasks: Tasks) -> None:
    submit = executor.submit

    @functools.wraps(submit)
    def numbered(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return submit(self, tasks.task(fn), *args, **kwargs)

    executor.submit = numbered


def _number_pool(module: Any, tasks: Tasks) -> None:
    pool = module.Pool
    apply_async, map_async, imap, unordered = (
        pool.apply_async,
        pool._map_async,
        pool.imap,
        pool.imap_unordered,
    )

    @functools.wraps(apply_async)
    def numbered_apply(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        return apply_async(self, tasks.task(func), *args, **kwargs)

    @functools.wraps(map_async)
    def numbered_map(
        self: Any, func: Any, iterable: Iterable[Any], mapper: Any, *args: Any, **kwargs: Any
    ) -> Any:
        star = mapper is module.starmapstar
        items = list(enumerate(iterable))
        return map_async(self, NumberedTask(tasks.task(func), star), items, module.mapstar, *args, **kwargs)

    @functools.wraps(imap)
    def numbered_imap(self: Any, func: Any, iterable: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        return imap(self, NumberedTask(tasks.task(func), False), enumerate(iterable), *args, **kwargs)

    @functools.wraps(unordered)
    def numbered_unordered(self: Any, func: Any, iterable: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        return unordered(self, NumberedTask(tasks.task(func), False), enumerate(iterable), *args, **kwargs)

    pool.apply_async, pool._map_async = numbered_apply, numbered_map
    pool.imap, pool.imap_unordered = numbered_imap, numbered_unordered


def _number_processes(module: Any, tasks: Tasks) -> None:
    process = module.BaseProcess
    start = process.start

    @functools.wraps(start)
    def numbered(self: Any) -> None:
        target = getattr(self, "_target", None)
        if target is not None and not str(getattr(target, "__module__", "")).startswith(POOLS):
            self._target = tasks.task(target)
        start(self)

    process.start = numbered


def _number_threads(tasks: Tasks) -> None:
    start = threading.Thread.start

    @functools.wraps(start)
    def numbered(self: threading.Thread) -> None:
        target = getattr(self, "_target", None)
        if target is not None and tasks.for_cell(target):
            self._target = tasks.task(target)  # type: ignore[attr-defined]
        elif tasks.for_cell(type(self).run):
            self.run = tasks.task(self.run)  # type: ignore[method-assign]
        start(self)

    threading.Thread.start = numbered  # type: ignore[method-assign]


def _number_joblib(module: Any, tasks: Tasks) -> None:
    parallel = module.Parallel
    call = parallel.__call__

    @functools.wraps(call)
    def numbered(self: Any, iterable: Iterable[Any]) -> Any:
        group = tasks.task(_unused)
        return call(self, (_numbered_item(group, number, item) for number, item in enumerate(iterable)))

    parallel.__call__ = numbered


def _numbered_item(group: Task, number: int, item: Any) -> Any:
    function, args, kwargs = item
    return Task(function, group.seed, (*group.name, str(number)), group.users, group.home), args, kwargs


def _unused() -> None:
    """The function of a task that only lends its name."""
