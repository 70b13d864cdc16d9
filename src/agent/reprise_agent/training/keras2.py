"""Keras 2, which computes with TensorFlow alone: `fit` of `tf.keras` up to TensorFlow 2.15, and of `tf_keras` since."""

from __future__ import annotations

from typing import Any, Optional

from ..seeding.imports import ImportHooks
from .fits import Fits, watch_drawing, watch_draws, watch_fit, watch_steps, weight_of
from .ledger import Ledger
from .weights import Weighed, digest_weights

_MODULES = ("keras.src.engine.training", "keras.engine.training", "tf_keras.src.engine.training")


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    fits = Fits()

    def after_import(module: Any) -> None:
        callbacks = module.callbacks_module.CallbackList
        watch_fit(module.Model, fits)
        watch_steps(callbacks, fits, ledger, _weights, _many)
        watch_drawing(callbacks, fits)

    for name in _MODULES:
        hooks.after(name, after_import)
    watch_draws(hooks, fits, ledger)


def _weights(model: Any) -> Optional[Weighed]:
    return None if model is None else digest_weights(weight_of(each, each.numpy) for each in model.weights)


def _many(model: Any) -> int:
    chosen = getattr(model, "_steps_per_execution", None)
    return 1 if chosen is None else int(chosen)
