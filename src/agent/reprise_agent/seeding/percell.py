"""Streams per cell: what a cell draws from the global generators depends on the cell, and not on what ran before it.

A generator that no code has seeded starts each cell on a stream of that cell's own. One that the user has seeded goes on
from cell to cell as it would in a run from the top: a cell that runs again starts where it first started, one that runs
for the first time where the cell before it in the document ended. What a cell was given stays valid until a cell before
it ends elsewhere than it did.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any, Callable, ContextManager, Dict, Iterator, List, NamedTuple, Optional

from ..cells import STREAM, Cells, Execution
from ..streams import Streams
from . import states
from .generators import GENERATORS, PYTHON, Generator, keras_seed
from .imports import ImportHooks
from .users import UserSeeds, watching_users

Guard = Callable[[str], ContextManager[None]]


class _State(NamedTuple):
    """A generator that the user has seeded, between two cells."""

    seed: str  # digest of the seed
    digest: Optional[str]
    state: Any


class _Cell(NamedTuple):
    """What an execution was given of one generator, and what it left; None: it was not the user's."""

    key: str
    index: int
    given: Optional[_State]
    left: Optional[_State]


class PerCell:
    """`guard(what)`: within it, a fault of ours does not reach the user's cell."""

    def __init__(self, streams: Streams, cells: Cells, users: UserSeeds, guard: Guard) -> None:
        self._streams = streams
        self._cells = cells
        self._users = users
        self._guard = guard
        self._chains: Dict[str, List[_Cell]] = {each.source: [] for each in GENERATORS}
        self._given: Dict[str, Optional[_State]] = {}
        self._importing = False

    def install(self, hooks: ImportHooks) -> None:
        """After the hooks that seed for the session: what a cell imports is its own from then on."""
        hooks.around = self._around_import
        for generator in GENERATORS:
            hooks.after(generator.module, lambda module, each=generator: self._imported(each))
        hooks.after("numpy.random", lambda module: self._watch(module, "numpy.global", "set_bit_generator"))
        hooks.after("torch", self._watch_torch)
        hooks.after("keras.src.random.seed_generator", self._watch_keras)

    def begin(self, execution: Execution) -> None:
        self._given = {}
        for generator in GENERATORS:
            if generator.is_loaded:
                self._start(generator, execution)

    def end(self, execution: Execution) -> None:
        for generator in GENERATORS:
            if generator.source in self._given:
                self._keep(generator, execution)

    def _start(self, generator: Generator, execution: Execution) -> None:
        source, chain = generator.source, self._chains[generator.source]
        known = next((cell for cell in chain if cell.key == execution.key), None)
        given = known.given if known is not None else _left_before(chain, execution.index)
        if given is None:
            self._users.forget(source)
            generator.seed(self._streams, "cell", execution.key)
        else:
            self._users.take(source, given.seed)
            generator.put(given.state)
        self._given[source] = given
        execution.starts[source] = STREAM if given is None else given.digest

    def _keep(self, generator: Generator, execution: Execution) -> None:
        source, given = generator.source, self._given[generator.source]
        left: Optional[_State] = None
        if self._users.seeded(source):
            seed, digest = self._users.digest(source), generator.digest()
            # A cell that did not draw shares the state with the cell before it.
            same = given is not None and (given.seed, given.digest) == (seed, digest)
            left = given if same else _State(seed, digest, generator.save())
        chain = [cell for cell in self._chains[source] if cell.key != execution.key]
        before = [cell for cell in chain if cell.index <= execution.index]
        after = [cell for cell in chain if cell.index > execution.index]
        if after and not _is_same(after[0].given, left):
            after = []
        self._chains[source] = [*before, _Cell(execution.key, execution.index, given, left), *after]

    def _imported(self, generator: Generator) -> None:
        execution = self._cells.current
        if execution is not None and generator.is_loaded and generator.source not in self._given:
            with self._unnoticed():
                self._start(generator, execution)

    @contextlib.contextmanager
    def _unnoticed(self) -> Iterator[None]:
        """Within: what moves a generator is no draw of the cell's."""
        self._users.before()
        try:
            yield
        finally:
            self._users.after()

    def _around_import(self) -> Any:
        """For the import that a cell's own code sets off; None within another one, and elsewhere."""
        execution = self._cells.current
        if self._importing or execution is None or threading.current_thread() is not threading.main_thread():
            return None
        kept: states.Kept = {}
        with self._guard("seeding around an import"):
            # Now: once the module runs, it is among the imported ones without being whole.
            self._users.before()
            kept = {source: each for source, each in states.save().items() if source in self._given}
        return self._aside(execution, kept)

    @contextlib.contextmanager
    def _aside(self, execution: Execution, kept: states.Kept) -> Iterator[None]:
        """Within: a module prepares itself. It is imported once, so what it draws must not move the cell's streams; a seed
        that it sets stays."""
        before, look, reset = set(self._users.anew), self._users.before, self._users.after
        self._importing = True
        self._users.before = self._users.after = lambda: None
        self._users.anew.clear()
        try:
            yield
        finally:
            self._importing = False
            self._users.before, self._users.after = look, reset
            with self._guard("seeding around an import"):
                self._settle(execution, kept)
            self._users.anew |= before
            reset()

    def _settle(self, execution: Execution, kept: states.Kept) -> None:
        for generator in GENERATORS:
            source = generator.source
            if source in kept and source not in self._users.anew:
                put, state = kept[source]
                put(state)
            elif source not in kept and source in self._given and not self._users.seeded(source):
                self._start(generator, execution)

    def _watch(self, owner: Any, source: str, *names: str) -> None:
        for name in names:
            if hasattr(owner, name):
                original = getattr(owner, name)
                setattr(owner, name, watching_users(original, self._users, source, self._cells.is_users))

    def _watch_torch(self, torch: Any) -> None:
        """Seeds beside `torch.manual_seed`; libraries put states back with the same functions, which are no seeds."""
        self._watch(torch, "torch", "set_rng_state")
        self._watch(torch.random, "torch", "manual_seed", "set_rng_state")
        self._watch(
            torch.cuda, "torch", "manual_seed", "manual_seed_all", "set_rng_state", "set_rng_state_all"
        )

    def _watch_keras(self, module: Any) -> None:
        """Keras makes its generator at the first draw from it, and takes the seed from `random`: the next execution of
        that cell, which finds it made, must not find `random` elsewhere."""
        make = module.global_seed_generator

        def global_seed_generator() -> Any:
            execution = self._cells.current
            if execution is None or self._users.seeded(PYTHON.source):
                return make()
            ask = module.make_default_seed
            module.make_default_seed = lambda: keras_seed(self._streams, "cell", execution.key)
            try:
                return make()
            finally:
                module.make_default_seed = ask

        module.global_seed_generator = global_seed_generator


def _left_before(chain: List[_Cell], index: int) -> Optional[_State]:
    earlier = [cell for cell in chain if cell.index < index]
    return earlier[-1].left if earlier else None


def _is_same(one: Optional[_State], other: Optional[_State]) -> bool:
    if one is None or other is None:
        return one is other
    return (one.seed, one.digest) == (other.seed, other.digest)
