"""Tells each process that is started, by variables of its environment, whose child it is and what its streams are called."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

from ..cells import Cells, take
from ..seeding.imports import ImportHooks
from ..seeding.standin import as_builtin, known_as

VARIABLE = "REPRISE_CHILD"  # the site module knows it too
_SITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site")
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_ENV = 10  # the position of `env` among the arguments of `Popen`

At = Optional[Tuple[int, int]]


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
            kept, ours = {}, self._variables(os.environ)
            for name, value in ours.items():
                kept[name], os.environ[name] = os.environ.get(name), value
            try:
                return original(command)
            finally:
                for name, before in kept.items():
                    if before is None:
                        os.environ.pop(name, None)
                    else:
                        os.environ[name] = before

        return system

    def _executing(self, original: Callable[..., None]) -> Callable[..., None]:
        execve = self._execve

        def execute(path: Any, argv: Any, env: Optional[Mapping[Any, Any]] = None) -> None:
            __tracebackhide__ = True
            execve(path, argv, os.environ if (given := self._given(env)) is None else given)

        return execute

    def _spawning(self, original: Callable[..., int]) -> Callable[..., int]:
        def spawn(path: Any, argv: Any, env: Mapping[Any, Any], **kwargs: Any) -> int:
            __tracebackhide__ = True
            return original(path, argv, self._given(env), **kwargs)

        return spawn

    def _given(self, env: Optional[Mapping[Any, Any]]) -> Optional[Mapping[Any, Any]]:
        """The environment that is asked for, with ours; None stays where nothing is to be told."""
        ours = self._variables(os.environ if env is None else env)
        return {**(os.environ if env is None else env), **ours} if ours else env

    def _variables(self, env: Mapping[Any, Any]) -> Dict[str, str]:
        try:
            if self._cells.current is None or _is_ours(sys._getframe(1)):
                return {}
            place = self._cells.place(2)
            number = take(place.counts, "child")
            at = self._at or ((place.cell, place.line) if place.cell is not None else None)
            told = {"of": self._made(), "name": [*map(str, place.stream), "child", str(number)], "at": at}
            path = env.get("PYTHONPATH")
            return {
                VARIABLE: json.dumps(told),
                "PYTHONPATH": f"{_SITE}{os.pathsep}{path}" if path else _SITE,
            }
        except Exception:
            return {}  # such as a full disk: the user's program runs without us

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
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder)
            with open(os.path.join(self.folder, "config.json"), "w", encoding="utf-8") as file:
                json.dump(self._config, file)
        return self.folder


def _replace(name: str, around: Callable[[Any], Any]) -> None:
    original = getattr(os, name)
    setattr(os, name, as_builtin(known_as("os", name, functools.wraps(original)(around(original)))))


def _is_ours(frame: Any) -> bool:
    """Does the agent itself start this one?"""
    while frame is not None and (
        frame.f_code.co_filename == __file__ or frame.f_globals.get("__name__") in ("os", "subprocess")
    ):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_OURS)
