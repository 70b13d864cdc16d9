"""Keras 3: what `fit` draws, whichever backend computes; losses and weights as its callbacks would see them.

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
from . import torch as torch_ledger
from .digests import array_bytes
from .ledger import Ledger
from .tfdata import leaf as tensorflow_leaf
from .weights import Weighed, Weight, digest_weights

_SOURCE = "keras.fit"
_BACKENDS = {"tensorflow": "TensorFlowTrainer", "torch": "TorchTrainer", "jax": "JAXTrainer"}


class _Fit:
    """One call of `fit`, in which the first iterator that is made is the one it trains with."""

    def __init__(self) -> None:
        self.fed = False
        self.stream: Any = None


class _Fits(threading.local):
    # Of the models that are being trained. A graph asks from a thread of TensorFlow's, and is that of later calls too.
    streams: "weakref.WeakKeyDictionary[Any, Any]" = weakref.WeakKeyDictionary()

    def __init__(self) -> None:
        self.running: List[_Fit] = []
        self.making = False  # what a step of training runs


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    fits = _Fits()
    for backend, trainer in _BACKENDS.items():
        hooks.after(f"keras.src.backend.{backend}.trainer", _watch_fit(trainer, fits))
    hooks.after("keras.src.backend.tensorflow.trainer", lambda module: _watch_tensorflow(module, fits, ledger))
    hooks.after(
        "keras.src.trainers.epoch_iterator",
        lambda module: _watch_iterator(module.EpochIterator, fits, ledger),
    )
    hooks.after(
        "keras.src.callbacks.callback_list", lambda module: _watch_steps(module.CallbackList, fits, ledger)
    )


def _watch_fit(name: str, fits: _Fits) -> Callable[[Any], None]:
    def after_import(module: Any) -> None:
        trainer = getattr(module, name)
        original = trainer.fit

        @functools.wraps(original)
        def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
            fits.running.append(_Fit())
            try:
                return original(self, *args, **kwargs)
            finally:
                fits.running.pop()
                fits.streams.pop(self, None)

        trainer.fit = fit

    return after_import


def _feeding(fits: _Fits) -> Optional[_Fit]:
    """The call of `fit` whose iterator this is, if it is one's."""
    if not fits.running or fits.running[-1].fed:
        return None
    fits.running[-1].fed = True
    return fits.running[-1]


def _watch_tensorflow(module: Any, fits: _Fits, ledger: Ledger) -> None:
    """TensorFlow draws within a graph, where each batch is shown on its way into the step."""
    if hasattr(module.TensorFlowTrainer, "_autoconvert_optionals"):
        _watch_data(module.tf, module.TensorFlowTrainer, fits, ledger)
    else:
        _watch_dataset(module, fits, ledger)


def _watch_data(tf: Any, trainer: Any, fits: _Fits, ledger: Ledger) -> None:
    """In the graph of the step, and not of the pipeline: there deterministic operations would no longer let TensorFlow
    fetch ahead (`kDeterministicStatefulOpsWhenAsync` of its make_deterministic.cc)."""
    make, wrap = trainer.make_train_function, trainer._autoconvert_optionals

    @functools.wraps(make)
    def make_train_function(self: Any, *args: Any, **kwargs: Any) -> Any:
        fits.making = self.distribute_strategy.num_replicas_in_sync == 1
        if fits.making:
            _feeding(fits)
        try:
            return make(self, *args, **kwargs)
        finally:
            fits.making = False

    @functools.wraps(wrap)
    def _autoconvert_optionals(self: Any, step: Any) -> Any:
        converted = wrap(self, step)
        if not fits.making:
            return converted
        model = weakref.ref(self)

        def show(*parts: Any) -> None:
            stream = fits.streams.get(model())
            if stream is not None:
                ledger.batch(stream, parts, tensorflow_leaf)

        @functools.wraps(step)
        def shown(data: Any) -> Any:
            _show(tf, data, show)
            return converted(data)

        return shown

    trainer.make_train_function, trainer._autoconvert_optionals = make_train_function, _autoconvert_optionals


