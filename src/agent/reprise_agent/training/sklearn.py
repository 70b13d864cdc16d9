"""scikit-learn: the rows that each split trains and tests on, whoever asked for the split."""

from __future__ import annotations

import functools
import threading
from typing import Any, Iterator

from ..seeding.imports import ImportHooks
from .ledger import Ledger

# Every splitter's `split` ends in one of these, and in one only.
_SPLITTERS = ("BaseCrossValidator", "BaseShuffleSplit", "TimeSeriesSplit", "PredefinedSplit")


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    hooks.after("sklearn.model_selection._split", lambda module: _watch(module, ledger))


def _watch(module: Any, ledger: Ledger) -> None:
    once = threading.local()
    for name in _SPLITTERS:
        _watch_splitter(getattr(module, name), ledger, once)
    original = module.train_test_split

    @functools.wraps(original)
    def train_test_split(*args: Any, **kwargs: Any) -> Any:
        once.within = True
        try:
            return original(*args, **kwargs)
        finally:
            once.within = False

    module.train_test_split = train_test_split


def _watch_splitter(splitter: Any, ledger: Ledger, once: Any) -> None:
    original = splitter.split

    @functools.wraps(original)
    def split(self: Any, *args: Any, **kwargs: Any) -> Any:
        within = getattr(once, "within", False)
        name = "train_test_split" if within else type(self).__name__
        return _noted(original(self, *args, **kwargs), f"sklearn.{name}", ledger)

    splitter.split = split


class _Owner:
    """Lives as long as the generator that holds it."""


def _noted(splits: Iterator[Any], source: str, ledger: Ledger) -> Iterator[Any]:
    owner = _Owner()
    stream = ledger.open_pass(source, owner)
    for train, test in splits:
        ledger.batch(
            stream,
            (train, test),
            lambda value, fetch: None,
            lambda train=train, test=test: {"train": _numbers(train), "test": _numbers(test)},
        )
        yield train, test
    ledger.close_pass(stream, True)


def _numbers(rows: Any) -> Any:
    return [int(row) for row in rows]
