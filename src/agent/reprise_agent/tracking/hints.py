"""What a cell's text says of names that its instructions do not show: code in strings, magics, the namespace itself."""

from __future__ import annotations

import ast
import re
from types import CodeType
from typing import Callable, Dict, Iterator, NamedTuple, Optional, Set

from .names import nested

_WHOLE_NAMESPACE = {"globals", "locals", "vars"}
_TRIGGERS = {"exec", "eval", "get_ipython"} | _WHOLE_NAMESPACE
MAIN = "__main__"
# Attributes that are the notebook's namespace, of frames, functions and the shell.
_NAMESPACES = {"f_globals", "f_locals", "user_ns", "user_global_ns", "user_module", "__globals__"}
_QUERIES = {"query", "eval"}
# Their bodies pass through the shell's compiler, or they do not touch the namespace.
_OBSERVED_MAGICS = frozenset(
    "time timeit capture matplotlib config load_ext reload_ext autoreload cd pwd ls mkdir cat pip conda mamba uv env "
    "set_env writefile html HTML javascript js latex markdown svg alias precision system sx sc bash sh script xmode "
    "colors pinfo pinfo2 pdoc psource history hist notebook logstart logstop dhist bookmark lsmagic magic quickref "
    "automagic autocall autoawait warnings tensorboard".split()
)
_EXPANDED = re.compile(r"\$(\w+)|\{([^{}]+)\}")
_AT_NAME = re.compile(r"@([A-Za-z_]\w*)")


class Hint(NamedTuple):
    """Applies when the global name that stands for it is loaded."""

    names: Set[str]
    note: Optional[str]


def hints_of(code: CodeType, tree: object) -> Dict[str, Hint]:
    """By the name that sets them off; the key "" applies when any of the code runs."""
    names = set(_names_in(code))
    through = names & ({MAIN, "modules", "import_module", "__import__"} | _NAMESPACES)
    if not isinstance(tree, ast.AST) or not (through or names & (_TRIGGERS | _QUERIES)):
        return {}
    found: Dict[str, Hint] = {}

    def add(trigger: str, hint: Hint) -> None:
        earlier = found.get(trigger, Hint(set(), None))
        found[trigger] = Hint(earlier.names | hint.names, hint.note or earlier.note)

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for trigger, hint in _call_hints(node):
                add(trigger, hint)
        elif isinstance(node, ast.Subscript) and _is_whole_namespace(node.value) and _key(node):
            add(_root(node), Hint({_key(node)}, None))
    if through:
        _Through(add).visit(tree)
    return found


class _Through(ast.NodeVisitor):
    """What is read through the module `__main__`, and through attributes that are its namespace. Under other names than
    these the values themselves are known, where they are read."""

    def __init__(self, add: Callable[[str, Hint], None]) -> None:
        self._add = add

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == MAIN and not node.level:
            self._add("", Hint({alias.name for alias in node.names}, None))

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == MAIN:
            self._add(MAIN, Hint(set(), through(MAIN)))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if _is_main(node.value):
            self._add(_root(node), Hint({node.attr}, None))
            if not isinstance(node.value, ast.Name):
                self.generic_visit(node.value)
        else:
            if node.attr in _NAMESPACES:
                self._add(_root(node), Hint(set(), through(node.attr)))
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        owner, key = node.value, _key(node)
        if key and isinstance(owner, ast.Attribute) and owner.attr in _NAMESPACES:
            self._add(_root(node), Hint({key}, None))
            self.visit(owner.value)
        else:
            if _is_main(node):
                self._add(_root(node), Hint(set(), through(MAIN)))
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _is_main(node):
            self._add(_root(node), Hint(set(), through(MAIN)))
        self.generic_visit(node)


def through(name: str) -> str:
    """The note that any variable may have been read."""
    return f"names through {name}"


def _is_main(node: ast.AST) -> bool:
    """`__main__`, `sys.modules["__main__"]`, `import_module("__main__")`."""
    if isinstance(node, ast.Name):
        return node.id == MAIN
    if isinstance(node, ast.Subscript):
        return _key(node) == MAIN
    return isinstance(node, ast.Call) and _text(node, 0) == MAIN


def _is_whole_namespace(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _WHOLE_NAMESPACE
        and not node.args
    )


def _key(node: ast.Subscript) -> str:
    return node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""


def _root(node: ast.AST) -> str:
    """The name at the left end of a chain of attributes, subscripts and calls; "" where there is none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in nested(code):
        yield from _names_in(inner)


def _call_hints(call: ast.Call) -> "Iterator[tuple[str, Hint]]":
    function = call.func
    if isinstance(function, ast.Name):
        if function.id in ("exec", "eval"):
            text = _text(call, 0)
            closed = _names_of_text(text) if text is not None and len(call.args) == 1 else None
            yield function.id, Hint(closed or set(), None if closed is not None else f"{function.id}()")
        elif _is_whole_namespace(call):
            yield function.id, Hint(set(), f"{function.id}()")
    elif isinstance(function, ast.Attribute):
        owner = function.value
        if (
            isinstance(owner, ast.Call)
            and isinstance(owner.func, ast.Name)
            and owner.func.id == "get_ipython"
        ):
            yield "get_ipython", _magic(function.attr, call)
        elif function.attr in _QUERIES and _text(call, 0):
            yield "", Hint(set(_AT_NAME.findall(_text(call, 0) or "")), None)


def _magic(method: str, call: ast.Call) -> Hint:
    texts = [
        text for text in (_text(call, position) for position in range(len(call.args))) if text is not None
    ]
    if method in ("run_line_magic", "run_cell_magic") and texts:
        name, expanded = texts[0], texts[1:2]
        note = None if name in _OBSERVED_MAGICS else f"%{name}"
        if note is not None:
            return Hint(
                _expanded(" ".join(expanded)).union(*(_names_of_text(text) or set() for text in texts[1:])),
                note,
            )
        return Hint(_expanded(" ".join(expanded)), None)
    if method in ("system", "getoutput"):
        return Hint(_expanded(" ".join(texts)), None)
    return Hint(
        set(),
        f"get_ipython().{method}()" if method.startswith(("run_", "push", "ex", "ev", "user_")) else None,
    )


def _expanded(text: str) -> Set[str]:
    found: Set[str] = set()
    for name, expression in _EXPANDED.findall(text):
        found |= {name} if name else _names_of_text(expression) or set()
    return found


def _names_of_text(text: str) -> Optional[Set[str]]:
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return None
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _text(call: ast.Call, position: int) -> Optional[str]:
    argument = call.args[position] if position < len(call.args) else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
