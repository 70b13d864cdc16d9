"""Wrappers around Python's openers that note each path and do nothing else."""

from __future__ import annotations

import builtins
import io
import os
import sys
import weakref
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..entropy import in_forked_child
from ..seeding.standin import as_builtin
from .folders import moved_files

# What a wrapper notes: (path, READ), (path, WRITE, existed, still open?), (path, MOVED, target, target existed),
# (path, REMOVED), (folder, CHANGED_FOLDER), (folder, MADE_FOLDER) or (folder, REMOVED_FOLDER). Reads come by the thousand
# and stay as small as can be.
READ, WRITE, MOVED, REMOVED = "r", "w", "m", "d"
CHANGED_FOLDER, MADE_FOLDER, REMOVED_FOLDER = "c", "f", "g"
Note = Tuple[Any, ...]
Noting = Callable[[Callable[..., Any], Callable[[Note], None]], Callable[..., Any]]
Replaced = Tuple[Any, str, Callable[..., Any], Callable[..., Any]]  # owner, name, original, ours

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Modules that took `open` from builtins when they were imported.
_TAKEN = (
    ("bz2", "_builtin_open"),
    ("tarfile", "bltn_open"),
    ("IPython.core.interactiveshell", "io_open"),
)
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def install_openers(notes: List[Note]) -> None:
    """From now on every file that Python code opens, moves or removes is noted in `notes`."""
    original = io.open
    wrapper = _noting_open(original, notes.append)
    taken = [(sys.modules.get(module), name) for module, name in _TAKEN]
    openers = [(owner, name) for owner, name in taken if getattr(owner, name, None) is original]
    replaced: List[Replaced] = [
        (owner, name, original, wrapper) for owner, name in ((builtins, "open"), (io, "open"), *openers)
    ]
    for names, noting in _OF_OS.items():
        for name in names:
            function = getattr(os, name)
            replaced.append((os, name, function, noting(function, notes.append)))
    for owner, name, _, ours in replaced:
        setattr(owner, name, ours)
    in_forked_child(lambda: _leave(replaced, notes))
    _hide_our_frames()


def _leave(replaced: List[Replaced], notes: List[Note]) -> None:
    """Nobody reads what a forked process notes, and a worker may open files for days."""
    notes.clear()
    for owner, name, original, ours in replaced:
        if getattr(owner, name, None) is ours:
            setattr(owner, name, original)


def _hide_our_frames() -> None:
    """A cell's traceback must read as if nobody watched: outputs are compared."""
    module = sys.modules.get("IPython.core.interactiveshell")
    if module is None:
        return
    original = module.InteractiveShell._get_exc_info

    def exc_info(shell: Any, exc_tuple: Any = None) -> Any:
        kind, error, entries = original(shell, exc_tuple)
        seen: List[Any] = []
        link = error
        while isinstance(link, BaseException) and all(link is not other for other in seen):
            seen.append(link)
            link.__traceback__ = without_tracking_frames(link.__traceback__)
            link = link.__cause__ or link.__context__
        return kind, error, without_tracking_frames(entries)

    module.InteractiveShell._get_exc_info = exc_info


def without_tracking_frames(error: Optional[TracebackType]) -> Optional[TracebackType]:
    """A traceback without the wrappers' own frames, as it would be had nobody been watching."""
    while error is not None and _is_ours(error):
        error = error.tb_next
    entry = error
    while entry is not None:
        while entry.tb_next is not None and _is_ours(entry.tb_next):
            entry.tb_next = entry.tb_next.tb_next
        entry = entry.tb_next
    return error


def _is_ours(entry: TracebackType) -> bool:
    return entry.tb_frame.f_code.co_filename.startswith(_OURS)


