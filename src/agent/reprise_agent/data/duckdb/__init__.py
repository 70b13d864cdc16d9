"""Queries of DuckDB: of databases in files and attached ones by their rows, and the files and addresses they read."""

from __future__ import annotations

from typing import Any

from ...seeding.imports import ImportHooks
from ..log import DataLog
from . import connections, frames, relations
from .teller import Teller


def install(hooks: ImportHooks, log: DataLog) -> None:
    hooks.after("duckdb", lambda module: _watch(module, log), "watching DuckDB")


def _watch(module: Any, log: DataLog) -> None:
    teller = Teller(module, log)
    frames.skip_ours()
    connections.watch(module, teller)
    if hasattr(module, "_relation"):
        relations.watch_written_in_python(module, teller)
    else:
        relations.watch(module, teller)
