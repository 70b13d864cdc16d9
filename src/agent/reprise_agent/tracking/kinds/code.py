"""Modules, classes and functions: by name, and those of the user's own by their source."""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import types
import weakref
from typing import Any, Dict, List, Optional, Tuple

from ..sources import source_text
from .base import Form, is_a, qualified_name

_LIBRARY_PARTS = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_STDLIB = tuple(
    path + os.sep for path in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")} if path
)
_NATIVE = (types.BuiltinFunctionType, types.MethodWrapperType)
_NAMED = (types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType)
_HOUSEKEEPING = frozenset(
    "__module__ __qualname__ __dict__ __weakref__ __doc__ __firstlineno__ __static_attributes__ __annotations__"
    " __annotate__ __annotate_func__ __annotations_cache__ __slotnames__ __abstractmethods__ _abc_impl"
    " __classdictcell__ __dataclass_fields__ __dataclass_params__ __orig_bases__ __parameters__".split()
)

_users_modules: Dict[str, Tuple[Any, bool]] = {}
_sources: "Dict[int, Tuple[weakref.ref[types.CodeType], str]]" = {}


def is_users_module(name: Any) -> bool:
    """Whether a module is the notebook, or a file that is in no library."""
    if name == "__main__":
        return True
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None:
        return False
    known = _users_modules.get(name)
    if known is None or known[0] is not module:
        known = _users_modules[name] = (module, _is_users_file(getattr(module, "__file__", None)))
    return known[1]


def _is_users_file(path: Any) -> bool:
    if not isinstance(path, str) or any(part in path for part in _LIBRARY_PARTS):
        return False
    return not path.startswith(_STDLIB)


def describe_code(value: Any) -> Optional[Form]:
    if is_a(value, types.ModuleType):
        return "module", value.__name__, "exact"
    if is_a(value, type):
        return _class(value)
    kind = type(value)
    if kind is types.FunctionType:
        return _function(value)
    if kind is types.MethodType:
        return "method", (value.__func__, value.__self__), "exact"
    if kind in _NATIVE:
        owner = getattr(value, "__self__", None)
        if owner is None or isinstance(owner, types.ModuleType):
            return "builtin", (_module_of(value), value.__name__), "exact"
        return "bound", (value.__name__, owner), "exact"
    if kind in _NAMED:
        return "descriptor", (qualified_name(value.__objclass__), value.__name__), "exact"
    if kind in (staticmethod, classmethod):
        return kind.__name__, value.__func__, "exact"
    if kind is property:
        return "property", (value.fget, value.fset, value.fdel), "exact"
    if kind is types.CodeType:
        return "code", source_of(value), "exact"
    if kind is types.CellType:
        return "cell", _cell(value), "exact"
    if kind.__module__ == "functools" and kind.__name__ == "_lru_cache_wrapper":
        return "lru_cache", value.__wrapped__, "exact"
    if kind in (types.GenericAlias if sys.version_info >= (3, 9) else (),) or kind.__module__ == "typing":
        return "annotation", repr(value), "exact"
    return None


def _module_of(value: Any) -> Any:
    return getattr(value, "__module__", None) or getattr(getattr(value, "__self__", None), "__name__", None)


def _class(cls: type) -> Form:
    if not is_users_module(cls.__module__) or not cls.__flags__ & (1 << 9):
        return "class", qualified_name(cls), "exact"
    members = [
        (name, member)
        for name, member in vars(cls).items()
        if name not in _HOUSEKEEPING and not _slot(member)
    ]
    return "class", (qualified_name(cls), list(cls.__bases__), members), "exact"


def class_data(cls: type) -> List[Tuple[type, str, Any]]:
    """What instances of a user's class have in common beside its methods: the class that holds it, name and value."""
    return [
        (base, name, member)
        for base in cls.__mro__
        if base is not object and is_users_module(base.__module__)
        for name, member in vars(base).items()
        if name not in _HOUSEKEEPING and not isinstance(member, type) and not hasattr(type(member), "__get__")
    ]


def _slot(member: Any) -> bool:
    return type(member) in (types.MemberDescriptorType, types.GetSetDescriptorType)


def _function(function: types.FunctionType) -> Form:
    name = (function.__module__, function.__qualname__)
    cells = [_cell(cell) for cell in function.__closure__ or ()]
    if not is_users_module(function.__module__):
        # A library's function is its name, unless it was made on the spot.
        return ("function", (name, cells), "pickle") if cells else ("function", name, "exact")
    held = (function.__defaults__, function.__kwdefaults__, cells, vars(function))
    return "function", (name, source_of(function.__code__), held), "exact"


def _cell(cell: Any) -> Tuple[Any, ...]:
    try:
        return ("holds", cell.cell_contents)
    except ValueError:
        return ("empty",)


def source_of(code: types.CodeType) -> str:
    """Digest of a function's source text, or of its instructions where there is no text."""
    known = _sources.get(id(code))
    if known is not None and known[0]() is code:
        return known[1]
    try:
        lines = [line.rstrip() for line in source_text(code).splitlines()]
        text = "\n".join(lines).strip("\n")
    except Exception:
        text = repr(_instructions(code))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    key = id(code)
    _sources[key] = (weakref.ref(code, lambda _: _sources.pop(key, None)), digest)
    return digest


def _instructions(code: types.CodeType) -> List[Any]:
    constants = [
        _instructions(item)
        if isinstance(item, types.CodeType)
        else sorted(map(repr, item))
        if isinstance(item, frozenset)
        else repr(item)
        for item in code.co_consts
    ]
    return [code.co_code.hex(), code.co_names, code.co_varnames, constants]
