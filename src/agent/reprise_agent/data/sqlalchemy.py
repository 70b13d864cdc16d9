"""Queries through SQLAlchemy, by whichever driver does not tell of them itself."""

from __future__ import annotations

import functools
import sys
from typing import Any, Optional

from ..seeding.imports import ImportHooks
from .log import DataLog

_STRATEGIES = (
    "CursorFetchStrategy",
    "BufferedRowCursorFetchStrategy",
    "FullyBufferedCursorFetchStrategy",
)


def install(hooks: ImportHooks, log: DataLog) -> None:
    hooks.after("sqlalchemy", lambda module: _watch_statements(module, log), "watching SQLAlchemy")
    hooks.after("sqlalchemy.engine.cursor", _watch_rows, "watching SQLAlchemy")


def _watch_statements(module: Any, log: DataLog) -> None:
    def executes(
        connection: Any, cursor: Any, statement: Any, parameters: Any, context: Any, many: Any
    ) -> None:
        if context is not None:
            context._reprise_told = log.queries.told()

    def executed(
        connection: Any, cursor: Any, statement: Any, parameters: Any, context: Any, many: Any
    ) -> None:
        try:
            context._reprise_fetch = None
            if getattr(context, "_reprise_told", None) not in (None, log.queries.told()):
                return  # the driver has told of it
            database = name_of(connection.engine.url, cursor, log)
            if database is not None:
                gives_rows = cursor.description is not None
                context._reprise_fetch = log.queries.executed(database, statement, gives_rows)
        except Exception as error:
            log.fault("noting a query", error)

    module.event.listen(module.engine.Engine, "before_cursor_execute", executes)
    module.event.listen(module.engine.Engine, "after_cursor_execute", executed)


def name_of(url: Any, cursor: Any, log: DataLog) -> Optional[str]:
    """Without user, password and options; None for what is in memory, or told of by its driver."""
    backend = url.get_backend_name()
    told = getattr(sys.modules.get("sqlite3"), "Cursor", ())
    if isinstance(cursor, told) or url.drivername.endswith("+aiosqlite"):
        return None
    if url.host is None:
        if url.database in (None, "", ":memory:"):
            return None if backend in ("sqlite", "duckdb") else backend
        place = log.place_of(url.database)
        return None if place is None else f"{backend}:{place}"
    port = "" if url.port is None else f":{url.port}"
    return f"{backend}://{url.host}{port}/{url.database or ''}"


def _watch_rows(module: Any) -> None:
    for name in _STRATEGIES:
        strategy = getattr(module, name)
        for method, told in (("fetchone", _row), ("fetchmany", _rows), ("fetchall", _all_rows)):
            if method in vars(strategy):
                setattr(strategy, method, _noting(vars(strategy)[method], told))


def _noting(original: Any, told: Any) -> Any:
    @functools.wraps(original)
    def fetch(self: Any, result: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        context = result.context
        noted = getattr(context, "_reprise_fetch", None)
        if noted is None:
            return original(self, result, *args, **kwargs)
        context._reprise_fetch = None  # one method may serve itself by another
        try:
            found = original(self, result, *args, **kwargs)
            told(noted, found)
        finally:
            context._reprise_fetch = noted
        return found

    return fetch


def _row(noted: Any, row: Any) -> None:
    if row is None:
        noted.end()
    else:
        noted.row(row)


def _rows(noted: Any, rows: Any) -> None:
    noted.rows(rows)


def _all_rows(noted: Any, rows: Any) -> None:
    noted.rows(rows)
    noted.end()
