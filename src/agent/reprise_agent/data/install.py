"""Puts the log of data versions into the libraries that read data, when they are imported."""

from __future__ import annotations

from ..seeding.imports import ImportHooks
from . import duckdb, fsspec, http, huggingface, psycopg, sqlalchemy, sqlite
from .log import DataLog

_READERS = (http, sqlite, psycopg, duckdb, sqlalchemy, fsspec, huggingface)


def install(hooks: ImportHooks, log: DataLog) -> None:
    for reader in _READERS:
        reader.install(hooks, log)
