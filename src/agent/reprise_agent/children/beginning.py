"""The start of a Python process that a notebook started, before its program: the same seeds, settings and log as the
kernel's, under names of its own."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import sys
from typing import Callable, List, Optional

from ..cells import Cells, Execution
from ..config import Config, from_document
from ..entropy import EntropyLog
from ..seeding import enforcing
from ..seeding.draws import SOURCES, Draws
from ..seeding.imports import ImportHooks
from ..seeding.moves import Moves
from ..seeding.users import UserSeeds
from . import told
from .giving import Givers

# They install and build; what they draw is nobody's result.
_TOOLS = frozenset("pip pip3 uv conda mamba jupyter jupyter-nbconvert ipython black ruff pre-commit".split())
# Processes of a pool are told of their tasks by these themselves.
_POOLS = ("multiprocessing", "loky")
# Of programs that start one process a rank, and tell each by a variable of which it is.
_RANKS = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID", "RANK")


def begin(text: str) -> None:
    if _is_left_alone(getattr(sys, "orig_argv", None) or _arguments()):
        return
    child = json.loads(text)
    with open(os.path.join(child["of"], "config.json"), encoding="utf-8") as file:
        document = json.load(file)
    name = _numbered(child["of"], child["name"])
    at = tuple(child["at"]) if child["at"] else None
    cells = Cells(document["root"])
    # All streams here begin with the process's name, and there is one execution: the program's.
    cells.begin_process(("task", *name), Execution("program", at[0] if at else -1, 1))
    log, hooks = EntropyLog(), ImportHooks(lambda where, error: None)
    look = _install(from_document(document), cells, log, hooks, name)
    Givers(cells, document, child["of"], at).install(hooks)
    process = os.getpid()

    def tell() -> None:
        if os.getpid() == process:
            look()
            told.leave(child["of"], at, log.take())

    # Before the program's own functions at exit, and so run after them.
    atexit.register(tell)


def _install(
    config: Config, cells: Cells, log: EntropyLog, hooks: ImportHooks, name: List[str]
) -> Callable[[], None]:
    """What is called to look which global generators were drawn from."""
    users = UserSeeds()
    draws = Draws(config.streams(), cells, log, [row for row in SOURCES if config.applies(row)])
    moves = Moves(users, config.applies)

    def look() -> None:
        for source, reach in moves.since():
            log.add(source, reach)

    users.before, users.after = look, moves.reset
    enforcing.install(config, draws, users, hooks, lambda *args, **kwargs: None, tuple(name))
    moves.reset()
    return look


def _is_left_alone(arguments: List[str]) -> bool:
    program = _program(arguments)
    if program is None:
        return False
    what = os.path.basename(program)
    return what in _TOOLS or any(pool in program for pool in _POOLS)


def _program(arguments: List[str]) -> Optional[str]:
    """The module, text or file that is run; None of an interactive Python."""
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in ("-m", "-c"):
            return next(rest, None)
        if argument in ("-X", "-W", "--check-hash-based-pycs"):
            next(rest, None)
        elif not argument.startswith("-"):
            return argument
    return None


def _arguments() -> List[str]:
    """Before Python 3.10, which has `sys.orig_argv`."""
    try:
        with open("/proc/self/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\0").split("\0")
    except OSError:
        return []


def _numbered(folder: str, name: List[str]) -> List[str]:
    """One started program may start several Pythons, which all know no more than this name: by rank, else by who is first."""
    rank = next((os.environ[variable] for variable in _RANKS if variable in os.environ), None)
    known = [*name, *(() if rank is None else ("rank", rank))]
    digest = hashlib.sha256(json.dumps(known).encode()).hexdigest()[:32]
    number = 0
    while not _is_first(os.path.join(folder, f"{digest}-{number}")):
        number += 1
    return [*known, "python", str(number)]


def _is_first(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True
