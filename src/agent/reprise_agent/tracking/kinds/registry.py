"""Which description fits a value."""

from __future__ import annotations

import sys
from typing import Any, Optional, Tuple

from .arrays import describe_array, inline_scalar
from .base import ATOMS, Form, is_a, is_from
from .code import describe_code
from .frames import describe_frame
from .keras import describe_keras
from .models import describe_model
from .objects import describe_object
from .standard import INLINE, describe_standard
from .tensors import describe_tensor

_DESCRIBERS = (
    describe_standard,
    describe_code,
    describe_array,
    describe_frame,
    describe_tensor,
    describe_keras,
    describe_model,
)


def inline_form(value: Any) -> Optional[Tuple[Any, ...]]:
    """A flat tuple of plain values for what is small and cannot contain itself, else None."""
    inline = INLINE.get(type(value))
    if inline is not None:
        return inline(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None and is_from(value, "numpy") and is_a(value, numpy.generic):
        return inline_scalar(value)
    return None


def describe(value: Any) -> Form:
    """Kind, content and certainty of a value that is no plain built-in. Raises `Opaque` where it has no honest digest."""
    if type(value) in ATOMS:
        return type(value).__name__, value, "exact"
    for describer in _DESCRIBERS:
        form = describer(value)
        if form is not None:
            return form
    return describe_object(value)
