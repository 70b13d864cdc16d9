"""Instances of classes: their class by name and their fields, read without running any of their code."""

from __future__ import annotations

import copyreg
import enum
import threading
import types
import weakref
from typing import Any, Dict, List, Optional, Tuple

from .base import CONTAINERS, Form, Opaque, derives_from, is_a, qualified_name
from .code import class_data, is_users_module

_HEAP_TYPE = 1 << 9
_NATIVE_MEMBERS = (types.WrapperDescriptorType, types.MethodDescriptorType, types.BuiltinFunctionType)
_OPAQUE_PACKAGES = frozenset(
    "matplotlib ipywidgets itertools _io io socket ssl _thread threading asyncio".split()
)
_OPAQUE_TYPES = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
    threading.Thread,
    weakref.ref,
)
# Facts of a fit's duration and of the machine, not of the model.
_TIMINGS = frozenset({"refit_time_", "_n_threads"})
# Classes of these packages keep their whole state, and nothing else, in their fields or in what they reduce to.
_HONEST_PACKAGES = frozenset("builtins argparse collections string sklearn scipy".split())

_layouts: "weakref.WeakKeyDictionary[type, Optional[Tuple[type, ...]]]" = weakref.WeakKeyDictionary()


def describe_object(value: Any) -> Form:
    cls = type(value)
    package = str(cls.__module__).partition(".")[0]
    if package in _OPAQUE_PACKAGES or is_a(value, _OPAQUE_TYPES):
        raise Opaque(qualified_name(cls))
    if is_a(value, enum.Enum):
        return "enum", (qualified_name(cls), value._name_, value._value_), "exact"
    if derives_from(cls, "BaseEstimator", "sklearn"):
        return "estimator", (qualified_name(cls), _without_timings(_fields(value))), "exact"
    users = is_users_module(cls.__module__)
    bases = _builtin_bases(cls)
    if bases is not None and (users or package == "builtins" or not _reduces_itself(cls)):
        content = [_held_by(value, base) for base in bases]
        certain = users or package in _HONEST_PACKAGES
        how = "exact" if certain or _is_record(cls) else "pickle"
        state: Tuple[Any, ...] = (qualified_name(cls), content, _fields(value))
        common = [(name, member) for _, name, member in class_data(cls)] if users else []
        return "object", (*state, common) if common else state, how
    return _reduced(value, cls, package)


def _is_record(cls: type) -> bool:
    """A named tuple holds its items and nothing else, whoever defined it."""
    return issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)


def _fields(value: Any) -> Dict[str, Any]:
    try:
        fields = dict(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        fields = {}
    for cls in type(value).__mro__:
        for name, member in vars(cls).items():
            if type(member) is types.MemberDescriptorType and "__slots__" in vars(cls):
                try:
                    fields[name] = member.__get__(value, cls)
                except AttributeError:
                    pass  # an empty slot
    return fields


def _builtin_bases(cls: type) -> Optional[Tuple[type, ...]]:
    """The built-in types an instance also is; None where a native base keeps state that fields do not show."""
    try:
        return _layouts[cls]
    except KeyError:
        layout = _layouts[cls] = _layout(cls)
        return layout


def _layout(cls: type) -> Optional[Tuple[type, ...]]:
    bases: List[type] = []
    for base in cls.__mro__:
        if base in _HOLDERS or base is BaseException:
            bases.append(base)
        elif base is not object and _is_native(base) and not issubclass(base, BaseException):
            return None
    return tuple(bases)


def _is_native(cls: type) -> bool:
    if not cls.__flags__ & _HEAP_TYPE:
        return True
    return any(
        isinstance(member, _NATIVE_MEMBERS)
        and getattr(member, "__objclass__", getattr(member, "__self__", None)) is cls
        for member in vars(cls).values()
    )


_HOLDERS: Dict[type, Any] = {
    dict: lambda value: list(dict.items(value)),
    list: lambda value: list(list.__iter__(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: set(frozenset.__iter__(value)),
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    int: int.__int__,
    float: float.__float__,
}


def _held_by(value: Any, base: type) -> Any:
    if base is BaseException:
        return value.args
    held = _HOLDERS[base](value)
    if type(held) is not base and type(held) not in CONTAINERS:
        raise Opaque("cannot be read as its base")
    return base.__name__, held


def _reduces_itself(cls: type) -> bool:
    return (
        cls in copyreg.dispatch_table
        or cls.__reduce_ex__ is not object.__reduce_ex__
        or cls.__reduce__ is not object.__reduce__
        or getattr(cls, "__getstate__", None) is not getattr(object, "__getstate__", None)
    )


def _reduced(value: Any, cls: type, package: str) -> Form:
    if hasattr(cls, "__next__"):
        raise Opaque("a position in something")
    reduce = copyreg.dispatch_table.get(cls)
    try:
        parts = reduce(value) if reduce is not None else value.__reduce_ex__(4)
    except Exception as error:
        raise Opaque(f"{qualified_name(cls)} cannot be pickled") from error
    if isinstance(parts, str):
        return "global", (qualified_name(cls), parts), "exact"
    content = [
        list(part) if index >= 3 and part is not None else part for index, part in enumerate(parts[:5])
    ]
    return "reduced", (qualified_name(cls), content), "exact" if package in _HONEST_PACKAGES else "pickle"


def _without_timings(fields: Dict[str, Any]) -> Dict[str, Any]:
    kept = {name: item for name, item in fields.items() if name not in _TIMINGS}
    results = kept.get("cv_results_")
    if isinstance(results, dict):
        kept["cv_results_"] = {
            name: item for name, item in results.items() if not str(name).endswith("_time")
        }
    return kept
