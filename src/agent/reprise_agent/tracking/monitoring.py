"""Exact names: each instruction of a cell's own code reports once per cell execution (Python 3.12 and newer)."""

from __future__ import annotations

import sys
import weakref
from types import CodeType
from typing import Any, Dict, Optional, Set

from .hints import Hint
from .names import Access, Names, accesses, is_function, nested

_TOOLS = (4, 3)  # 0 to 2 and 5 are spoken for by debuggers, coverage, profilers and optimizers


class _Watched:
    __slots__ = ("code", "actions", "hints", "body")

    def __init__(
        self, code: Any, actions: Dict[int, Access], hints: Dict[str, Hint], body: Optional[Set[str]]
    ) -> None:
        self.code = code
        self.actions = actions
        self.hints = hints
        self.body = body  # names a class body has stored so far; None elsewhere


class MonitoringObserver:
    precision = "monitoring"

    def __init__(self, tool: int) -> None:
        self._tool = tool
        self._watched: Dict[int, _Watched] = {}
        self._names: Optional[Names] = None

    @classmethod
    def start(cls) -> "Optional[MonitoringObserver]":
        """None where the interpreter has no monitoring, or every tool id is taken."""
        monitoring: Any = getattr(sys, "monitoring", None)
        for tool in _TOOLS if monitoring is not None else ():
            if monitoring.get_tool(tool) is None:
                observer = cls(tool)
                monitoring.use_tool_id(tool, "reprise")
                monitoring.register_callback(tool, monitoring.events.INSTRUCTION, observer._instruction())
                return observer
        return None

    def begin(self, names: Names) -> None:
        self._names = names
        sys.monitoring.restart_events()  # type: ignore[attr-defined]

    def compiled(self, code: CodeType, hints: Dict[str, Hint], tree: object) -> None:
        self._watch(code, hints, top_level=True)

    def end(self) -> None:
        self._names = None

    def stop(self) -> None:
        sys.monitoring.free_tool_id(self._tool)  # type: ignore[attr-defined]

    def _watch(self, code: CodeType, hints: Dict[str, Hint], top_level: bool = False) -> None:
        actions = {access.offset: access for access in accesses(code) if access.kind != "code"}
        if actions:
            key = id(code)
            reference = weakref.ref(code, lambda _: self._watched.pop(key, None))
            body = None if top_level or is_function(code) else set()
            self._watched[key] = _Watched(reference, actions, hints, body)
            monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
            monitoring.set_local_events(self._tool, code, monitoring.events.INSTRUCTION)
        for inner in nested(code):
            self._watch(inner, hints)

    def _instruction(self) -> Any:
        """The callback runs within the user's code: a closure over what it needs, no more work than it must."""
        disable = sys.monitoring.DISABLE  # type: ignore[attr-defined]
        watched = self._watched

        def instruction(code: CodeType, offset: int) -> Any:
            names = self._names
            entry = watched.get(id(code))
            if names is not None and entry is not None:
                access = entry.actions.get(offset)
                if access is not None:
                    _note(names, entry, access)
            return disable

        return instruction


def _note(names: Names, entry: _Watched, access: Access) -> None:
    name = access.name
    always = entry.hints.get("")
    if always is not None:
        names.apply(always.names, always.note)
    if entry.body is not None and not access.is_global:
        if access.kind == "store":
            entry.body.add(name)
        elif access.kind == "load" and name not in entry.body:
            names.load(name)
    elif access.kind == "load":
        names.load(name)
        hint = entry.hints.get(name)
        if hint is not None:
            names.apply(hint.names, hint.note)
    else:
        if access.kind == "delete":
            names.delete(name)
        names.store(name)
