"""Rows that came as columns: pandas and Polars frames, Arrow tables, and dictionaries of arrays."""

from __future__ import annotations

from typing import Any, Optional

from ..tracking.values import digest_value
from .queries import Fetch

_DIGESTED = 1_000_000  # rows of arrays, or values that must be made Python's own: either takes about 0.3 s


def tell_result(fetch: Fetch, result: Any) -> None:
    """`result`: whatever one call gave of all the rows that there were, or of the next ones. May raise."""
    package = str(type(result).__module__).partition(".")[0]
    if result is None:
        fetch.end()
    elif isinstance(result, list):
        fetch.rows(result)
    elif isinstance(result, str):
        fetch.shown(result)
    elif isinstance(result, dict):
        rows = len(next(iter(result.values()), ()))
        head = {name: values[:_DIGESTED] for name, values in result.items()} if rows > _DIGESTED else result
        fetch.table(rows, _digest(head), rows <= _DIGESTED)
    elif package == "pandas":
        rows = len(result)
        fetch.table(rows, _digest(result.iloc[:_DIGESTED] if rows > _DIGESTED else result), rows <= _DIGESTED)
    elif package == "polars" and hasattr(result, "height"):
        head = result.head(_DIGESTED // max(result.width, 1))
        _tell_head(fetch, head.rows(), result.height)
    elif package == "pyarrow" and hasattr(result, "num_rows"):
        head = result.slice(0, _DIGESTED // max(result.num_columns, 1))
        columns = [column.to_pylist() for column in head.columns]
        _tell_head(fetch, list(zip(*columns)), result.num_rows)
    elif package != "duckdb":
        fetch.unseen()  # a reader, which gives each row once


def _tell_head(fetch: Fetch, head: Any, rows: int) -> None:
    fetch.rows(head)
    if len(head) < rows:
        fetch.table(rows - len(head), b"", whole=False)


def _digest(value: Any) -> Optional[bytes]:
    digest, how, _ = digest_value(value)
    return bytes.fromhex(digest) if digest is not None and how == "exact" else None
