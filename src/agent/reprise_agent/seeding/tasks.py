"""Work handed to other threads and processes takes its streams by task number, never by worker.

A task carries its own name, so that a worker process (forked or spawned) can seed itself for that task alone, in
whatever order tasks arrive there.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, Callable, Dict, Optional, Tuple

from ..cells import Cells, take
from ..entropy import EntropyLog
from ..streams import Streams
from . import numpy_random, python_random, threads
from .draws import SOURCES, Draws
from .imports import ImportHooks
from .users import UserSeeds

Name = Tuple[str, ...]


def global_name() -> Tuple[str, ...]:
    """The name of the streams that a global generator is seeded from when its library is imported: the running task's
    in a worker process, else the run's."""
    return ("global",) if _worker.task is None else ("task", *_worker.task)


class Task:
    """A function with the name of its task. Pickles where the function does."""

    def __init__(
        self, function: Callable[..., Any], seed: str, name: Name, users: str, home: Tuple[int, int]
    ) -> None:
        self.function = function
        self.seed = seed
        self.name = name
        self.users = users
        self.home = home

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        process, thread = self.home
        if os.getpid() != process:
            with _in_worker_process(self):
                return self.function(*args, **kwargs)
        if threading.get_ident() == thread:
            return self.function(*args, **kwargs)
        with _in_thread(self):
            return self.function(*args, **kwargs)


class NumberedTask:
    """A task function for an iterable whose items carry their numbers: `map` over `(number, item)`."""

    def __init__(self, task: Task, star: bool) -> None:
        self.task = task
        self.star = star

    def __call__(self, numbered: Tuple[int, Any]) -> Any:
        number, item = numbered
        task = Task(
            self.task.function,
            self.task.seed,
            (*self.task.name, str(number)),
            self.task.users,
            self.task.home,
        )
        return task(*item) if self.star else task(item)


class Tasks:
    """Names tasks at the place where they are handed over."""

    def __init__(self, draws: Draws, users: UserSeeds) -> None:
        self._draws = draws
        self._users = users
        self._seed = ""

    def bind(self, seed: str, hooks: ImportHooks) -> None:
        self._seed = seed
        _worker.cells, _worker.hooks = self._draws.cells, hooks

    def for_cell(self, function: Any) -> bool:
        """Is this function defined in a cell? Other threads are a library's own business."""
        code = getattr(function, "__code__", None)
        return code is not None and self._draws.cells.cell_of(code.co_filename) is not None

    def task(self, function: Callable[..., Any]) -> Task:
        place = self._draws.cells.place(2)
        number = take(place.counts, "task")
        name = (*(str(part) for part in place.stream), str(number))
        users = self._users.digest(python_random.GLOBAL) + self._users.digest(numpy_random.GLOBAL)
        return Task(function, self._seed, name, users, (os.getpid(), threading.get_ident()))


class _Local(threading.local):
    """The running task's own generators; None outside a task."""

    generators: Optional[threads.Generators] = None


_thread = _Local()


class _Worker:
    """What a worker process sets up once."""

    cells: Optional[Cells] = None
    hooks: Optional[ImportHooks] = None
    streams: Dict[str, Streams] = {}
    users = UserSeeds()
    task: Optional[Name] = None


_worker = _Worker()


class _named:
    """Within: unseeded constructions take the task's streams."""

    def __init__(self, cells: Optional[Cells], name: Name) -> None:
        self._cells = cells
        self._name = name

    def __enter__(self) -> None:
        if self._cells is not None:
            task = self._cells.task
            self._before = (getattr(task, "name", None), getattr(task, "counts", None))
            task.name, task.counts = self._name, {}

    def __exit__(self, *error: object) -> None:
        if self._cells is not None:
            self._cells.task.name, self._cells.task.counts = self._before


class _in_thread(_named):
    """A task on another thread of the kernel: the global generators are shared with the cell, so module functions
    are turned to the task's own generators for this thread."""

    def __init__(self, task: Task) -> None:
        super().__init__(_worker.cells, task.name)
        self._task = task

    def __enter__(self) -> None:
        super().__enter__()
        threads.install(_thread, _worker.hooks)
        streams = Streams(self._task.seed)
        name = ("task", *self._task.name, self._task.users)
        self._generators = _thread.generators
        # Most tasks draw from neither: 624 words are derived only when one does.
        _thread.generators = threads.Generators(lambda source: streams.words(624, *name, source))

    def __exit__(self, *error: object) -> None:
        _thread.generators = self._generators
        super().__exit__(*error)


class _in_worker_process(_named):
    """A task in another process: its global generators are the task's alone."""

    def __init__(self, task: Task) -> None:
        self._streams = _prepare(task.seed)
        super().__init__(_worker.cells, task.name)
        _worker.task = (*task.name, task.users)
        name = global_name()
        python_random.seed_global(self._streams, _worker.users, *name)
        if "numpy.random" in sys.modules:
            numpy_random.seed_global(self._streams, _worker.users, *name)
        torch = sys.modules.get("torch")
        if torch is not None and hasattr(torch, "default_generator"):
            torch.default_generator.manual_seed(self._streams.bits(63, *name, "torch"))


def _prepare(seed: str) -> Streams:
    """A forked worker has the kernel's patches; a spawned one gets them at its first task."""
    if seed not in _worker.streams:
        _worker.streams[seed] = Streams(seed)
        if _worker.cells is None:
            _worker.cells = Cells(None)
            draws = Draws(_worker.streams[seed], _worker.cells, EntropyLog(), SOURCES)
            users = _worker.users
            hooks = _worker.hooks = ImportHooks(lambda where, error: None)
            hooks.install()
            python_random.install(draws, users)
            hooks.after(
                "numpy.random", lambda module: numpy_random.install(module, draws, users, global_name)
            )
    return _worker.streams[seed]
