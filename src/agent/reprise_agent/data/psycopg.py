"""Queries of PostgreSQL through psycopg 3 and psycopg2, whoever uses them."""

from __future__ import annotations

import functools
from typing import Any, Optional

from ..seeding.imports import ImportHooks
from .cursors import Cursors, standing_for, tell_row
from .log import DataLog
from .queries import Fetch
from .statements import read_statement

_PORT = 5432
_CURSORS = ("Cursor", "ServerCursor", "AsyncCursor", "AsyncServerCursor")
_COPIES = ("Copy", "AsyncCopy")
_FACTORY = 1  # its position among the arguments of psycopg2's `cursor`


def install(hooks: ImportHooks, log: DataLog) -> None:
    cursors = Cursors(log, lambda cursor: name_of(cursor.connection.info))
    hooks.after("psycopg", lambda module: _watch(module, cursors), "watching psycopg")
    hooks.after("psycopg2.extensions", lambda module: _stand_in(module, cursors), "watching psycopg2")
    hooks.after("psycopg2", _connect_standing_in, "watching psycopg2")


def name_of(info: Any) -> Optional[str]:
    """`postgresql://db.example/study`, with the port where it is not the usual one. `info`: of a connection."""
    host = "localhost" if not info.host or info.host.startswith(("/", "@")) else info.host
    host = f"[{host}]" if ":" in host else host
    return f"postgresql://{host}{'' if info.port == _PORT else f':{info.port}'}/{info.dbname}"


def _watch(module: Any, cursors: Cursors) -> None:
    for name in _CURSORS:
        kind = getattr(module, name)
        cursors.note(kind, kind)
        if "stream" in vars(kind):
            kind.stream = _executing_first(cursors.iterating(vars(kind)["stream"]), cursors)
        if "copy" in vars(kind):
            kind.copy = _executing_first(vars(kind)["copy"], cursors)
    for name in _COPIES:
        kind = getattr(module, name)
        kind.read = cursors.giving(kind.read, _tell_block, _cursor_of)
        kind.read_row = cursors.giving(kind.read_row, tell_row, _cursor_of)


def _executing_first(original: Any, cursors: Cursors) -> Any:
    """Of a method that executes its statement only when it is asked for more."""

    @functools.wraps(original)
    def execute(cursor: Any, /, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        result = original(cursor, *args, **kwargs)
        cursors.executed(cursor, args[0] if args else kwargs.get("query", kwargs.get("statement")))
        return result

    return execute


def _cursor_of(copy: Any) -> Any:
    return copy.cursor


def _tell_block(fetch: Fetch, block: Any) -> None:
    """The server sends a block a row."""
    tell_row(fetch, bytes(block) if block else None)


def _stand_in(module: Any, cursors: Cursors) -> None:
    """The classes are C's, so that subclasses stand in for them."""
    cursor_base, connection_base = module.cursor, module.connection

    class Cursor(cursor_base):  # type: ignore[misc]
        __slots__ = ()

        def callproc(self, procname: Any, *args: Any) -> Any:
            __tracebackhide__ = True
            result = cursor_base.callproc(self, procname, *args)
            cursors.executed(self, f"select * from {procname}()")
            return result

        def copy_expert(self, sql: Any, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            cursor_base.copy_expert(self, sql, *args, **kwargs)
            _copied(self, sql, cursors)

        def copy_to(self, file: Any, table: Any, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            cursor_base.copy_to(self, file, table, *args, **kwargs)
            _copied(self, f"copy {table} to stdout", cursors)

        def copy_from(self, file: Any, table: Any, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            cursor_base.copy_from(self, file, table, *args, **kwargs)
            cursors.executed(self, f"copy {table} from stdin")

    cursors.note(Cursor, cursor_base)

    class Connection(connection_base):  # type: ignore[misc]
        __slots__ = ()

        def cursor(self, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if len(args) <= _FACTORY and self.cursor_factory is None:
                kwargs["cursor_factory"] = kwargs.get("cursor_factory") or Cursor
            return connection_base.cursor(self, *args, **kwargs)

    module.cursor = standing_for(cursor_base, Cursor)
    module.connection = standing_for(connection_base, Connection)


def _copied(cursor: Any, statement: Any, cursors: Cursors) -> None:
    """Rows went into a file of the user's, which may be anything that can be written to."""
    cursors.executed(cursor, statement)
    fetch = cursors.of(cursor)
    if fetch is not None and not read_statement(*reversed(fetch.key)).changes:
        fetch.table(max(cursor.rowcount, 0))


def _connect_standing_in(module: Any) -> None:
    connect = module._connect
    connection = module.extensions.connection

    @functools.wraps(connect)
    def noting_connect(dsn: Any, connection_factory: Any = None, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return connect(dsn, connection_factory=connection_factory or connection, **kwargs)

    module._connect = noting_connect
