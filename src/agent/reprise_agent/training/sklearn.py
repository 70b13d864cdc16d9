"""scikit-learn: the rows that each split trains and tests on, whoever asked for the split."""

from __future__ import annotations

import functools
import inspect
import sys
from types import CodeType, FrameType
from typing import Any, Iterator, Optional

from ..seeding.imports import ImportHooks
from .ledger import Ledger

# Every splitter's `split` ends in one of these, and in one only.
_SPLITTERS = ("BaseCrossValidator", "BaseShuffleSplit", "TimeSeriesSplit", "PredefinedSplit")


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    hooks.after("sklearn.model_selection._split", lambda module: _watch(module, ledger))


def _watch(module: Any, ledger: Ledger) -> None:
    # Known by who asks: a function in its place would be another value in the record of every notebook that imports it.
    asking = inspect.unwrap(module.train_test_split).__code__
    for name in _SPLITTERS:
        _watch_splitter(getattr(module, name), ledger, asking)


def _watch_splitter(splitter: Any, ledger: Ledger, asking: CodeType) -> None:
    original = splitter.split

    @functools.wraps(original)
    def split(self: Any, *args: Any, **kwargs: Any) -> Any:
        name = "train_test_split" if _asks(sys._getframe(1), asking) else type(self).__name__
        return _noted(original(self, *args, **kwargs), f"sklearn.{name}", ledger)

    splitter.split = split


def _asks(frame: Optional[FrameType], asking: CodeType) -> bool:
    """Between the two stand only splitters, one that passes on to its base."""
    while frame is not None and frame.f_code.co_filename == asking.co_filename:
        if frame.f_code is asking:
            return True
        frame = frame.f_back
    return False


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
