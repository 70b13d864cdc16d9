"""Values of the standard library."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import functools
import io
import pathlib
import random
import re
import struct
import types
import uuid
from typing import Any, Callable, Dict, Tuple

from .base import Form, Opaque, is_a, qualified_name

# Small and closed: written in place, no digest of their own.
INLINE: Dict[type, Callable[[Any], Tuple[Any, ...]]] = {
    complex: lambda value: ("complex", struct.pack(">dd", value.real, value.imag)),
    range: lambda value: ("range", value.start, value.stop, value.step),
    type(Ellipsis): lambda value: ("Ellipsis",),
    type(NotImplemented): lambda value: ("NotImplemented",),
    datetime.date: lambda value: ("date", value.toordinal()),
    datetime.timedelta: lambda value: ("timedelta", value.days, value.seconds, value.microseconds),
    decimal.Decimal: lambda value: ("Decimal", str(value)),
    fractions.Fraction: lambda value: ("Fraction", value.numerator, value.denominator),
    uuid.UUID: lambda value: ("UUID", value.int),
    array.array: lambda value: ("array", value.typecode, value.tobytes()),
    bytearray: lambda value: ("bytearray", bytes(value)),
}

EXACT: Dict[type, Callable[[Any], Tuple[str, Any]]] = {
    slice: lambda value: ("slice", (value.start, value.stop, value.step)),
    datetime.datetime: lambda value: (
        "datetime",
        (value.replace(tzinfo=None).isoformat(), value.fold, value.tzinfo),
    ),
    datetime.time: lambda value: ("time", (value.replace(tzinfo=None).isoformat(), value.fold, value.tzinfo)),
    datetime.timezone: lambda value: ("timezone", (value.utcoffset(None), value.tzname(None))),
    collections.OrderedDict: lambda value: ("OrderedDict", list(value.items())),
    collections.Counter: lambda value: ("Counter", list(value.items())),
    collections.defaultdict: lambda value: ("defaultdict", (value.default_factory, list(value.items()))),
    collections.deque: lambda value: ("deque", (value.maxlen, list(value))),
    collections.ChainMap: lambda value: ("ChainMap", list(value.maps)),
    types.SimpleNamespace: lambda value: ("SimpleNamespace", vars(value)),
    types.MappingProxyType: lambda value: ("mappingproxy", list(value.items())),
    type({}.keys()): lambda value: ("dict_keys", list(value)),
    type({}.values()): lambda value: ("dict_values", list(value)),
    type({}.items()): lambda value: ("dict_items", list(value)),
    memoryview: lambda value: ("memoryview", (value.format, value.shape, value.tobytes())),
    re.Pattern: lambda value: ("pattern", (value.pattern, value.flags)),
    re.Match: lambda value: ("match", (value.re, value.string, value.regs)),
    random.Random: lambda value: ("Random", value.getstate()),
    io.StringIO: lambda value: ("StringIO", (value.getvalue(), value.tell())),
    io.BytesIO: lambda value: ("BytesIO", (value.getvalue(), value.tell())),
    functools.partial: lambda value: ("partial", (value.func, value.args, value.keywords)),
}


def describe_standard(value: Any) -> "Form | None":
    exact = EXACT.get(type(value))
    if exact is not None:
        return (*exact(value), "exact")
    if is_a(value, pathlib.PurePath):
        return "path", str(value), "exact"
    if is_a(value, random.SystemRandom):
        raise Opaque("reads the operating system's entropy")
    if is_a(value, datetime.tzinfo) and isinstance(getattr(value, "key", None), str):
        return "zone", (qualified_name(type(value)), value.key), "exact"  # type: ignore[attr-defined]
    return None
