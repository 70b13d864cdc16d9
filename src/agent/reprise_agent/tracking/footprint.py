"""Which objects that can be changed in place are reached from a value: two names that share one change together."""

from __future__ import annotations

import gc
import sys
from types import (
    BuiltinFunctionType,
    CodeType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
)
from typing import Any, Dict, FrozenSet, Hashable, Iterable, List, NamedTuple

from .kinds import ATOMS, is_from
from .kinds.code import class_data, is_users_module

_LIMIT = 5_000
_WHOLE_LOOK = 200_000
_SAMPLE = 1_000
_UNCHANGING = (ModuleType, CodeType, FrameType)


class Footprint(NamedTuple):
    parts: FrozenSet[Hashable]
    whole: bool  # False: there is more than was looked at

    @property
    def is_empty(self) -> bool:
        return self.whole and not self.parts

    def meets(self, other: "Footprint") -> bool:
        if self.is_empty or other.is_empty:
            return False
        return not (self.whole and other.whole) or not self.parts.isdisjoint(other.parts)


EMPTY = Footprint(frozenset(), True)
UNKNOWN = Footprint(frozenset(), False)


def footprint(value: Any, namespace: Dict[str, Any]) -> Footprint:
    """Takes some 0.1 µs per object, of at most 5,000. `namespace` is the notebook's, which every function refers to."""
    parts: set = set()
    seen = {id(namespace)}
    waiting: List[Any] = [value]
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind in ATOMS or id(item) in seen or issubclass(kind, _UNCHANGING):
            continue
        if len(seen) > _LIMIT:
            return Footprint(frozenset(parts), False)
        seen.add(id(item))
        if kind in (tuple, frozenset):
            waiting.extend(_others(item))
        elif kind in (list, set):
            parts.add(id(item))
            waiting.extend(_others(item))
        elif kind is dict:
            parts.add(id(item))
            waiting.extend(_others(item.keys()))
            waiting.extend(_others(item.values()))
        elif isinstance(item, type):
            if is_users_module(item.__module__):
                parts.add(id(item))
                waiting.extend((*vars(item).values(), *item.__bases__))
        elif kind is FunctionType:
            for cell in item.__closure__ or ():
                parts.add(id(cell))
                waiting.extend(gc.get_referents(cell))
            waiting.extend((item.__defaults__, item.__kwdefaults__, *vars(item).values()))
        elif kind is MethodType:
            waiting.extend((item.__func__, item.__self__))
        elif kind is BuiltinFunctionType:
            waiting.append(item.__self__)  # `add = items.append`
        elif kind is GeneratorType:
            parts.add(id(item))
            waiting.extend(item.gi_frame.f_locals.values() if item.gi_frame is not None else ())
        elif is_from(item, "numpy") and _is_array(item):
            parts.add(_memory(item))
            if item.dtype.hasobject:
                waiting.extend(_others(item.ravel().tolist()))
        elif is_from(item, "numpy") and isinstance(item, sys.modules["numpy"].generic):
            continue
        elif is_from(item, "torch") and hasattr(item, "untyped_storage"):
            parts.add(("memory", item.untyped_storage().data_ptr()))
        elif is_from(item, "pandas") and isinstance(item, sys.modules["pandas"].Index):
            continue  # it cannot be changed, and many frames have the same one
        else:
            parts.add(id(item))
            waiting.extend(each for each in gc.get_referents(item) if not isinstance(each, type))
            for base, _, member in class_data(kind):
                parts.add(id(base))
                waiting.append(member)
    return Footprint(frozenset(parts), True)


def _others(items: Any) -> Iterable[Any]:
    """What of a container can hold more; of millions of entries a sample stands for all."""
    if len(items) > _WHOLE_LOOK:
        step = len(items) // _SAMPLE
        looked = [item for at, item in enumerate(items) if at % step == 0]
        return looked if not ATOMS.issuperset(map(type, looked)) else ()
    return [item for item in items if type(item) not in ATOMS]


def _is_array(item: Any) -> bool:
    return isinstance(item, sys.modules["numpy"].ndarray)


def _memory(array: Any) -> Hashable:
    """Where the memory begins that this array is a view of."""
    while True:
        base = array.base
        if base is None:
            return "memory", array.__array_interface__["data"][0]
        if not _is_array(base):
            return ("memory", base.__array_interface__["data"][0]) if hasattr(base, "__array_interface__") else id(base)
        array = base
