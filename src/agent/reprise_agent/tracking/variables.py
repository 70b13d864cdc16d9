"""Variables that each cell read, wrote and deleted, with digests of their values."""

from __future__ import annotations

import re
import time
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set, Union

from .footprint import EMPTY, UNKNOWN, Footprint, footprint
from .hints import MAIN, hints_of, through
from .kinds.base import ATOMS, is_a
from .kinds.code import is_users_module
from .looking import only_looks
from .monitoring import MonitoringObserver
from .names import Names, is_builtin
from .probe import estimate_ms
from .static import StaticObserver
from .values import Result, examine_value, sample_value

_HISTORY = re.compile(r"(_{1,3}|_\d+|_i{1,3}|_i\d+|_[io]h|_dh|In|Out|_exit_code|__\w+__)\Z")
_OUTPUT_HISTORY = re.compile(r"(_{1,3}|_\d+|_oh|Out)\Z")
_SMALL_MS = 0.05


class _Known(NamedTuple):
    identity: int
    result: Result
    fixed: bool  # no operation can change what this object is
    plain: bool  # made of built-in values only
    reach: Footprint = EMPTY


class VariableTracker:
    """Follows the namespace of one IPython shell. Cost does not grow with what the namespace holds, only with what a
    cell reads and writes; a snapshot of ids takes some 30 µs per 1,000 names.

    `budget_ms` is the time for digests after one cell, in milliseconds; None: every value is digested whole.
    """

    def __init__(self, shell: Any, budget_ms: Optional[float]) -> None:
        self._shell = shell
        self._budget = budget_ms
        self._observer: Union[MonitoringObserver, StaticObserver, None] = None
        self._names = Names()
        self._before: Dict[str, int] = {}
        self._known: Dict[str, _Known] = {}
        self._trees: List[Any] = []

    def install(self) -> None:
        """Listens to the shell's compiler, which every statement of a cell passes through."""
        self._observer = MonitoringObserver.start() or StaticObserver(self._shell.user_ns)
        compiler = self._shell.compile
        listening = _listening(type(compiler), self._compiled)
        compiler.__class__ = listening
        self._shell.compiler_class = listening

    def uninstall(self) -> None:
        """Gives the interpreter's monitoring back; the shell's compiler is heard no more."""
        if isinstance(self._observer, MonitoringObserver):
            self._observer.stop()
        self._observer = None

    def before(self, cell_key: str, source: str) -> None:
        self._names, self._trees = Names(), []
        self._before = self._snapshot()
        if self._observer is not None:
            self._observer.begin(self._names)

    def after(self, failed: bool = False) -> Dict[str, Any]:
        """The variable fields of a cell's record line. `failed`: it raised, and what stands below did not run."""
        names, observer, before = self._names, self._observer, self._before
        if observer is not None:
            observer.end()
        after = self._snapshot()
        names.notes |= {through(name) for name in names.mentioned if self._is_namespace(name)}
        reads = {name for name in names.reads(before, after) if not self._is_shells(name)}
        stored = names.stored | names.uncertain
        bound = {name for name in stored if name in after}
        bound |= {name for name, identity in after.items() if before.get(name) != identity}
        writes = {name for name in bound if not self._is_shells(name)}
        deletes = sorted(name for name in before.keys() - after.keys() if not self._is_shells(name))
        held = {name for name in writes if before.get(name) == after[name]}
        certain = set() if failed and names.inferred else names.stored
        kept = held & (names.uncertain | names.inferred) - certain
        reads |= names.deleted & before.keys() & writes
        earlier = {name: self._known[name] for name in reads | held if name in self._known}
        untouched = reads - writes
        looks = bool(untouched) and only_looks(self._trees, self._shell.user_ns, self._is_unchanging)
        if looks:
            untouched = {name for name in untouched if name not in self._known}
        self._digest([*sorted(writes), *sorted(untouched)], after)
        changed = self._changed(untouched, earlier)
        if not looks or names.notes:
            moved = changed | (reads & writes) | self._changed(held, earlier) | (reads & set(deletes))
            moved |= {name for name in untouched & self._known.keys() if self._known[name].result[0] is None}
            changed |= self._shared(moved, earlier, after, bool(names.notes), writes | untouched)
        self._trees = []
        writes |= changed | self._aliases(changed, after)
        for name in deletes:
            self._known.pop(name, None)
        line = {
            "reads": sorted(reads),
            "readDigests": self._read_digests(reads, writes - kept, earlier),
            "missing": sorted(name for name in names.missing(before) if not self._is_shells(name)),
            "writes": [self._entry(name) for name in sorted(writes)],
            "mutated": sorted((changed | held) & writes - {name for name in held if self._known[name].fixed}),
            "shares": self._shares(writes, after),
            "deletes": deletes,
            "precision": observer.precision if observer is not None else "static",
            "notObserved": sorted(names.notes | self._history_notes()),
        }
        return {**line, "kept": sorted(kept)} if kept else line

    @property
    def trees(self) -> List[Any]:
        """Of what the running cell compiled."""
        return self._trees

    def mentioned(self) -> List[Any]:
        """Values of the names that the last cell loaded or stored, but for those made of built-in values only."""
        namespace, known = self._shell.user_ns, self._known
        names = self._names.mentioned | self._names.stored
        return [
            namespace[name] for name in names if name in namespace and not (name in known and known[name].plain)
        ]

    def made_values(self) -> bool:
        """Whether the last cell stored more than modules, functions and classes."""
        namespace = self._shell.user_ns
        kinds = (ModuleType, FunctionType, type)
        return any(not is_a(namespace.get(name), kinds) for name in self._names.stored)

    def _compiled(self, code: Any, tree: Any) -> None:
        self._trees.append(tree)
        if self._observer is not None:
            self._observer.compiled(code, hints_of(code, tree), tree)

    def _snapshot(self) -> Dict[str, int]:
        namespace = self._shell.user_ns
        return dict(zip(namespace, map(id, namespace.values())))

    def _is_shells(self, name: str) -> bool:
        if _HISTORY.match(name):
            return True
        hidden = self._shell.user_ns_hidden
        return name in hidden and self._shell.user_ns.get(name, hidden[name]) is hidden[name]

    def _is_namespace(self, name: str) -> bool:
        """Whether a name stands for something through which every other can be read."""
        shell, value = self._shell, self._shell.user_ns.get(name)
        # What is read through `__main__` under its own name is told by the text.
        return value is not None and name != MAIN and (value is shell.user_ns or value is shell.user_module or value is shell)

    def _is_unchanging(self, name: str) -> bool:
        """Whether looking at a name's value runs nobody's code."""
        value, known = self._shell.user_ns[name], self._known.get(name)
        if _is_fixed(value):
            return True
        return known is not None and known.plain and known.identity == id(value)

    def _history_notes(self) -> Set[str]:
        """Earlier outputs that the cell used by IPython's names: what they are depends on the order of execution."""
        used = {name for name in self._names.loaded if _OUTPUT_HISTORY.match(name) and name in self._before}
        # A name that the user took for a value of no interest is not IPython's any more.
        return {name for name in used if name not in self._names.stored and not is_builtin(name)}

    def _digest(self, names: Iterable[str], after: Dict[str, int]) -> None:
        started = time.perf_counter()
        namespace = self._shell.user_ns
        for name in names:
            if name not in after:
                continue
            value, known = namespace[name], self._known.get(name)
            if known is None or known.identity != id(value) or not known.fixed:
                spent = (time.perf_counter() - started) * 1000
                result, fixed, plain = self._examined(value, spent)
                reach = EMPTY if fixed and not _is_users_code(value) else self._reach(value)
                self._known[name] = _Known(id(value), result, fixed and reach.is_empty, plain, reach)

    def _reach(self, value: Any) -> Footprint:
        try:
            return footprint(value, self._shell.user_ns)
        except Exception:
            return UNKNOWN  # a value of the user's that does not let itself be looked at

    def _examined(self, value: Any, spent_ms: float) -> "tuple[Result, bool, bool]":
        if self._budget is not None:
            expected = estimate_ms(value)
            if expected > _SMALL_MS and spent_ms + expected > self._budget:
                return sample_value(value), False, False
        result, plain = examine_value(value)
        return result, _is_fixed(value), plain

    def _changed(self, names: Set[str], earlier: Dict[str, _Known]) -> Set[str]:
        """Names that the cell read and whose values are not what they were: a method call is a read."""
        changed = set()
        for name in names & earlier.keys() & self._known.keys():
            was, now = earlier[name].result, self._known[name].result
            comparable = (
                was[0] is not None and now[0] is not None and (was[1] == "sampled") == (now[1] == "sampled")
            )
            if comparable and was[0] != now[0]:
                changed.add(name)
        return changed

    def _shared(
        self,
        moved: Set[str],
        earlier: Dict[str, _Known],
        after: Dict[str, int],
        everything: bool,
        digested: Set[str],
    ) -> Set[str]:
        """Other names whose values changed too, as objects are reached from them that are from those that `moved`."""
        reaches = [earlier[name].reach for name in moved if name in earlier]
        reaches += [self._known[name].reach for name in moved if name in self._known]
        before = {
            name: known
            for name, known in self._known.items()
            if name in after
            and name not in digested
            and not known.fixed
            and (everything or any(known.reach.meets(reach) for reach in reaches))
        }
        self._digest(sorted(before), after)
        return self._changed(set(before), before)

    def _shares(self, writes: Set[str], after: Dict[str, int]) -> Dict[str, List[str]]:
        """By name of what was written, the other names from which some of the same objects are reached."""
        found: Dict[str, List[str]] = {}
        for name in sorted(writes):
            reach = self._known[name].reach
            others = [
                other
                for other, known in self._known.items()
                if other != name and other in after and reach.meets(known.reach)
            ]
            if others:
                found[name] = sorted(others)
        return found

    def _aliases(self, changed: Set[str], after: Dict[str, int]) -> Set[str]:
        """Other names of the objects that changed."""
        if not changed:
            return set()
        by_identity = {after[name]: self._known[name] for name in changed}
        found = {
            name for name, identity in after.items() if identity in by_identity and not self._is_shells(name)
        }
        for name in found - changed:
            self._known[name] = by_identity[after[name]]
        return found

    def _read_digests(self, reads: Set[str], writes: Set[str], earlier: Dict[str, _Known]) -> Dict[str, str]:
        digests: Dict[str, str] = {}
        for name in sorted(reads):
            # A value never digested before, and changed by this cell, is not known as it was read.
            known = earlier.get(name) or (self._known.get(name) if name not in writes else None)
            if known is not None and known.result[0] is not None:
                digests[name] = known.result[0]
        return digests

    def _entry(self, name: str) -> Dict[str, Any]:
        digest, how, type_name = self._known[name].result
        entry: Dict[str, Any] = {"name": name, "how": how, "type": type_name}
        if digest is not None:
            entry["digest"] = digest
        if self._known[name].reach.is_empty:
            entry["fixed"] = True
        return entry


def _listening(base: type, heard: Any) -> type:
    class ListeningCompiler(base):  # type: ignore[misc]
        def __call__(self, source: Any, *args: Any, **kwargs: Any) -> Any:
            code = super().__call__(source, *args, **kwargs)
            try:
                heard(code, source)
            except Exception:
                pass  # what is not heard is not in the record; the user's cell must run
            return code

    return ListeningCompiler


def _is_users_code(value: Any) -> bool:
    return is_a(value, (FunctionType, type)) and is_users_module(value.__module__)


def _is_fixed(value: Any) -> bool:
    """Whether an object's digest can never change while it is the same object."""
    if type(value) in ATOMS or is_a(value, ModuleType):
        return True
    if is_a(value, BuiltinFunctionType):
        return value.__self__ is None or is_a(value.__self__, ModuleType)
    return is_a(value, (FunctionType, type)) and not is_users_module(value.__module__)
