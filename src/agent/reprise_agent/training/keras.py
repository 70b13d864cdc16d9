"""Keras 3: what `fit` draws, whichever backend computes; losses and weights as its callbacks would see them."""

from __future__ import annotations

import functools
import sys
import weakref
from typing import Any, Callable, Iterator, Optional

from ..seeding.imports import ImportHooks
from . import torch as torch_ledger
from .digests import array_bytes
from .fits import Fit, Fits, noted_for, show, watch_drawing, watch_draws, watch_fit, watch_steps, weight_of
from .ledger import Ledger
from .weights import Weighed, Weight, digest_weights

_BACKENDS = {"tensorflow": "TensorFlowTrainer", "torch": "TorchTrainer", "jax": "JAXTrainer"}


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    fits = Fits()
    for backend, trainer in _BACKENDS.items():
        hooks.after(
            f"keras.src.backend.{backend}.trainer",
            lambda module, name=trainer: watch_fit(getattr(module, name), fits),
        )
    hooks.after(
        "keras.src.backend.tensorflow.trainer", lambda module: _watch_tensorflow(module, fits, ledger)
    )
    watch_draws(hooks, fits, ledger)
    hooks.after(
        "keras.src.trainers.epoch_iterator",
        lambda module: _watch_iterator(module.EpochIterator, fits, ledger),
    )
    hooks.after(
        "keras.src.callbacks.callback_list",
        lambda module: _watch_callbacks(module.CallbackList, fits, ledger),
    )


def _watch_callbacks(callbacks: Any, fits: Fits, ledger: Ledger) -> None:
    watch_steps(callbacks, fits, ledger, _weights, _many)
    watch_drawing(callbacks, fits)


def _feeding(fits: Fits) -> Optional[Fit]:
    """The call of `fit` whose iterator this is, if it is one's."""
    if not fits.running or fits.running[-1].fed:
        return None
    fits.running[-1].fed = True
    return fits.running[-1]


def _watch_tensorflow(module: Any, fits: Fits, ledger: Ledger) -> None:
    """It draws within a graph, where each batch is shown on its way into the step. In the graph of the step, and not of the
    pipeline: there deterministic operations would no longer let TensorFlow fetch ahead
    (`kDeterministicStatefulOpsWhenAsync` of its make_deterministic.cc)."""
    tf, trainer = module.tf, module.TensorFlowTrainer
    if not hasattr(trainer, "_autoconvert_optionals"):
        return  # before Keras 3.6 a step draws for itself
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
        noting = noted_for(self, fits, ledger)

        @functools.wraps(step)
        def shown(data: Any) -> Any:
            show(tf, data, noting)
            return converted(data)

        return shown

    trainer.make_train_function, trainer._autoconvert_optionals = make_train_function, _autoconvert_optionals


def _watch_iterator(iterator: Any, fits: Fits, ledger: Ledger) -> None:
    """torch and JAX draw in Python; TensorFlow's iterator has a `__next__` of its own."""
    create = iterator.__init__
    feeding: "weakref.WeakKeyDictionary[Any, Fit]" = weakref.WeakKeyDictionary()

    @functools.wraps(create)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        create(self, *args, **kwargs)
        fit = None if type(self).__name__ == "TFEpochIterator" else _feeding(fits)
        if fit is not None:
            feeding[self] = fit

    def note(self: Any, batches: Any) -> None:
        fit = feeding.get(self)
        if fit is not None and fit.stream is not None:
            for batch in batches:
                ledger.batch(fit.stream, batch, _array_leaf)

    iterator.__init__ = __init__
    if hasattr(iterator, "__next__"):
        _watch_next(iterator, note)
    else:
        _watch_epochs(iterator, note)


def _watch_next(iterator: Any, note: Callable[[Any, Any], None]) -> None:
    draw = iterator.__next__

    @functools.wraps(draw)
    def __next__(self: Any) -> Any:
        drawn = draw(self)
        note(self, drawn[2])
        return drawn

    iterator.__next__ = __next__


def _watch_epochs(iterator: Any, note: Callable[[Any, Any], None]) -> None:
    """Before Keras 3.6; TensorFlow's iterator has this one for itself too."""
    enumerate_epoch = iterator.enumerate_epoch

    @functools.wraps(enumerate_epoch)
    def noted(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        for step, batches in enumerate_epoch(self, *args, **kwargs):
            note(self, batches)
            yield step, batches

    iterator.enumerate_epoch = noted


def _array_leaf(value: Any, fetch: bool) -> Any:
    if "torch" in sys.modules:
        found = torch_ledger.leaf(value, fetch)
        if found is not None:
            return found
    if type(value).__module__.partition(".")[0] in ("jax", "jaxlib") and hasattr(value, "__array__"):
        return array_bytes(sys.modules["numpy"].asarray(value))
    return None


def _many(model: Any) -> int:
    return getattr(model, "steps_per_execution", 1)


def _weights(model: Any) -> Optional[Weighed]:
    """Digest of the model's weights; None under JAX, which has them elsewhere until the epoch is over."""
    if model is None or sys.modules["keras"].config.backend() == "jax":
        return None
    return digest_weights(_weight(variable) for variable in model.weights)


def _weight(variable: Any) -> Weight:
    return weight_of(variable, lambda: sys.modules["keras"].ops.convert_to_numpy(variable.value))
