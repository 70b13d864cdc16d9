"""The start of a Python process that a notebook started, before its program: the same seeds, settings and log as the
kernel's, under names of its own."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
from typing import Any, Callable, Dict, List

from ..cells import Cells, Execution
from ..config import Config, from_document
from ..entropy import EntropyLog
from ..seeding import enforcing
from ..seeding.draws import SOURCES, Draws
from ..seeding.imports import ImportHooks
from ..seeding.moves import Moves
from ..seeding.users import UserSeeds
from . import told
from .giving import RANKS, Givers
from .program import Program


def begin(text: str, running: Program) -> None:
    if running.is_left_alone():
        return
    child = json.loads(text)
    with open(os.path.join(child["of"], "config.json"), encoding="utf-8") as file:
        document = json.load(file)
    name = _numbered(child, running.called(document["root"]))
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
            # Nobody may be there to hear, or no room to write: the program has ended as it ended.
            with contextlib.suppress(Exception):
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


def _numbered(child: Dict[str, Any], program: str) -> List[str]:
    """One started program may start several Pythons, which all know no more than its name: by rank and program, else by who
    is first."""
    known = [*child["name"], *_ranks(child["ranks"]), "python", program]
    digest = hashlib.sha256(json.dumps([child["start"], known]).encode()).hexdigest()[:32]
    number = 0
    while not _is_first(os.path.join(child["of"], f"{digest}-{number}")):
        number += 1
    return [*known, str(number)]


def _ranks(before: Dict[str, str]) -> List[str]:
    """What was given on the way here: that of the notebook's own process tells no ranks of a program apart."""
    found = [(name, os.environ[name]) for name in RANKS if name in os.environ]
    return [part for name, rank in found if before.get(name) != rank for part in (name, rank)]


def _is_first(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True
