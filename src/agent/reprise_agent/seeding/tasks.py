"""Work handed to other threads and processes takes its streams by task number, never by worker.

A task carries its own name, so that a worker process (forked or spawned) can seed itself for that task alone, in
whatever order tasks arrive there.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
import threading
from types import FunctionType, MethodType
from typing import Any, Callable, Dict, Optional, Tuple

from ..cells import Cells, take
from ..entropy import EntropyLog
from ..streams import Streams
from . import numba_random, numpy_random, python_random, tensorflow_random, threads
from .draws import SOURCES, Draws
from .imports import ImportHooks
from .users import UserSeeds

Name = Tuple[str, ...]

_SOURCES = (python_random.GLOBAL, numpy_random.GLOBAL, "torch", "tensorflow", "numba")


def global_name() -> Tuple[str, ...]:
    """The name of the streams that a global generator is seeded from when its library is imported: the running task's
    in a worker process, else the run's."""
    return ("global",) if _worker.task is None else ("task", *_worker.task)


class _Prepared:
    """The entropy of tasks; where it arrives, the process is prepared for them."""

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def __reduce__(self) -> Any:
        return _prepared, (self.seed,)


def _prepared(seed: str) -> _Prepared:
    _prepare(seed)
    return _Prepared(seed)


def _arrived(prepared: _Prepared, *fields: Any) -> "Task":
    name, users, home, function = fields
    return Task(function, prepared.seed, name, users, home)


class Task:
    """A function with the name of its task. Pickles where the function does. `users`: digests of the user's own seeds,
    in the order of `_SOURCES`."""

    def __init__(
        self, function: Callable[..., Any], seed: str, name: Name, users: Name, home: Tuple[int, int]
    ) -> None:
        self.function = function
        self.seed = seed
        self.name = name
        self.users = users
        self.home = home

    def __reduce__(self) -> Any:
        # In this order: the function's module, which may draw as it is imported, comes last.
        return _arrived, (_Prepared(self.seed), self.name, self.users, self.home, self.function)

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

    def bind(self, seed: str, hooks: ImportHooks, name: Name = ()) -> None:
        """`name`: what streams are called in a process that is not the kernel's."""
        self._seed = seed
        _worker.cells, _worker.hooks = self._draws.cells, hooks
        _worker.task = name or None

    def for_cell(self, function: Any) -> bool:
        """Is this function defined in a cell? Other threads are a library's own business."""
        # By their real types: a `__class__` of the user's own is not asked.
        while issubclass(type(function), functools.partial):
            function = function.func
        code = function.__code__ if type(function) in (FunctionType, MethodType) else None
        return code is not None and self._draws.cells.cell_of(code.co_filename) is not None

    def task(self, function: Callable[..., Any]) -> Task:
        place = self._draws.cells.place(2)
        number = take(place.counts, "task")
        name = (*(str(part) for part in place.stream), str(number))
        users = tuple(self._users.digest(source) for source in _SOURCES)
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
    running: Optional[Task] = None


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
        task, name = self._task, ("task", *_stream_of(self._task))
        self._generators = _thread.generators
        # Most tasks draw from neither: 624 words are derived only when one does.
        _thread.generators = threads.Generators(
            lambda source: _streams_for(task, source).words(624, *name, source)
        )
        if "numba._helperlib" in sys.modules:
            numba_random.seed(_streams_for(task, numba_random.SOURCE), *name)

    def __exit__(self, *error: object) -> None:
        _thread.generators = self._generators
        super().__exit__(*error)


class _in_worker_process(_named):
    """A task in another process: its global generators are the task's alone."""

    def __init__(self, task: Task) -> None:
        _prepare(task.seed)
        super().__init__(_worker.cells, task.name)
        _worker.task = _stream_of(task)
        name = global_name()
        python_random.seed_global(_streams_for(task, python_random.GLOBAL), _worker.users, *name)
        if task.users[_SOURCES.index(numpy_random.GLOBAL)]:
            # What is imported later is seeded from the run's entropy, and the user has seeded it already.
            importlib.import_module("numpy.random")
        if "numpy.random" in sys.modules:
            numpy_random.seed_global(_streams_for(task, numpy_random.GLOBAL), _worker.users, *name)
        _worker.running = task
        for framework, seed in _SEED_FRAMEWORK.items():
            if framework in sys.modules:
                seed(sys.modules[framework])


def _stream_of(task: Task) -> Name:
    return (*task.name, "".join(task.users[:2]))


def _streams_for(task: Task, source: str) -> Streams:
    """A user's own seed always wins: what follows from it is the same whatever the run's entropy."""
    digest = task.users[_SOURCES.index(source)]
    seed = task.seed if digest == "" else f"user {digest}"
    if seed not in _worker.streams:
        _worker.streams[seed] = Streams(seed)
    return _worker.streams[seed]


def _seed_torch(torch: Any) -> None:
    """For the running task of a worker process."""
    if _worker.running is not None and hasattr(torch, "default_generator"):
        torch.default_generator.manual_seed(_task_bits(_worker.running, "torch", 63))


def _seed_tensorflow(tf: Any) -> None:
    if _worker.running is not None and hasattr(tf, "random"):
        _worker.users.by_us(tf.random.set_seed, _task_bits(_worker.running, "tensorflow", 31))


def _task_bits(task: Task, source: str, count: int) -> int:
    return _streams_for(task, source).bits(count, *global_name(), source)


def _seed_numba(numba: Any) -> None:
    if _worker.running is not None and "numba._helperlib" in sys.modules:
        numba_random.seed(_streams_for(_worker.running, numba_random.SOURCE), *global_name())


_SEED_FRAMEWORK = {"torch": _seed_torch, "tensorflow": _seed_tensorflow, "numba": _seed_numba}


def _prepare(seed: str) -> None:
    """A forked worker has the kernel's patches; a spawned one gets them at its first task."""
    if _worker.cells is not None:
        return
    _worker.cells = Cells(None)
    draws = Draws(Streams(seed), _worker.cells, EntropyLog(), SOURCES)
    users = _worker.users
    hooks = _worker.hooks = ImportHooks(lambda where, error: None)
    hooks.install()
    python_random.install(draws, users)
    hooks.after("numpy.random", lambda module: numpy_random.install(module, draws, users, global_name))
    hooks.after("tensorflow", lambda tf: tensorflow_random.install(tf, draws))
    # A task that imports a framework itself is the first to draw from what the operating system has seeded.
    for framework, seed_framework in _SEED_FRAMEWORK.items():
        hooks.after(framework, seed_framework)
