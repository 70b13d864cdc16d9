"""Cells that only look: plain values they read need not be digested again."""

from __future__ import annotations

import ast
import builtins
import copy
from types import ModuleType
from typing import Any, Callable, Dict, List

from .kinds.base import is_a

# None of these changes an argument that is made of built-in values only.
_LOOKS = [
    *(
        len,
        print,
        repr,
        str,
        type,
        isinstance,
        id,
        any,
        all,
        bool,
        int,
        float,
        hash,
        sum,
        min,
        max,
        sorted,
        range,
        list,
    ),
    *(
        tuple,
        dict,
        set,
        frozenset,
        enumerate,
        zip,
        abs,
        round,
        format,
        divmod,
        ascii,
        copy.copy,
        copy.deepcopy,
    ),
]
_MAY_CHANGE = (
    *(
        ast.AugAssign,
        ast.With,
        ast.AsyncWith,
        ast.Await,
        ast.Yield,
        ast.YieldFrom,
        ast.AsyncFor,
        ast.ClassDef,
        ast.Global,
    ),
)


def only_looks(trees: List[Any], namespace: Dict[str, Any], is_plain: Callable[[str], bool]) -> bool:
    """Whether no statement can change a value of built-in types that it reads. `is_plain` says of a name whether its
    value is made of nothing else, so that no code of anybody's runs when it is looked at."""
    return all(isinstance(tree, ast.AST) and _looks(tree, namespace, is_plain) for tree in trees)


def _looks(tree: ast.AST, namespace: Dict[str, Any], is_plain: Callable[[str], bool]) -> bool:
    callees = set()
    for node in ast.walk(tree):
        if isinstance(node, _MAY_CHANGE):
            return False
        if isinstance(node, ast.Call):
            if not any(_resolve(node.func, namespace) is look for look in _LOOKS):
                return False
            callees.update(ast.walk(node.func))
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            loads = isinstance(node.ctx, ast.Load)
            if not loads or (isinstance(node, ast.Attribute) and node not in callees):
                return False
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in callees:
            if node.id in namespace and not is_plain(node.id):
                return False
    return True


def _resolve(node: ast.AST, namespace: Dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return namespace.get(node.id, getattr(builtins, node.id, None))
    if isinstance(node, ast.Attribute):
        owner = _resolve(node.value, namespace)
        return vars(owner).get(node.attr) if is_a(owner, ModuleType) else None
    return None
