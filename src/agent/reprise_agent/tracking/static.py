"""Names by reading a cell's code and the notebook's functions it reaches, where the interpreter cannot report them."""

from __future__ import annotations

import ast
import functools
import weakref
from types import CodeType, FunctionType, MethodType
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from .hints import Hint
from .names import Access, Names, accesses, is_function, nested

_ITEMS = 64


class StaticObserver:
    precision = "static"

    def __init__(self, namespace: Dict[str, Any]) -> None:
        self._namespace = namespace
        self._compiled: List[Tuple[CodeType, Dict[str, Hint], Set[str]]] = []
        self._hints: Dict[int, Tuple[Any, Dict[str, Hint]]] = {}
        self._names: Optional[Names] = None

    def begin(self, names: Names) -> None:
        self._names = names
        self._compiled = []

    def compiled(self, code: CodeType, hints: Dict[str, Hint], tree: object) -> None:
        # %timeit compiles a statement twice more, to time the compiler.
        if self._names is not None and not code.co_filename.startswith("<magic-timeit-s"):
            self._compiled.append((code, hints, certain_stores(tree)))
            if hints:
                self._keep(code, hints)

    def _keep(self, code: CodeType, hints: Dict[str, Hint]) -> None:
        """For cells that call what this one defines."""
        for inner in nested(code):
            key = id(inner)
            self._hints[key] = weakref.ref(inner, lambda _, key=key: self._hints.pop(key, None)), hints
            self._keep(inner, hints)

    def end(self) -> None:
        if self._names is None:
            return
        reader = _Reader(self._namespace, self._names, self._hints)
        for code, hints, certain in self._compiled:
            reader.read_top_level(code, hints, certain)
        self._names, self._compiled = None, []


def certain_stores(tree: object) -> Set[str]:
    """Names that a statement list stores wherever it stores them, if it is run to its end: not those that stand in a
    branch or a handler too."""
    certain: Set[str] = set()
    perhaps: Set[str] = set()
    if isinstance(tree, (ast.Module, ast.Interactive)):
        _sort_stores(tree.body, certain, perhaps)
    return certain - perhaps


def _sort_stores(statements: List[ast.stmt], certain: Set[str], perhaps: Set[str]) -> None:
    for statement in statements:
        if isinstance(statement, (ast.For, ast.AsyncFor)):
            # What a loop stores, it stores before it is loaded there; that a loop goes round once is taken for granted.
            certain.update(_stored_in(statement.target))
            _sort_stores(statement.body, certain, perhaps)
            perhaps.update(name for other in statement.orelse for name in _stored_in(other))
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            certain.update(name for item in statement.items for name in _stored_in(item))
            _sort_stores(statement.body, certain, perhaps)
        else:
            (certain if isinstance(statement, _SIMPLE) else perhaps).update(_stored_in(statement))


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.Delete, ast.Expr, *_DEFINITIONS)
_SCOPES = (*_DEFINITIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _stored_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, _DEFINITIONS):
        yield node.name
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield (alias.asname or alias.name).partition(".")[0]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    # `a and (b := c)` stores or does not.
    for child in () if isinstance(node, (*_SCOPES, ast.BoolOp, ast.IfExp)) else ast.iter_child_nodes(node):
        yield from _stored_in(child)


class _Reader:
    """Follows the order in which a cell's code stands: a name that is certainly stored above is not read below."""

    def __init__(
        self, namespace: Dict[str, Any], names: Names, hints: Dict[int, Tuple[Any, Dict[str, Hint]]]
    ) -> None:
        self._namespace = namespace
        self._names = names
        self._hints = hints
        self._reached: Set[int] = set()

    def read_top_level(self, code: CodeType, hints: Dict[str, Hint], certain: Set[str]) -> None:
        timed = code.co_filename.startswith("<magic-timeit")
        self._apply(hints.get(""))
        for access in accesses(code):
            if access.code is not None:
                self._made(access.code, hints, timed)
            elif access.kind == "load":
                self._load(access.name, hints)
            else:
                self._stored(access, access.name in certain or timed)

    def _stored(self, access: Access, certainly: bool) -> None:
        if access.kind == "delete":
            self._names.delete(access.name)
        (self._names.infer if certainly else self._names.may_store)(access.name)

    def _made(self, code: CodeType, hints: Dict[str, Hint], timed: bool) -> None:
        if not is_function(code) and not code.co_name.startswith("<"):
            self._class_body(code, hints)
        elif timed or code.co_name.startswith("<") or code.co_name not in self._namespace:
            self._function(code, hints)
        # Another definition reads nothing until it is called; then it is reached through its name.

    def _load(self, name: str, hints: Dict[str, Hint]) -> None:
        self._names.load(name)
        self._apply(hints.get(name))
        for code in _code_of(self._namespace.get(name), self._namespace):
            self._function(code, hints)

    def _apply(self, hint: Optional[Hint]) -> None:
        if hint is not None:
            self._names.apply(hint.names, hint.note)

    def _function(self, code: CodeType, hints: Dict[str, Hint]) -> None:
        """`hints`: of the code that reaches it, unless it has its own."""
        if id(code) in self._reached:
            return
        self._reached.add(id(code))
        _, hints = self._hints.get(id(code), (None, hints))
        self._apply(hints.get(""))
        for access in accesses(code):
            if access.kind == "load":
                self._load(access.name, hints)
            elif access.is_global:
                self._stored(access, False)
        for inner in nested(code):
            if is_function(inner):
                self._function(inner, hints)
            else:
                self._class_body(inner, hints)

    def _class_body(self, code: CodeType, hints: Dict[str, Hint]) -> None:
        own: Set[str] = set()
        for access in accesses(code):
            if access.kind == "load" and (access.is_global or access.name not in own):
                self._load(access.name, hints)
            elif access.kind == "store":
                own.add(access.name)
        for inner in nested(code):
            if inner.co_name.startswith("<"):
                self._function(inner, hints)


def _code_of(value: Any, namespace: Dict[str, Any], depth: int = 3) -> Iterator[CodeType]:
    """Code of the notebook's own that a value can run: a function and what it closes over, a class's or an
    instance's methods, what a partial or a small container holds."""
    if depth == 0 or value is None:
        return
    kind = type(value)
    if kind is FunctionType:
        if value.__globals__ is namespace:
            yield value.__code__
        for cell in value.__closure__ or ():
            try:
                yield from _code_of(cell.cell_contents, namespace, depth - 1)
            except ValueError:
                pass  # an empty cell
    elif kind is MethodType:
        yield from _code_of(value.__func__, namespace, depth)
        yield from _code_of(value.__self__, namespace, depth - 1)
    elif kind is functools.partial:
        for part in (value.func, *value.args, *value.keywords.values()):
            yield from _code_of(part, namespace, depth - 1)
    elif kind in (list, tuple, dict):
        for part in list(value.values() if kind is dict else value)[:_ITEMS] if len(value) <= _ITEMS else ():
            yield from _code_of(part, namespace, depth - 1)
    elif issubclass(kind, type):
        yield from _methods(value, namespace, max(depth - 1, 1))
    elif kind.__module__ == "__main__":
        yield from _methods(kind, namespace, max(depth - 1, 1))


def _methods(cls: type, namespace: Dict[str, Any], depth: int) -> Iterator[CodeType]:
    """A method that says `super()` closes over its class, whose methods these are."""
    for base in cls.__mro__:
        if base.__module__ == "__main__":
            for member in vars(base).values():
                for part in (member, getattr(member, "__func__", None), getattr(member, "fget", None)):
                    if type(part) is FunctionType:
                        yield from _code_of(part, namespace, depth)