def _like(original: Callable[..., Any], module: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def dress(wrapper: Callable[..., Any]) -> Callable[..., Any]:
        wrapper.__name__ = wrapper.__qualname__ = original.__name__
        wrapper.__module__, wrapper.__doc__ = module, original.__doc__
        wrapper.__annotations__ = {}
        return as_builtin(wrapper)

    return dress


def _noting_open(original: Callable[..., Any], note: Callable[[Note], None]) -> Callable[..., Any]:
    @_like(original, "io")
    def open(
        file: Any,
        mode: Any = "r",
        buffering: Any = -1,
        encoding: Any = None,
        errors: Any = None,
        newline: Any = None,
        closefd: Any = True,
        opener: Any = None,
    ) -> Any:
        __tracebackhide__ = True
        if mode == "r" or mode == "rb":
            note((file, READ))
            return original(file, mode, buffering, encoding, errors, newline, closefd, opener)
        existed = _exists(file)
        opened = original(file, mode, buffering, encoding, errors, newline, closefd, opener)
        writes = not isinstance(mode, str) or bool(set("wax+") & set(mode))
        if not writes or "+" in mode and "w" not in mode and "x" not in mode:
            note((file, READ))
        if writes:
            note((file, WRITE, existed, _still_open(opened)))
        return opened

    return open


def _noting_os_open(original: Callable[..., Any], note: Callable[[Note], None]) -> Callable[..., Any]:
    @_like(original, "os")
    def open(path: Any, flags: Any, mode: Any = 0o777, *, dir_fd: Any = None) -> Any:
        __tracebackhide__ = True
        if dir_fd is not None:
            return original(path, flags, mode, dir_fd=dir_fd)
        if not flags & _WRITING:
            note((path, READ))
            return original(path, flags, mode)
        existed = _exists(path)
        descriptor = original(path, flags, mode)
        note((path, WRITE, existed, _descriptor_open(descriptor)))
        return descriptor

    return open


def _noting_chdir(original: Callable[..., Any], note: Callable[[Note], None]) -> Callable[..., Any]:
    @_like(original, "os")
    def chdir(path: Any) -> None:
        __tracebackhide__ = True
        original(path)
        note((os.getcwd(), CHANGED_FOLDER))

    return chdir


def _noting_move(original: Callable[..., Any], note: Callable[[Note], None]) -> Callable[..., Any]:
    @_like(original, "os")
    def move(src: Any, dst: Any, *, src_dir_fd: Any = None, dst_dir_fd: Any = None) -> None:
        __tracebackhide__ = True
        existed = _exists(dst)
        original(src, dst, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        if src_dir_fd is not None or dst_dir_fd is not None:
            return
        if os.path.isdir(dst) and not os.path.islink(dst):
            _note_moved_folder(os.fsdecode(src), os.fsdecode(dst), note)
        else:
            note((src, MOVED, dst, existed))

    return move


def _note_moved_folder(source: str, target: str, note: Callable[[Note], None]) -> None:
    """Saving a folder beside its place and moving it there is how many libraries write one whole or not at all."""
    note((source, REMOVED_FOLDER))
    note((target, MADE_FOLDER))
    for was, now in moved_files(source, target):
        note((was, MOVED, now, False))


def _noting_mkdir(original: Callable[..., Any], note: Callable[[Note], None]) -> Callable[..., Any]:
    @_like(original, "os")
    def mkdir(path: Any, mode: int = 0o777, *, dir_fd: Any = None) -> None:
        __tracebackhide__ = True
        original(path, mode, dir_fd=dir_fd)
        if dir_fd is None:
            note((path, MADE_FOLDER))

    return mkdir


def _noting_rmdir(original: Callable[..., Any], note: Callable[[Note], None]) -> Callable[..., Any]:
    @_like(original, "os")
    def rmdir(path: Any, *, dir_fd: Any = None) -> None:
        __tracebackhide__ = True
        original(path, dir_fd=dir_fd)
        if dir_fd is None:
            note((path, REMOVED_FOLDER))

    return rmdir


def _noting_removal(original: Callable[..., Any], note: Callable[[Note], None]) -> Callable[..., Any]:
    @_like(original, "os")
    def remove(path: Any, *, dir_fd: Any = None) -> None:
        __tracebackhide__ = True
        original(path, dir_fd=dir_fd)
        if dir_fd is None:
            note((path, REMOVED))

    return remove


_OF_OS: Dict[Tuple[str, ...], Noting] = {
    ("open",): _noting_os_open,
    ("chdir",): _noting_chdir,
    ("rename", "replace"): _noting_move,
    ("remove", "unlink"): _noting_removal,
    ("mkdir",): _noting_mkdir,
    ("rmdir",): _noting_rmdir,
}


def _exists(path: Any) -> bool:
    try:
        return os.path.lexists(path)
    except Exception:
        return False


class _OpenFile:
    """Is the file still open? And what its buffer holds, once it will not be asked for by the user any more."""

    def __init__(self, reference: "weakref.ReferenceType[Any]") -> None:
        self._reference = reference

    def __call__(self) -> bool:
        opened = self._reference()
        return opened is not None and not opened.closed

    def flush(self) -> None:
        opened = self._reference()
        if opened is not None and not opened.closed:
            opened.flush()


def _still_open(file: Any) -> Callable[[], bool]:
    try:
        return _OpenFile(weakref.ref(file))
    except TypeError:
        return lambda: False


def _descriptor_open(descriptor: int) -> Callable[[], bool]:
    try:
        link = f"/proc/self/fd/{descriptor}"
        target = os.readlink(link)
    except OSError:
        return lambda: False

    def still_open() -> bool:
        try:
            return os.readlink(link) == target
        except OSError:
            return False

    return still_open
