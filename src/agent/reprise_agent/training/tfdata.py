"""tf.data: batches of a dataset that a loop of the user's own draws, outside of graphs."""

from __future__ import annotations

import functools
import sys
import weakref
from typing import Any, Optional, Tuple

from ..seeding.imports import ImportHooks
from .digests import OnDevice, array_bytes
from .ledger import Ledger

_SOURCE = "tf.data"


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    hooks.after("tensorflow.python.data.ops.iterator_ops", lambda module: _watch(module, ledger))


def _watch(module: Any, ledger: Ledger) -> None:
    iterator = module.OwnedIterator
    draw = iterator.__next__
    passes: "weakref.WeakKeyDictionary[Any, Any]" = weakref.WeakKeyDictionary()

    @functools.wraps(draw)
    def __next__(self: Any) -> Any:
        # Within a graph that is being traced nothing is drawn yet, and Keras has batches of its own.
        if (
            not ledger.collects
            or not sys.modules["tensorflow"].executing_eagerly()
            or is_keras(sys._getframe(1))
        ):
            return draw(self)
        if self not in passes:
            passes[self] = ledger.open_pass(_SOURCE, self)
        try:
            batch = draw(self)
        except StopIteration:
            ledger.close_pass(passes.pop(self), True)
            raise
        ledger.batch(passes[self], batch, leaf)
        return batch

    iterator.__next__ = __next__


def is_keras(caller: Any) -> bool:
    return str(caller.f_globals.get("__name__", "")).partition(".")[0] in ("keras", "tf_keras")


def leaf(value: Any, fetch: bool) -> Optional[Tuple[str, Any]]:
    if not hasattr(value, "numpy") or type(value).__module__.partition(".")[0] != "tensorflow":
        return None
    if "GPU" in str(getattr(value, "device", "")) and not fetch:
        raise OnDevice
    return array_bytes(value.numpy())
