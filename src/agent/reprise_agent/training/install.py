"""Puts the ledger into frameworks when they are imported."""

from __future__ import annotations

from ..seeding.imports import ImportHooks
from . import keras, sklearn, tfdata, torch
from .ledger import Ledger

_FRAMEWORKS = (torch, keras, tfdata, sklearn)


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    for framework in _FRAMEWORKS:
        framework.install(hooks, ledger)
