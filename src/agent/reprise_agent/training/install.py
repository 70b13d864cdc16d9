"""Puts the ledger into frameworks when they are imported."""

from __future__ import annotations

from ..seeding.imports import ImportHooks
from . import keras, keras2, sklearn, tfdata, torch
from .ledger import Ledger

# tf.data last: it must be the caller of what watches a step of Keras draw, and the callee of Keras.
_FRAMEWORKS = (torch, sklearn, keras, keras2, tfdata)


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    for framework in _FRAMEWORKS:
        framework.install(hooks, ledger)
