"""Tells each process that is started, by variables of its environment, whose child it is and what its streams are called."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shlex
import sys
import threading
import time
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

from ..cells import Cells, take
from ..seeding.imports import ImportHooks
from ..seeding.standin import as_builtin, known_as
from ..seeding.tasks import Task
from ..streams import Streams

VARIABLE = "REPRISE_CHILD"  # the site module knows it too
# Of programs that start one process a rank, and tell each by a variable of which it is.
RANKS = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID", "RANK")
_SITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site")
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_ENV = 10  # the position of `env` among the arguments of `Popen`
# Sets of `os` that say what a function of it can do.
_ABILITIES = ("supports_fd", "supports_dir_fd", "supports_follow_symlinks", "supports_effective_ids")

At = Optional[Tuple[int, int]]
Env = Optional[Mapping[Any, Any]]


class Givers:
    """`config`: what a child is to know of the run, as `reprise/agent/1`. `folder`, where it stands for children and they
    leave what they drew, is made when the first one is started. `at`: the cell and line that all of them are of."""

    def __init__(self, cells: Cells, config: Dict[str, Any], folder: str, at: At = None) -> None:
        self._cells = cells
        self._config = config
        self._at = at
        self._execve = os.execve
        self.folder = folder

    def install(self, hooks: ImportHooks) -> None:
        hooks.after("subprocess", self._watch_popen, "telling child processes")
        if os.name == "posix":
            _replace("system", self._system)
        if hasattr(os, "register_at_fork"):
            # A folder that a forked child makes, this process would not know of.
            os.register_at_fork(before=self._prepare)
        # In a forked child, which becomes another program: what IPython's `!` does.
        for name in ("execv", "execve", "posix_spawn", "posix_spawnp"):
            if hasattr(os, name):
                _replace(name, self._executing if name.startswith("exec") else self._spawning)

    def _watch_popen(self, subprocess: Any) -> None:
        start = subprocess.Popen.__init__
        subprocess.Popen.__init__ = functools.wraps(start)(self._popen(start))

    def _popen(self, original: Callable[..., None]) -> Callable[..., None]:
        def init(process: Any, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            if len(args) > _ENV:
                args = (*args[:_ENV], self._given(args[_ENV]), *args[_ENV + 1 :])
            else:
                kwargs["env"] = self._given(kwargs.get("env"))
            original(process, *args, **kwargs)

        return init

    def _system(self, original: Callable[..., int]) -> Callable[..., int]:
        def system(command: Any) -> int:
            __tracebackhide__ = True
            ours = self._variables(os.environ)
            if not ours or not isinstance(command, (str, bytes, os.PathLike)):
                return original(command)
            # Not by `os.environ`, which other threads read, and start their own processes with.
            words = " ".join(f"{name}={shlex.quote(value)}" for name, value in ours.items())
            return original(f"export {words}; {os.fsdecode(command)}")

        return system

    def _executing(self, original: Callable[..., None]) -> Callable[..., None]:
        execve = self._execve

        def execute(path: Any, argv: Any, env: Env = None) -> None:
            __tracebackhide__ = True
            given = self._given(env, becomes=True)
            execve(path, argv, os.environ if given is None else given)

        return execute

    def _spawning(self, original: Callable[..., int]) -> Callable[..., int]:
        def spawn(path: Any, argv: Any, env: Mapping[Any, Any], **kwargs: Any) -> int:
            __tracebackhide__ = True
            return original(path, argv, self._given(env), **kwargs)

        return spawn

    def _given(self, env: Env, becomes: bool = False) -> Env:
        """The environment that is asked for, with ours; None stays where nothing is to be told."""
        asked = os.environ if env is None else env
        ours = self._variables(asked, becomes)
        if not ours:
            return env
        return {**{name: value for name, value in asked.items() if os.fsdecode(name) not in ours}, **ours}

    def _variables(self, env: Mapping[Any, Any], becomes: bool = False) -> Dict[str, str]:
        """`becomes`: this process itself becomes the other program, which happens once however often it is tried (on each
        folder of PATH)."""
        try:
            if self._cells.current is None or _is_ours(sys._getframe(1)):
                return {}
            known = {os.fsdecode(name): value for name, value in env.items()}
            if VARIABLE in known:
                return {}  # `Popen` has told it, and starts it by `posix_spawn`
            place = self._cells.place(2)
            number = "exec" if becomes else str(take(place.counts, "child"))
            process = self._cells.process
            is_within = place.stream[: len(process)] == process
            stream = place.stream if is_within else (*place.stream, *process)
            path = os.fsdecode(known["PYTHONPATH"]) if "PYTHONPATH" in known else None
            told = {
                "of": self._made(),
                "start": f"{os.getpid()}-{time.monotonic_ns()}",  # told apart from every other one of the run
                "name": [*map(str, stream), "child", number],
                "at": self._at or ((place.cell, place.line) if place.cell is not None else None),
                "path": path,
                "ranks": {name: os.fsdecode(known[name]) for name in RANKS if name in known},
            }
            return {
                VARIABLE: json.dumps(told),
                "PYTHONPATH": f"{_SITE}{os.pathsep}{path}" if path else _SITE,
                **self._hash_seed(known),
            }
        except Exception:
            return {}  # such as a full disk: the user's program runs without us

    def _hash_seed(self, known: Mapping[str, Any]) -> Dict[str, str]:
        """An environment that was put together by hand lacks the kernel's."""
        if "PYTHONHASHSEED" in known or "hash-seed" not in self._config["settings"]:
            return {}
        return {"PYTHONHASHSEED": Streams(self._config["seed"]["value"]).hash_seed()}

    def forget(self) -> None:
        """What a child leaves from here on, nobody reads."""
        if os.path.isdir(self.folder):
            import shutil

            shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare(self) -> None:
        if self._cells.current is not None:
            with contextlib.suppress(OSError):
                self._made()

    def _made(self) -> str:
        told = os.path.join(self.folder, "config.json")
        if not os.path.exists(told):
            os.makedirs(self.folder, exist_ok=True)
            # Threads may start their first processes at once: it is there whole, or not yet.
            own = f"{told}.{threading.get_ident()}"
            with open(own, "w", encoding="utf-8") as file:
                json.dump(self._config, file)
            os.replace(own, told)
        return self.folder


def _replace(name: str, around: Callable[[Any], Any]) -> None:
    original = getattr(os, name)
    ours = as_builtin(known_as("os", name, functools.wraps(original)(around(original))))
    setattr(os, name, ours)
    for ability in _ABILITIES:
        able = getattr(os, ability, set())
        if original in able:
            able.add(ours)


def _is_ours(frame: Any) -> bool:
    """Does the agent itself start this one? A task that calls the user's function for them does not."""
    while frame is not None and (
        frame.f_code.co_filename == __file__
        or frame.f_code is Task.__call__.__code__
        or frame.f_globals.get("__name__") in ("os", "subprocess")
    ):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_OURS)
