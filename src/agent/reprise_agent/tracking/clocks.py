"""Clocks that a cell's own code reads, by the calls in its text and in the notebook's functions it reaches."""

from __future__ import annotations

import ast
import re
from types import FunctionType, MethodType, ModuleType
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from .kinds.base import is_a
from .sources import source_text

_CLOCKS = frozenset(
    f"time.{name}"
    for name in "time time_ns perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns "
    "localtime gmtime ctime asctime strftime".split()
) | {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "pandas.Timestamp.now",
    "pandas.Timestamp.today",
    "pandas.Timestamp.utcnow",
    "timeit.timeit",
    "timeit.repeat",
    "timeit.default_timer",
    "timeit.Timer",
}
# Those that format a given time read no clock: how many arguments they may have and still read it.
_GIVEN = {"time.localtime": 0, "time.gmtime": 0, "time.ctime": 0, "time.asctime": 0, "time.strftime": 1}
# The option of %timeit that makes what it measured a value.
_RESULT = re.compile(r"^\s*(?:-\w+\s+(?:\d+\s+)?)*-\w*o\b")
_CELL_BODIES = ("time", "timeit", "capture", "prun")
_DEPTH = 4
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def clock_reads(shell: Any, source: str) -> List[Dict[str, Any]]:
    """`[{call, line}]` in the order of the text, lines of the cell counted from 1. A clock read by a function that
    another cell defined has the line that calls the function."""
    leading = len(source) - len(source.lstrip("\r\n"))
    offset = source[:leading].count("\n")
    reader = _Reader(shell)
    found = set(reader.reads(_parse(shell.transform_cell(source)), _DEPTH, offset))
    by_line = sorted(found, key=lambda read: (read[1], read[0]))
    return [{"call": call, "line": line} for call, line in by_line]


class _Reader:
    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._namespace = shell.user_ns
        self._visited: Set[int] = set()

    def reads(self, tree: ast.AST, depth: int, offset: int = 0) -> Iterator[Tuple[str, int]]:
        imported, defined = _imports(tree), _definitions(tree)
        for node in _executed(tree):
            if isinstance(node, ast.Call):
                line = node.lineno + offset
                name = self._name_of(node.func, imported)
                if name == "numpy.datetime64" and _first_text(node) in ("now", "today"):
                    yield f"numpy.datetime64('{_first_text(node)}')", line
                elif name in _CLOCKS and len(node.args) <= _GIVEN.get(name, len(node.args)):
                    yield name, line
                yield from self._magic_body(node, depth, offset)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in defined:
                value = self._namespace.get(node.id)
                for function in _functions(value) if depth and value is not None else ():
                    for call in self._in_function(function, depth - 1):
                        yield call, node.lineno + offset

    def _in_function(self, function: FunctionType, depth: int) -> List[str]:
        if function.__globals__ is not self._namespace or id(function) in self._visited:
            return []
        self._visited.add(id(function))
        try:
            tree = _parse(source_text(function.__code__))
        except (OSError, TypeError, IndexError):
            return []
        definition = next(iter(getattr(tree, "body", [])), None)
        body = definition.body if isinstance(definition, _DEFINITIONS) else [tree]
        return [call for call, _ in self.reads(ast.Module(body=body, type_ignores=[]), depth)]

    def _magic_body(self, call: ast.Call, depth: int, offset: int) -> Iterator[Tuple[str, int]]:
        texts = [
            item.value for item in call.args if isinstance(item, ast.Constant) and isinstance(item.value, str)
        ]
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if not texts or texts[0] not in _CELL_BODIES:
            return
        if texts[0] == "timeit" and _RESULT.search(texts[1] if len(texts) > 1 else ""):
            # Elsewhere it only prints what it measured.
            yield "%timeit", offset + call.lineno
        if method == "run_cell_magic" and len(texts) == 3:
            body = self._shell.transform_cell(texts[2])
            yield from self.reads(_parse(body), depth, offset + call.lineno)
        elif method == "run_line_magic" and len(texts) == 2:
            yield from self.reads(_parse(texts[1]), depth, offset + call.lineno - 1)

    def _name_of(self, node: ast.AST, imported: Dict[str, str]) -> Optional[str]:
        """The dotted name under which a callee is known, by the user's namespace or by an import in the same text."""
        attributes: List[str] = []
        while isinstance(node, ast.Attribute):
            attributes.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        base = _known_name(self._namespace.get(node.id)) or imported.get(node.id)
        return _canonical(".".join([base, *attributes])) if base else None


def _known_name(value: Any) -> Optional[str]:
    if is_a(value, ModuleType):
        return value.__name__
    if is_a(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    owner = _owner(value) if callable(value) and not is_a(value, MethodType) else None
    if is_a(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}.{value.__name__}"
    return f"{owner.__name__}.{value.__name__}" if is_a(owner, ModuleType) else None


def _owner(value: Any) -> Any:
    try:
        return getattr(value, "__self__", None)
    except Exception:
        return None  # a proxy for something that is not there now


def _canonical(name: str) -> str:
    parts = name.split(".")
    if parts[0] == "pandas" and len(parts) > 2 and parts[-2] == "Timestamp":
        return f"pandas.Timestamp.{parts[-1]}"
    return name


def _definitions(tree: ast.AST) -> Set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, (*_DEFINITIONS, ast.ClassDef))}


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a text, without the bodies of functions that nothing in it mentions."""
    mentioned = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }

    def walk(node: ast.AST, known: bool) -> Iterator[ast.AST]:
        yield node
        if isinstance(node, ast.ClassDef):
            known = node.name in mentioned
        skipped = (
            node.body if isinstance(node, _DEFINITIONS) and not known and node.name not in mentioned else []
        )
        for child in ast.iter_child_nodes(node):
            if child not in skipped:
                yield from walk(child, known)

    return walk(tree, False)


def _imports(tree: ast.AST) -> Dict[str, str]:
    names: Dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _functions(value: Any) -> List[FunctionType]:
    if is_a(value, FunctionType):
        return [value]
    if is_a(value, MethodType) and is_a(value.__func__, FunctionType):
        return [value.__func__]
    cls = value if is_a(value, type) else type(value)
    if cls.__module__ != "__main__":
        return []
    return [member for member in vars(cls).values() if is_a(member, FunctionType)]


def _first_text(call: ast.Call) -> Optional[str]:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _parse(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])