def _show(tf: Any, batch: Any, show: Callable[..., None]) -> None:
    parts = tf.nest.flatten(batch, expand_composites=True)
    if tf.executing_eagerly():
        show(*parts)
    elif all(part.dtype not in (tf.variant, tf.resource) for part in parts):
        tf.numpy_function(show, parts, [])


def _watch_dataset(module: Any, fits: _Fits, ledger: Ledger) -> None:
    """Keras before 3.6: a stage behind the pipeline shows each batch and passes it on as it is."""
    iterator = module.TFEpochIterator
    original = iterator.__init__

    @functools.wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        fit = _feeding(fits)
        original(self, *args, **kwargs)
        dataset = self._distributed_dataset
        if fit is not None and ledger.collects and isinstance(dataset, module.tf.data.Dataset):
            self._distributed_dataset = _showing(module.tf, dataset, fit, ledger)

    iterator.__init__ = __init__


def _showing(tf: Any, dataset: Any, fit: _Fit, ledger: Ledger) -> Any:
    def show(*parts: Any) -> None:
        if fit.stream is not None:
            ledger.batch(fit.stream, parts, tensorflow_leaf)

    def stage(*element: Any) -> Any:
        batch = element[0] if len(element) == 1 and not isinstance(dataset.element_spec, tuple) else element
        _show(tf, batch, show)
        return batch

    return dataset.map(stage)


def _watch_iterator(iterator: Any, fits: _Fits, ledger: Ledger) -> None:
    """torch and JAX draw in Python; TensorFlow's iterator has a `__next__` of its own."""
    create, draw = iterator.__init__, iterator.__next__
    feeding: "weakref.WeakKeyDictionary[Any, _Fit]" = weakref.WeakKeyDictionary()

    @functools.wraps(create)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        create(self, *args, **kwargs)
        fit = None if type(self).__name__ == "TFEpochIterator" else _feeding(fits)
        if fit is not None:
            feeding[self] = fit

    @functools.wraps(draw)
    def __next__(self: Any) -> Any:
        drawn = draw(self)
        fit = feeding.get(self)
        if fit is not None and fit.stream is not None:
            for batch in drawn[2]:
                ledger.batch(fit.stream, batch, _array_leaf)
        return drawn

    iterator.__init__, iterator.__next__ = __init__, __next__


def _array_leaf(value: Any, fetch: bool) -> Any:
    if "torch" in sys.modules:
        found = torch_ledger.leaf(value, fetch)
        if found is not None:
            return found
    if type(value).__module__.partition(".")[0] in ("jax", "jaxlib") and hasattr(value, "__array__"):
        return array_bytes(sys.modules["numpy"].asarray(value))
    return None


def _watch_steps(callbacks: Any, fits: _Fits, ledger: Ledger) -> None:
    begin, start, step, end = (
        callbacks.on_train_begin,
        callbacks.on_epoch_begin,
        callbacks.on_train_batch_end,
        callbacks.on_epoch_end,
    )

    @functools.wraps(begin)
    def on_train_begin(self: Any, *args: Any, **kwargs: Any) -> Any:
        model = self.model
        ledger.before_step(lambda: _weights(model))
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
            ledger.step(lambda: _weights(reference()), getattr(self.model, "steps_per_execution", 1))
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


def _weights(model: Any) -> Optional[Weighed]:
    """Digest of the model's weights; None under JAX, which has them elsewhere until the epoch is over."""
    if model is None or sys.modules["keras"].config.backend() == "jax":
        return None
    return digest_weights(_weight(variable) for variable in model.weights)


def _weight(variable: Any) -> Weight:
    def read(pick: Callable[[Any], List[Any]]) -> Optional[Tuple[str, List[Any]]]:
        found = array_bytes(sys.modules["keras"].ops.convert_to_numpy(variable.value))
        if found is None:
            return None
        kind, content = found
        return kind, pick(content)

    # The bits of a number stand in the name of its type.
    bits = re.search(r"\d+", str(variable.dtype))
    return Weight(math.prod(variable.shape) * (int(bits.group()) // 8 if bits else 1), read)
