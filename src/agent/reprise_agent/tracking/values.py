"""Digests of Python values that are equal in any process for equal values, whatever is shared and wherever it lies.

A value is written by C's pickler without a memo (so that identity cannot show), with everything that is not a plain
built-in replaced by its kind and what it holds. Sets, deep, huge and cyclic structures are written part by part.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import warnings
from itertools import islice
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from .kinds import ATOMS, CONTAINERS, Opaque, describe, inline_form, type_name
from .probe import needs_parts
from .sample import sample_form

HOW = ("exact", "pickle", "sampled", "opaque")
_MAX_DEPTH = 100  # nested instances; each takes several interpreter frames and some C stack
_MAX_REPEATS = 20_000  # parts of cycles that must be written again each time they are met
_CHUNK = 65_536
_RECURSION = 1000
# How protocol 3 writes sets, in no order to speak of.
_SETS = (b"cbuiltins\nset\n", b"cbuiltins\nfrozenset\n")

Result = Tuple[Optional[str], str, str]


def digest_value(value: Any) -> Result:
    """(sha256 in hex or None, how, type name) of a value. `how` is the least certain of its parts': `exact`; `pickle`
    (equal digests prove equality, unequal ones prove nothing); `opaque` (no digest). Never raises."""
    return examine_value(value)[0]


def examine_value(value: Any) -> Tuple[Result, bool]:
    """The same, and whether the value is made of nothing but built-in containers, numbers, strings and bytes."""
    return _guarded(value, value)


def sample_value(value: Any) -> Result:
    """The same from head, tail and evenly spread parts of a value too large for the time there is: `sampled`, or
    `opaque` where no part can be taken cheaply."""
    try:
        form = sample_form(value)
    except Exception:
        form = None
    if form is None:
        return None, "opaque", type_name(value)
    (digest, how, name), _ = _guarded(form, value)
    return digest, "opaque" if how == "opaque" else "sampled", name


def _guarded(content: Any, value: Any) -> Tuple[Result, bool]:
    name = type_name(value)
    shown, limit = warnings._showwarnmsg, sys.getrecursionlimit()  # type: ignore[attr-defined]
    try:
        # What libraries warn of while they are read is not the user's doing. Filters stay: touching them would make
        # warnings that were shown once appear again.
        warnings._showwarnmsg = lambda message: None  # type: ignore[attr-defined]
        if limit > _RECURSION:
            _set_recursion_limit(_RECURSION)
        digester = Digester()
        digest = digester.structure(content)
        return (digest.hex(), digester.how, name), digester.plain
    except Exception:
        return (None, "opaque", name), False
    finally:
        warnings._showwarnmsg = shown  # type: ignore[attr-defined]
        sys.setrecursionlimit(limit)


def _set_recursion_limit(limit: int) -> None:
    try:
        sys.setrecursionlimit(limit)
    except RecursionError:
        pass  # already deeper than that: the limit of the user's own choice stays


def _leaf(*content: Any) -> Any:
    raise TypeError("a digest's bytes are not meant to be loaded")


class _Part:
    """Stands for a value that was digested by itself."""

    __slots__ = ("content",)

    def __init__(self, *content: Any) -> None:
        self.content = content


class _Writer(pickle.Pickler):
    def __init__(self, target: io.BytesIO, substitute: Callable[[Any], Tuple[Any, ...]]) -> None:
        super().__init__(target, 3)
        self.fast = True
        self._substitute = substitute

    def reducer_override(self, value: Any) -> Any:
        if value is _leaf or value is set or value is frozenset:
            return NotImplemented
        return _leaf, self._substitute(value)


class Digester:
    """Digests one value; instances met more than once are written once and referred to by digest."""

    def __init__(self) -> None:
        self.how = "exact"
        self.plain = True
        self._known: Dict[
            int, Tuple[bytes, Any]
        ] = {}  # holds each value, so that its id cannot be given to another
        self._open: Dict[int, int] = {}
        self._lowest = sys.maxsize
        self._repeats = 0

    def worsen(self, how: str) -> None:
        if HOW.index(how) > HOW.index(self.how):
            self.how = how

    def structure(self, value: Any) -> bytes:
        if not needs_parts(value):
            try:
                data = self._dump(value)
            except Opaque:
                raise
            except Exception:
                data = None  # cyclic or too deep for the pickler
            if data is not None and not any(marker in data for marker in _SETS):
                return hashlib.sha256(data).digest()
        return hashlib.sha256(self._dump(self._part(value))).digest()

    def _dump(self, value: Any) -> bytes:
        target = io.BytesIO()
        _Writer(target, self._substitute).dump(value)
        return target.getvalue()

    def _substitute(self, value: Any) -> Tuple[Any, ...]:
        if type(value) is _Part:
            return value.content
        self.plain = False
        flat = inline_form(value)
        return flat if flat is not None else self._node(value, self._instance)

    def _node(self, value: Any, digest_of: Callable[[Any], bytes]) -> Tuple[Any, ...]:
        """The digest of a value that may be met again; where it contains itself, how many levels up it is."""
        key = id(value)
        known = self._known.get(key)
        if known is not None:
            return "#", known[0]
        depth = len(self._open)
        if key in self._open:
            self._lowest = min(self._lowest, self._open[key])
            self.worsen("pickle")
            return "^", depth - self._open[key]
        if depth >= _MAX_DEPTH:
            raise Opaque("nested too deeply")
        self._open[key] = depth
        outer, self._lowest = self._lowest, sys.maxsize
        try:
            digest = digest_of(value)
        finally:
            del self._open[key]
            lowest, self._lowest = (
                self._lowest,
                min(outer, self._lowest if self._lowest < depth else sys.maxsize),
            )
        if lowest >= depth:
            self._known[key] = (digest, value)
        else:
            self._repeats += 1
            if self._repeats > _MAX_REPEATS:
                raise Opaque("too many cycles")
        return "#", digest

    def _instance(self, value: Any) -> bytes:
        kind, content, how = describe(value)
        self.worsen(how)
        return self.structure((kind, content))

    def _part(self, value: Any) -> Any:
        """A stand-in that pickles in bounded space, without sets and without anything deep."""
        kind = type(value)
        if kind in ATOMS:
            return value
        if kind not in CONTAINERS:
            return _Part(*self._substitute(value))
        if len(value) <= 1000 and kind in (list, tuple) and ATOMS.issuperset(map(type, value)):
            return value
        return _Part(*self._node(value, self._container))

    def _container(self, value: Any) -> bytes:
        kind = type(value)
        hashed = hashlib.sha256(f"{kind.__name__} {len(value)} ".encode())
        if kind in (set, frozenset):
            for chunk in _chunks(self._ordered(value)):
                hashed.update(self._dump(chunk))
        elif kind is dict:
            for chunk in _chunks(value.items()):
                hashed.update(self._dump([(self._part(key), self._part(item)) for key, item in chunk]))
        else:
            for chunk in _chunks(value):
                atoms = ATOMS.issuperset(map(type, chunk))
                hashed.update(self._dump(chunk if atoms else [self._part(item) for item in chunk]))
        return hashed.digest()

    def _ordered(self, value: Any) -> List[Any]:
        types = set(map(type, value))
        if len(types) == 1 and types <= {str, bytes, int}:
            return sorted(value)
        return sorted(hashlib.sha256(self._dump(self._part(item))).digest() for item in value)


def _chunks(items: Iterable[Any]) -> Iterator[List[Any]]:
    iterator = iter(items)
    while True:
        chunk = list(islice(iterator, _CHUNK))
        if not chunk:
            return
        yield chunk
