"""The call that a frame is making: which constructor, and was it given a seed?

A C function leaves no frame of its own, so its arguments are read from the source of the call.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import sys
import threading
from typing import Any, Dict, Optional, Tuple

from ..entropy import in_forked_child

UNKNOWN = object()


class CallSites:
    """Calls by code object and instruction: a call in a loop is parsed once."""

    def __init__(self) -> None:
        self._known: Dict[Tuple[Any, int], ast.Call] = {}
        self._renew()
        in_forked_child(self._renew)

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def at(self, frame: Any, names: Tuple[str, ...]) -> Optional[ast.Call]:
        """The call at the frame's present instruction: exact from Python 3.11 on; before, the first on the line that
        has one of the names."""
        place = (frame.f_code, frame.f_lasti)
        known = self._known.get(place)
        if known is None:
            # linecache empties its entry while it reads a file: a second thread would find no source.
            with self._lock:
                known = _parse(frame, names)
            if known is not None:
                self._known[place] = known
        return known


def argument(call: ast.Call, frame: Any, position: int, keyword: str) -> Any:
    """The value of an argument: None where it is absent, UNKNOWN where its expression is more than a name or a path."""
    given: Optional[ast.AST] = call.args[position] if len(call.args) > position else None
    for word in call.keywords:
        if word.arg == keyword:
            given = word.value
        elif word.arg is None:
            return UNKNOWN
    if isinstance(given, ast.Starred):
        return UNKNOWN
    return None if given is None else value_of(given, frame)


def value_of(node: ast.AST, frame: Any) -> Any:
    """Constants, names, and attributes that stand in an instance's or a module's dictionary: no user code runs."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        for namespace in (frame.f_locals, frame.f_globals):
            if node.id in namespace:
                return namespace[node.id]
    if isinstance(node, ast.Attribute):
        owner = value_of(node.value, frame)
        return UNKNOWN if owner is UNKNOWN else getattr(owner, "__dict__", {}).get(node.attr, UNKNOWN)
    return UNKNOWN


def name_of(call: ast.Call) -> Optional[str]:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else None


def _parse(frame: Any, names: Tuple[str, ...]) -> Optional[ast.Call]:
    text = _exact_source(frame) if sys.version_info >= (3, 11) else _line(frame, frame.f_lineno).strip()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if sys.version_info >= (3, 11):
        return calls[0] if calls else None
    return next((call for call in calls if name_of(call) in names), None)


def _exact_source(frame: Any) -> str:
    position = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    first, last, start, end = position
    if first is None or last is None or start is None or end is None:
        return ""
    lines = [_line(frame, number).encode() for number in range(first, last + 1)]
    if not lines or not lines[0]:
        return ""
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    # In brackets, a call that goes over several lines is still one expression.
    return f"({b''.join(lines).decode('utf-8', 'replace')})"


def _line(frame: Any, number: int) -> str:
    return linecache.getline(frame.f_code.co_filename, number, frame.f_globals)
