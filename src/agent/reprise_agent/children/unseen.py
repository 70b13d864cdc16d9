"""That we are here, a program does not notice by its modules or its tracebacks."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from types import TracebackType
from typing import Any, Iterable, List, Optional, Set

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def uncover(before: Set[str], folders: List[str]) -> None:
    """A module of Python's own that only we have loaded stands before none of the same name in the program's folders:
    a `secrets.py` beside it, or a `queue.py`."""
    for name in {name for name in set(sys.modules) - before if "." not in name}:
        spec = PathFinder.find_spec(name, folders)
        if spec is not None and spec.loader is not None:
            for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
                del sys.modules[loaded]


def hide_frames() -> None:
    shown = sys.excepthook

    def show(kind: Any, error: BaseException, traceback: Any) -> None:
        for each in _chain(error):
            each.__traceback__ = _theirs(each.__traceback__)
        shown(kind, error, error.__traceback__)

    sys.excepthook = show


def _chain(error: Optional[BaseException]) -> Iterable[BaseException]:
    seen: Set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__]


def _theirs(traceback: Optional[TracebackType]) -> Optional[TracebackType]:
    kept = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_OURS):
            kept.append(traceback)
        traceback = traceback.tb_next
    after = None
    for each in reversed(kept):
        after = TracebackType(after, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return after
