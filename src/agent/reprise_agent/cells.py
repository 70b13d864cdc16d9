"""Which cell is running, and which frames on the stack belong to cells."""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from dataclasses import dataclass, field
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

_STDLIB = tuple(
    {
        os.path.realpath(p) + os.sep
        for p in (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
        if p
    }
)
_LIBRARIES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_IMPORT = "<frozen importlib._bootstrap>"


# A generator that began on the cell's own stream.
STREAM = "stream"


@dataclass
class Execution:
    """One execution of one cell, how often each source has been drawn from in it, and from which states on."""

    key: str
    index: int
    number: int
    counts: Dict[str, int] = field(default_factory=dict)
    modules: Dict[str, Dict[str, int]] = field(default_factory=dict)
    drew: Set[str] = field(default_factory=set)  # global generators, before the cell itself seeded them
    seeded: Set[str] = field(default_factory=set)  # global generators, by the cell itself
    starts: Dict[str, Optional[str]] = field(
        default_factory=dict
    )  # under streams per cell: STREAM, or digests of states


class Place(NamedTuple):
    """Where a draw came from, as seen from the stack."""

    stream: tuple  # the parts of the stream's name before the source
    counts: Dict[str, int]
    cell: Optional[int]
    line: Optional[int]
    importing: bool  # a module is being imported between the cell and the draw
    by_user: bool  # the nearest frame outside the standard library is a cell's, or a module's under the root


class Cells:
    """The cells that have run in this kernel, by the file names that IPython gives their code. Where streams are
    `per_cell`, no execution of a cell has another one's number in the names of its streams."""

    def __init__(self, root: Optional[str], per_cell: bool = False) -> None:
        self._per_cell = per_cell
        self.current: Optional[Execution] = None
        self.task = threading.local()
        self._root = os.path.realpath(root) + os.sep if root else None
        self._by_file: Dict[str, Execution] = {}
        self._executions: Dict[str, int] = {}
        self._modules: Dict[str, Dict[str, int]] = {}
        # Of a process that is no task: its number among the forks of each process above it.
        self.process: Tuple[str, ...] = ()

    def begin(self, key: str, index: int, filename: str) -> Execution:
        number = self._executions[key] = self.next_number(key)
        self.current = self._by_file[filename] = Execution(key, index, number)
        return self.current

    def next_number(self, key: str) -> int:
        return self._executions.get(key, 0) + 1

    def end(self) -> None:
        self.current = None

    def begin_process(self, name: Tuple[str, ...], program: Execution) -> None:
        """Of a process in which no cell runs: `name` begins the names of all its streams."""
        self.process, self.current = name, program

    def before_fork(self) -> None:
        task = getattr(self.task, "name", None)
        if task is not None:
            counts, within = self.task.counts, ("task", *task)
        elif self.current is not None:
            counts, within = self.current.counts, ()
        else:
            counts, within = self._modules.setdefault("fork", {}), ()
        # Of this thread: others may be about to fork too.
        self.task.fork = (*within, "process", str(take(counts, "fork")))

    def after_fork(self) -> None:
        """In the child."""
        self.process = (*self.process, *self.task.fork)

    def here(self) -> Tuple[Any, ...]:
        """The name of the streams of whatever runs now, outside of tasks and imports."""
        current = self.current
        if current is None:
            return (*self.process, "module", "?")
        number = () if self._per_cell else (current.number,)
        return (*self.process, "cell", current.key, *number)

    def cell_of(self, filename: str) -> Optional[Execution]:
        return self._by_file.get(filename)

    def place(self, depth: int = 1) -> Place:
        """Reads the stack from `depth` frames above the caller. A draw is named by the running cell where one of its
        frames is on the stack; by the module being imported, or the drawing module, where none is; by its task in
        work handed to other threads and processes."""
        frame: Any = sys._getframe(depth + 1)
        nearest: Optional[Any] = None
        cell_frame: Optional[Any] = None
        importing: Optional[str] = None
        first_module: Optional[str] = None
        below_import = "<module>"
        while frame is not None:
            name = frame.f_code.co_filename
            if name in self._by_file:
                nearest = nearest or frame
                cell_frame = frame
                break
            if name == _IMPORT:
                importing = importing or below_import
            elif not name.startswith(_OURS):
                module = frame.f_globals.get("__name__", "?")
                first_module = first_module or module
                if frame.f_code.co_name == "<module>":
                    below_import = module
                if nearest is None and not is_standard_library(name):
                    nearest = frame
            frame = frame.f_back
        by_user = self._is_by_user(nearest)
        cell = self._by_file[cell_frame.f_code.co_filename].index if cell_frame is not None else None
        line = cell_frame.f_lineno if cell_frame is not None else None
        if importing is None:
            task = getattr(self.task, "name", None)
            if task is not None:
                return Place(("task", *task), self.task.counts, cell, line, False, by_user)
            if cell_frame is not None and self.current is not None:
                return Place(self.here(), self.current.counts, cell, line, False, by_user)
        module = importing or first_module or "?"
        stream, modules = (*self.process, "module", module), self._modules
        if self._per_cell and self.current is not None:
            modules = self.current.modules
            stream = stream if importing is not None else (*stream, self.current.key)
        counts = modules.setdefault(module, {})
        return Place(stream, counts, cell, line, importing is not None, by_user)

    def _is_by_user(self, nearest: Optional[Any]) -> bool:
        if nearest is not None:
            return self.is_users(nearest.f_code.co_filename)
        # A thread with nothing but the standard library on its stack was handed the function itself by the cell.
        return self.current is not None and threading.current_thread() is not threading.main_thread()

    def is_users(self, filename: str) -> bool:
        if filename in self._by_file:
            return True
        if self._root is None or any(part in filename for part in _LIBRARIES):
            return False
        return os.path.realpath(filename).startswith(self._root)


def is_standard_library(filename: str) -> bool:
    if filename.startswith("<frozen "):
        return True
    return filename.startswith(_STDLIB) and not any(part in filename for part in _LIBRARIES)


def take(counts: Dict[str, int], source: str) -> int:
    number = counts.get(source, 0) + 1
    counts[source] = number
    return number


def cell_keys(document: Dict[str, Any]) -> List[str]:
    """The key of every cell: its id, or `cell-<index>` where it has none or an earlier cell has the same."""
    keys: List[str] = []
    identified = (document.get("nbformat", 4), document.get("nbformat_minor", 0)) >= (4, 5)
    for index, cell in enumerate(document.get("cells", [])):
        key = cell.get("id") if identified else None
        keys.append(key if isinstance(key, str) and key and key not in keys else f"cell-{index}")
    return keys
