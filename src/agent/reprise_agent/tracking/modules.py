"""Attributes of modules by which one cell tells another something: those of the user's own modules, and those that cells
set on any module (`config.rate = 0.1`, `torch.backends.cudnn.benchmark = True`)."""

from __future__ import annotations

import ast
import sys
from types import FunctionType, ModuleType
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from .kinds.base import ATOMS, is_a
from .kinds.code import is_users_module

_ITEMS = 1000
_OURS = __name__.partition(".")[0]
# Of a module's own; the interpreter sets them.
_HOUSEKEEPING = frozenset(
    "__name__ __doc__ __package__ __loader__ __spec__ __path__ __file__ __cached__ __builtins__ __annotations__".split()
)


class ModuleAttributes:
    def __init__(self) -> None:
        self._set: Set[Tuple[str, str]] = set()  # module and attribute, of modules that are not the user's
        self._users: List[str] = []
        self._count = 0

    def note(self, trees: List[Any], namespace: Dict[str, Any]) -> None:
        """`trees`: of a cell that has run."""
        for path, attribute in (store for tree in trees for store in _stores(tree)):
            module = _module_at(path, namespace)
            if module is not None and not is_users_module(module.__name__):
                self._set.add((module.__name__, attribute))

    def keys(self) -> Iterator[Tuple[str, str]]:
        """Of `texts`, each with the package that the module is in."""
        for name in {*self._users, *(module for module, _ in self._set)}:
            yield _key(name), name.partition(".")[0]

    def texts(self) -> Dict[str, str]:
        """By module, what tells one state of its attributes from another in this process."""
        if self._count != len(sys.modules):
            self._count = len(sys.modules)
            self._users = [name for name in list(sys.modules) if _is_followed(name)]
        found = {
            _key(name): repr([*_data_of(sys.modules[name])]) for name in self._users if name in sys.modules
        }
        for name in sorted({module for module, _ in self._set}):
            held = vars(sys.modules[name]) if name in sys.modules else {}
            set_here = sorted(attribute for module, attribute in self._set if module == name)
            found[_key(name)] = repr([(each, _shown(held[each])) for each in set_here if each in held])
        return found


def _is_followed(name: str) -> bool:
    return name != "__main__" and name.partition(".")[0] != _OURS and is_users_module(name)


def _key(name: str) -> str:
    return f"module {name}"


def _data_of(module: ModuleType) -> Iterator[Tuple[str, str]]:
    """What is no code, by name."""
    for name, value in sorted(vars(module).items()):
        if name not in _HOUSEKEEPING and not is_a(value, (ModuleType, FunctionType, type)):
            yield name, _shown(value)


def _shown(value: Any) -> str:
    """Plain values by what they are; others, of which nothing is asked, by which one it is."""
    if type(value) in ATOMS:
        return repr(value)
    if type(value) in (list, tuple, set, dict) and len(value) <= _ITEMS:
        parts = [*value, *value.values()] if type(value) is dict else [*value]
        if all(type(part) in ATOMS for part in parts):
            return repr(value)
    return f"{type(value).__qualname__} {id(value)}"


def _stores(tree: Any) -> Iterator[Tuple[List[str], str]]:
    """`a.b.c = 1` is `["a", "b"], "c"`."""
    if not isinstance(tree, ast.AST):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
            path = _path(node.value)
            if path is not None:
                yield path, node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
            path = _path(node.args[0]) if len(node.args) > 1 else None
            name = node.args[1] if path is not None else None
            if path is not None and isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield path, name.value


def _path(node: ast.AST) -> Optional[List[str]]:
    if isinstance(node, ast.Name):
        return [node.id]
    above = _path(node.value) if isinstance(node, ast.Attribute) else None
    return [*above, node.attr] if above is not None and isinstance(node, ast.Attribute) else None


def _module_at(path: List[str], namespace: Dict[str, Any]) -> Optional[ModuleType]:
    found = namespace.get(path[0])
    for name in path[1:]:
        found = vars(found).get(name) if is_a(found, ModuleType) else None
    return found if is_a(found, ModuleType) else None
