"""Words shared by all kinds of values."""

from __future__ import annotations

from typing import Any, Tuple

# Written by the pickler itself, the same in every process and Python version.
ATOMS = frozenset({type(None), bool, int, float, str, bytes})
CONTAINERS = frozenset({list, tuple, dict, set, frozenset})

Form = Tuple[str, Any, str]  # kind, what it holds (any values, digested in turn), how


class Opaque(Exception):
    """This value cannot be digested honestly."""


def qualified_name(cls: type) -> str:
    module = cls.__module__ if isinstance(cls.__module__, str) else "?"
    return cls.__qualname__ if module == "builtins" else f"{module}.{cls.__qualname__}"


def type_name(value: Any) -> str:
    try:
        return qualified_name(type(value))
    except Exception:
        return "?"


def is_a(value: Any, classes: Any) -> bool:
    """`isinstance` that goes by the real type: a `__class__` of the user's own is not asked."""
    return issubclass(type(value), classes)


def is_from(value: Any, *packages: str) -> bool:
    """Whether the value's own type was defined in one of the packages."""
    module = type(value).__module__
    return isinstance(module, str) and module.partition(".")[0] in packages


def derives_from(cls: type, name: str, package: str) -> bool:
    """Whether a class has a base of that name from that package, without importing the package."""
    return any(
        base.__name__ == name and str(base.__module__).partition(".")[0] == package for base in cls.__mro__
    )
