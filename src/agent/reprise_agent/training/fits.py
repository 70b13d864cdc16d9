"""Calls of Keras' `fit`, whichever version: their epochs, steps and losses, and batches that a step draws itself.

Nothing is added to the user's callbacks: with another one among them Keras would call all of them otherwise.
"""

from __future__ import annotations

import functools
import math
import re
import sys
import threading
import weakref
from typing import Any, Callable, List, Optional, Tuple

from ..seeding.imports import ImportHooks
from .digests import array_bytes
from .ledger import Ledger
from .tfdata import is_keras
from .tfdata import leaf as tensorflow_leaf
from .weights import Weighed, Weight

_SOURCE = "keras.fit"
_PASSING_ON = ("reprise_agent", "tensorflow")


class Fit:
    """One call of `fit`. Where its steps draw for themselves, it is `fed` from the start; else the first iterator that is
    made in it is the one it trains with."""

    def __init__(self, draws_in_steps: bool) -> None:
        self.draws_in_steps = self.fed = draws_in_steps
        self.stream: Any = None
        self.stepping: Any = None  # the model, while it takes a step and draws for it


class Fits(threading.local):
    # Of the models that are being trained. A graph asks from a thread of TensorFlow's, and is that of later calls too.
    streams: "weakref.WeakKeyDictionary[Any, Any]" = weakref.WeakKeyDictionary()

    def __init__(self) -> None:
        self.running: List[Fit] = []
        self.making = False  # what a step of training runs


def watch_fit(trainer: Any, fits: Fits) -> None:
    original = trainer.fit

    @functools.wraps(original)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        fits.running.append(Fit(_draws_in_steps(self)))
        try:
            return original(self, *args, **kwargs)
        finally:
            fits.running.pop()
            fits.streams.pop(self, None)

    trainer.fit = fit


def _draws_in_steps(model: Any) -> bool:
    """So does TensorFlow in Keras 2 and until 3.5, where each of several replicas would draw a part."""
    strategy = getattr(model, "distribute_strategy", None)
    return getattr(strategy, "num_replicas_in_sync", 0) == 1 and not hasattr(model, "_autoconvert_optionals")


def watch_steps(
    callbacks: Any,
    fits: Fits,
    ledger: Ledger,
    weights: Callable[[Any], Optional[Weighed]],
    many: Callable[[Any], int],
) -> None:
    """`weights(model)`: digest of them; `many(model)`: steps that it takes before its callbacks are told."""
    begin, start, step, end = (
        callbacks.on_train_begin,
        callbacks.on_epoch_begin,
        callbacks.on_train_batch_end,
        callbacks.on_epoch_end,
    )

    @functools.wraps(begin)
    def on_train_begin(self: Any, *args: Any, **kwargs: Any) -> Any:
        model = self.model
        ledger.before_step(lambda: weights(model))
        return begin(self, *args, **kwargs)

    @functools.wraps(start)
    def on_epoch_begin(self: Any, *args: Any, **kwargs: Any) -> Any:
        if fits.running and fits.running[-1].fed:
            fits.running[-1].stream = fits.streams[self.model] = ledger.open_pass(_SOURCE, fits.running[-1])
        return start(self, *args, **kwargs)

    @functools.wraps(step)
    def on_train_batch_end(self: Any, batch: Any, logs: Any = None) -> Any:
        if ledger.collects:
            reference = weakref.ref(self.model)
            ledger.loss(lambda: _loss(logs))
            ledger.step(lambda: weights(reference()), many(self.model))
        return step(self, batch, logs)

    @functools.wraps(end)
    def on_epoch_end(self: Any, *args: Any, **kwargs: Any) -> Any:
        if fits.running:
            ledger.close_pass(fits.running[-1].stream, True)
            fits.running[-1].stream = fits.streams[self.model] = None
        return end(self, *args, **kwargs)

    callbacks.on_train_begin, callbacks.on_epoch_begin = on_train_begin, on_epoch_begin
    callbacks.on_train_batch_end, callbacks.on_epoch_end = on_train_batch_end, on_epoch_end


def _loss(logs: Any) -> Optional[float]:
    loss = logs.get("loss") if isinstance(logs, dict) else None
    return None if loss is None else float(loss)


def watch_drawing(callbacks: Any, fits: Fits) -> None:
    """Which model takes a step: from the beginning of a batch until it ends, or the data does."""
    begin = callbacks.on_train_batch_begin

    @functools.wraps(begin)
    def on_train_batch_begin(self: Any, *args: Any, **kwargs: Any) -> Any:
        begun = begin(self, *args, **kwargs)
        if fits.running and fits.running[-1].draws_in_steps:
            fits.running[-1].stepping = self.model
        return begun

    callbacks.on_train_batch_begin = on_train_batch_begin
    for name in ("on_train_batch_end", "on_test_begin", "on_epoch_end"):
        setattr(callbacks, name, _stopping(getattr(callbacks, name), fits))


def _stopping(original: Callable[..., Any], fits: Fits) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if fits.running:
            fits.running[-1].stepping = None
        return original(self, *args, **kwargs)

    return call


def watch_draws(hooks: ImportHooks, fits: Fits, ledger: Ledger) -> None:
    """In the graph of a step that draws for itself each batch is shown, whatever the pipeline fetches ahead."""

    def after_import(module: Any) -> None:
        iterator = module.OwnedIterator
        draw = iterator.__next__

        @functools.wraps(draw)
        def __next__(self: Any) -> Any:
            batch = draw(self)
            model = fits.running[-1].stepping if fits.running else None
            if model is not None and _asked_by_keras(sys._getframe(1)):
                show(sys.modules["tensorflow"], batch, noted_for(model, fits, ledger))
            return batch

        iterator.__next__ = __next__

    hooks.after("tensorflow.python.data.ops.iterator_ops", after_import)


def _asked_by_keras(frame: Any) -> bool:
    """And not by a step of the user's own, which may draw from other data too."""
    while frame is not None and _package(frame) in _PASSING_ON:
        frame = frame.f_back
    return frame is not None and is_keras(frame)


def _package(frame: Any) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def noted_for(model: Any, fits: Fits, ledger: Ledger) -> Callable[..., None]:
    """What notes batches of whichever call of `fit` trains the model when they are drawn: its graphs outlive a call."""
    reference = weakref.ref(model)

    def note(*parts: Any) -> None:
        stream = fits.streams.get(reference())
        if stream is not None:
            ledger.batch(stream, parts, tensorflow_leaf)

    return note


def show(tf: Any, batch: Any, note: Callable[..., None]) -> None:
    parts = tf.nest.flatten(batch, expand_composites=True)
    if tf.executing_eagerly():
        note(*parts)
    elif all(part.dtype not in (tf.variant, tf.resource) for part in parts):
        tf.numpy_function(note, parts, [])


def weight_of(variable: Any, numbers: Callable[[], Any]) -> Weight:
    def read(pick: Callable[[Any], List[Any]]) -> Optional[Tuple[str, List[Any]]]:
        found = array_bytes(numbers())
        if found is None:
            return None
        kind, content = found
        return kind, pick(content)

    # The bits of a number stand in the name of its type.
    bits = re.search(r"\d+", str(variable.dtype))
    return Weight(math.prod(variable.shape) * (int(bits.group()) // 8 if bits else 1), read)
