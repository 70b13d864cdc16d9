"""Queries of Python's own sqlite3. Its classes are C's, so that subclasses stand in for them."""

from __future__ import annotations

import functools
import os
import sys
from typing import Any, Optional
from urllib.parse import parse_qs, unquote, urlsplit

from ..seeding.imports import ImportHooks
from .cursors import standing_for
from .log import DataLog

_FACTORY = 5  # its position among connect's arguments


def install(hooks: ImportHooks, log: DataLog) -> None:
    hooks.after("sqlite3", lambda module: _watch(module, log), "watching sqlite3")


def _watch(module: Any, log: DataLog) -> None:
    connect = module.connect
    cursor = _cursor(module.Cursor, log)
    connection = _connection(module.Connection, cursor, log)

    @functools.wraps(connect)
    def noting_connect(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if len(args) <= _FACTORY:
            kwargs.setdefault("factory", connection)
        return connect(*args, **kwargs)

    for place in (module, module.dbapi2):
        place.connect, place.Connection, place.Cursor = noting_connect, connection, cursor


def _connection(base: Any, cursors: Any, log: DataLog) -> Any:
    class Connection(base):  # type: ignore[misc]
        __slots__ = ("_reprise_database",)

        def __init__(self, database: Any, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            self._reprise_database: Optional[str] = None
            base.__init__(self, database, *args, **kwargs)
            try:
                self._reprise_database = name_of(database, kwargs.get("uri", False), log)
            except Exception as error:
                log.fault("naming a database", error)

        def cursor(self, factory: Any = cursors) -> Any:
            __tracebackhide__ = True
            return base.cursor(self, factory)

        if sys.version_info >= (3, 11):
            # These make their cursor themselves; before, they asked for one.
            def execute(self, *args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                return base.cursor(self, cursors).execute(*args, **kwargs)

            def executemany(self, *args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                return base.cursor(self, cursors).executemany(*args, **kwargs)

            def executescript(self, *args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                return base.cursor(self, cursors).executescript(*args, **kwargs)

    return standing_for(base, Connection)


def _cursor(base: Any, log: DataLog) -> Any:
    queries = log.queries
    fetch_next = base.__next__

    class Cursor(base):  # type: ignore[misc]
        __slots__ = ("_reprise_fetch",)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            self._reprise_fetch: Any = None
            base.__init__(self, *args, **kwargs)

        def execute(self, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            _leave(self)
            result = base.execute(self, *args, **kwargs)
            self._reprise_fetch = _executed(self, args)
            return result

        def executemany(self, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            _leave(self)
            result = base.executemany(self, *args, **kwargs)
            self._reprise_fetch = _executed(self, args)
            return result

        def executescript(self, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            _leave(self)
            result = base.executescript(self, *args, **kwargs)
            self._reprise_fetch = None
            if _database(self) is not None:
                queries.wrote(_database(self))
            return result

        def fetchone(self) -> Any:
            __tracebackhide__ = True
            row = base.fetchone(self)
            if self._reprise_fetch is not None:
                if row is None:
                    self._reprise_fetch.end()
                else:
                    self._reprise_fetch.row(row)
            return row

        def __next__(self) -> Any:
            __tracebackhide__ = True
            try:
                row = fetch_next(self)
            except StopIteration:
                if self._reprise_fetch is not None:
                    self._reprise_fetch.end()
                raise
            if self._reprise_fetch is not None:
                self._reprise_fetch.row(row)
            return row

        def fetchmany(self, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            rows = base.fetchmany(self, *args, **kwargs)
            if self._reprise_fetch is not None:
                self._reprise_fetch.rows(rows)
            return rows

        def fetchall(self) -> Any:
            __tracebackhide__ = True
            rows = base.fetchall(self)
            if self._reprise_fetch is not None:
                self._reprise_fetch.rows(rows)
                self._reprise_fetch.end()
            return rows

        def __del__(self) -> None:
            _leave(self)

    def _executed(self: Any, args: Any) -> Any:
        database = _database(self)
        gives_rows = database is not None and self.description is not None
        return queries.executed(database or "sqlite", args[0], gives_rows)

    return standing_for(base, Cursor)


def _leave(cursor: Any) -> None:
    fetch = getattr(cursor, "_reprise_fetch", None)
    if fetch is not None:
        fetch.leave()


def _database(cursor: Any) -> Optional[str]:
    return getattr(cursor.connection, "_reprise_database", None)


def name_of(database: Any, is_uri: Any, log: DataLog) -> Optional[str]:
    """`sqlite:data/study.db`; None for what lies in memory, as what is in there the notebook has put there."""
    path = os.fsdecode(database)
    if is_uri and path.startswith("file:"):
        parts = urlsplit(path)
        if "memory" in parse_qs(parts.query).get("mode", ()):
            return None
        path = unquote(parts.path)
    if path in ("", ":memory:"):
        return None
    place = log.place_of(path)
    return None if place is None else f"sqlite:{place}"
