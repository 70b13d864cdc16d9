"""RFC 8785, the JSON Canonicalization Scheme: the bytes that output digests are taken of."""

from __future__ import annotations

import json
import math
from typing import Any

_quote = json.encoder.encode_basestring


def canonical_json(value: Any) -> bytes:
    """UTF-8 bytes. Numbers are IEEE doubles as in ECMAScript; lone surrogates become U+FFFD, as in every JSON reader
    that decodes to UTF-8. Raises ValueError for NaN and infinities, which JSON does not have."""
    return _write(value).encode("utf-8")


def _write(value: Any) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return _quote(_without_lone_surrogates(value))
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, dict):
        pairs = [(_without_lone_surrogates(str(key)), item) for key, item in value.items()]
        pairs.sort(key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(_quote(key) + ":" + _write(item) for key, item in pairs) + "}"
    return "[" + ",".join(_write(item) for item in value) + "]"


def _without_lone_surrogates(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(value: Any) -> str:
    if isinstance(value, int) and abs(value) <= 2**53:
        return str(value)
    number = float(value) if abs(value) < 2**1024 else math.inf
    if not math.isfinite(number):
        raise ValueError("JSON has no NaN or infinity")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    digits, exponent = _shortest(abs(number))
    count = len(digits)
    if count <= exponent <= 21:
        return sign + digits + "0" * (exponent - count)
    if 0 < exponent <= 21:
        return sign + digits[:exponent] + "." + digits[exponent:]
    if -6 < exponent <= 0:
        return sign + "0." + "0" * -exponent + digits
    power = exponent - 1
    mantissa = digits if count == 1 else digits[0] + "." + digits[1:]
    return f"{sign}{mantissa}e{'+' if power >= 0 else '-'}{abs(power)}"


def _shortest(number: float) -> "tuple[str, int]":
    """Shortest round-trip digits d and exponent n with number = 0.d × 10**n (ECMA-262, Number::toString)."""
    mantissa, _, power = f"{number!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    exponent = len(whole) + (int(power) if power else 0)
    exponent -= len(whole + fraction) - len((whole + fraction).lstrip("0"))
    return digits.rstrip("0"), exponent
