"""Finds the statement of a cell that drew from a global generator, by comparing cheap marks between statements."""

from __future__ import annotations

import ast
import random
import sys
from types import BuiltinFunctionType, MethodType, ModuleType
from typing import Any, Callable, Optional

from .cells import Cells
from .entropy import EntropyLog
from .seeding.moves import Moves
from .seeding.users import UserSeeds
from .tracking.kinds.base import is_a

# Past this many statements in one cell the marks would cost more than they tell; a last one tells that it drew.
_LIMIT = 400


class Statements:
    """`applies(row)`: is this row of the policy table in force? `on_fault(what, error)`: told once a cell, in which
    nothing is looked for any more."""

    def __init__(
        self,
        shell: Any,
        cells: Cells,
        log: EntropyLog,
        users: UserSeeds,
        applies: Callable[[str], bool],
        on_fault: Callable[[str, BaseException], None],
    ) -> None:
        self._shell = shell
        self._cells = cells
        self._log = log
        self._users = users
        self._on_fault = on_fault
        self._failed = False
        self._moves = Moves(users, applies)
        self._line: Optional[int] = None
        self._tree: Optional[ast.Module] = None
        self._seen = 0

    def install(self) -> None:
        run_code, run_statements = self._shell.run_code, self._shell.run_ast_nodes

        async def run_statement(code_obj: Any, result: Any = None, *, async_: bool = False) -> Any:
            self._line = _first_line(code_obj)
            self._seen += 1
            try:
                return await run_code(code_obj, result, async_=async_)
            finally:
                if self._seen <= _LIMIT:
                    self.look()

        async def run_all(*args: Any, **kwargs: Any) -> Any:
            try:
                return await run_statements(*args, **kwargs)
            finally:
                if self._seen > _LIMIT:
                    self._line = None
                    self.look()

        self._shell.run_code = run_statement
        self._shell.run_ast_nodes = run_all
        self._users.before = self.look
        self._users.after = self.reset

    def begin(self, code: str) -> None:
        self._seen, self._line, self._tree, self._failed = 0, None, None, False
        if self._cells.current is not None:
            self._users.anew = self._cells.current.seeded
        self._code = code
        self.reset()

    def reset(self) -> None:
        self._guarded(self._moves.reset)

    def look(self) -> None:
        """Logs each generator that moved since the last look."""
        self._guarded(self._look)

    def _guarded(self, step: Callable[[], None]) -> None:
        """This runs within the user's statement, which does not fail with us."""
        if self._failed:
            return
        try:
            step()
        except Exception as error:
            self._failed = True
            self._on_fault("watching statements", error)

    def _look(self) -> None:
        current = self._cells.current
        for source, reach in self._moves.since():
            if current is None:
                continue
            self._log.add(source, reach, current.index, self._line_of(source))
            if source not in self._users.anew:
                current.drew.add(source)

    def _line_of(self, source: str) -> Optional[int]:
        """The line of the draw within the running statement, where the statement names it; else its first line."""
        if self._line is None:
            return None
        if self._tree is None:
            self._tree = _parse(self._shell.transform_cell(self._code))
        for statement in self._tree.body:
            if statement.lineno <= self._line <= (statement.end_lineno or statement.lineno):
                for node in ast.walk(statement):
                    if isinstance(node, ast.Call) and _is_bound_to(source, self._resolve(node.func)):
                        return node.lineno
        return self._line

    def _resolve(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Name):
            return self._shell.user_ns.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._resolve(node.value)
            return vars(owner).get(node.attr) if is_a(owner, ModuleType) else None
        return None


def _is_bound_to(source: str, function: Any) -> bool:
    # By its real type: a `__getattr__` of the user's own is not asked.
    owner = function.__self__ if type(function) in (BuiltinFunctionType, MethodType) else None
    if source == "python.random":
        return owner is random._inst  # type: ignore[attr-defined]
    module = sys.modules.get("numpy.random.mtrand")
    return source == "numpy.global" and module is not None and owner is module._rand  # type: ignore[attr-defined]


def _first_line(code: Any) -> Optional[int]:
    lines: Optional[Callable[[], Any]] = getattr(code, "co_lines", None)
    if lines is None:
        return code.co_firstlineno
    return next((line for _, _, line in lines() if line), code.co_firstlineno)


def _parse(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])
