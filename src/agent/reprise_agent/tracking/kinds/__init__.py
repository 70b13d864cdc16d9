"""What a value is and what it holds, kind by kind."""

from __future__ import annotations

from .base import ATOMS, CONTAINERS, Form, Opaque, is_from, qualified_name, type_name
from .registry import describe, inline_form

__all__ = [
    "ATOMS",
    "CONTAINERS",
    "Form",
    "Opaque",
    "describe",
    "inline_form",
    "is_from",
    "qualified_name",
    "type_name",
]
