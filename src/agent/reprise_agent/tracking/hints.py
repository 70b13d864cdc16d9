"""What a cell's text says of names that its instructions do not show: code in strings, magics, the namespace itself."""

from __future__ import annotations

import ast
import re
from types import CodeType
from typing import Dict, Iterator, NamedTuple, Optional, Set

from .names import nested

_WHOLE_NAMESPACE = {"globals", "locals", "vars"}
_TRIGGERS = {"exec", "eval", "get_ipython"} | _WHOLE_NAMESPACE
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
    """Applies when the builtin of that name is loaded."""

    names: Set[str]
    note: Optional[str]


def hints_of(code: CodeType, tree: object) -> Dict[str, Hint]:
    """By the name that sets them off; the key "" always applies."""
    names = set(_names_in(code))
    if not isinstance(tree, ast.AST) or not names & (_TRIGGERS | _QUERIES):
        return {}
    found: Dict[str, Hint] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for trigger, hint in _call_hints(node):
                earlier = found.get(trigger, Hint(set(), None))
                found[trigger] = Hint(earlier.names | hint.names, hint.note or earlier.note)
    return found


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
        elif function.id in _WHOLE_NAMESPACE and not call.args:
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
