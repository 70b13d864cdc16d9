"""Names that a cell's code loads, stores and deletes in the user's namespace, read off its instructions."""

from __future__ import annotations

import builtins
import dis
import sys
from types import CodeType
from typing import Dict, Iterator, List, NamedTuple, Optional, Set

_LOADS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
_STORES = {"STORE_NAME", "STORE_GLOBAL"}
_DELETES = {"DELETE_NAME", "DELETE_GLOBAL"}
_KINDS: Dict[int, str] = {
    number: "load" if name in _LOADS else "store" if name in _STORES else "delete"
    for name, number in dis.opmap.items()
    if name in _LOADS | _STORES | _DELETES
}
_LOAD_GLOBAL = dis.opmap["LOAD_GLOBAL"]
_LOAD_CONST = dis.opmap["LOAD_CONST"]
_GLOBAL_ONLY = {dis.opmap[name] for name in ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL")}
_EXTENDED = dis.EXTENDED_ARG
# From 3.11 on the lowest bit of LOAD_GLOBAL's argument says whether a NULL is pushed too.
_SHIFT = 1 if sys.version_info >= (3, 11) else 0
_CO_OPTIMIZED = 0x1


class Access(NamedTuple):
    offset: int  # of the instruction's first code unit
    kind: str  # load, store, delete; code: a function, a comprehension or a class body is made
    name: str
    is_global: bool  # never a class body's own name
    code: Optional[CodeType] = None


def accesses(code: CodeType) -> List[Access]:
    """Of one code object, without those nested in it."""
    found: List[Access] = []
    instructions, names = code.co_code, code.co_names
    extended, start = 0, None
    for offset in range(0, len(instructions), 2):
        operation, argument = instructions[offset], instructions[offset + 1] | extended
        if operation == _EXTENDED:
            extended, start = argument << 8, offset if start is None else start
            continue
        kind = _KINDS.get(operation)
        if operation == _LOAD_CONST and isinstance(code.co_consts[argument], CodeType):
            inner = code.co_consts[argument]
            found.append(Access(offset if start is None else start, "code", inner.co_name, False, inner))
        elif kind is not None:
            name = names[argument >> _SHIFT if operation == _LOAD_GLOBAL else argument]
            found.append(Access(offset if start is None else start, kind, name, operation in _GLOBAL_ONLY))
        extended, start = 0, None
    return found


def nested(code: CodeType) -> Iterator[CodeType]:
    return (constant for constant in code.co_consts if isinstance(constant, CodeType))


def is_function(code: CodeType) -> bool:
    """Functions, lambdas, comprehensions and generators; not class bodies and top-level code."""
    return bool(code.co_flags & _CO_OPTIMIZED)


def is_builtin(name: str) -> bool:
    return hasattr(builtins, name)


class Names:
    """What has been seen of one cell execution, in the order in which it happened."""

    def __init__(self) -> None:
        self.loaded: Set[str] = set()  # before this cell stored them
        self.mentioned: Set[str] = set()  # loaded at all
        self.stored: Set[str] = set()
        self.deleted: Set[str] = set()  # before this cell stored them: they had to be there
        self.uncertain: Set[str] = set()  # of those stored: perhaps not, after all
        self.inferred: Set[str] = set()  # of those stored: unless the cell raised before
        self.hinted: Set[str] = set()  # named in code that ran as text, in any order
        self.notes: Set[str] = set()

    def load(self, name: str) -> None:
        self.mentioned.add(name)
        if name not in self.stored:
            self.loaded.add(name)

    def store(self, name: str) -> None:
        self.stored.add(name)

    def infer(self, name: str) -> None:
        """As `store`, where the code says so and nothing saw it."""
        self.stored.add(name)
        self.inferred.add(name)

    def delete(self, name: str) -> None:
        if name not in self.stored:
            self.deleted.add(name)

    def may_store(self, name: str) -> None:
        """Where the code alone does not tell whether it does: what is loaded after it may be what was there before."""
        self.uncertain.add(name)

    def apply(self, names: Set[str], note: "str | None") -> None:
        self.hinted |= names
        if note is not None:
            self.notes.add(note)

    def missing(self, before: "Set[str] | Dict[str, int]") -> Set[str]:
        """Names that were looked for and were not in the namespace; a builtin may have served instead."""
        return {name for name in self.loaded | self.deleted if name not in before}

    def reads(self, before: "Set[str] | Dict[str, int]", after: "Dict[str, object]") -> Set[str]:
        """Names read from what was there before the cell, and names that were looked for in vain."""
        found = {name for name in self.hinted if name in before}
        for name in self.loaded:
            if name in before:
                found.add(name)
            elif not is_builtin(name) and (name in self.stored or name not in after):
                found.add(name)
        found |= {name for name in self.deleted if name not in before}
        return found
