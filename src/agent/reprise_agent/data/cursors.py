"""Cursors of Python's database interface (PEP 249): what each executes, and the rows that it gives."""

from __future__ import annotations

import functools
import inspect
import weakref
from typing import Any, Callable, Dict, Optional

from .log import DataLog
from .queries import Fetch

Told = Callable[[Fetch, Any], None]


class Cursors:
    """Whose rows each cursor gives. Cursors are held weakly and beside them: many take no attributes.

    `name_of` gives the database of a cursor, as the record names it, or None where it is not to be noted."""

    def __init__(self, log: DataLog, name_of: Callable[[Any], Optional[str]]) -> None:
        self._log = log
        self._name_of = name_of
        self._fetches: "Dict[weakref.ref[Any], Fetch]" = {}

    def executed(self, cursor: Any, statement: Any) -> None:
        """After the cursor has executed the statement. Never raises."""
        try:
            key = weakref.ref(cursor, self._leave)
            self._leave(key)
            database = self._name_of(cursor)
            if database is None:
                return
            fetch = self._log.queries.executed(database, _text(statement, cursor), True)
            if fetch is not None:
                self._fetches[key] = fetch
        except Exception as error:
            self._log.fault("noting a query", error)

    def of(self, cursor: Any) -> Optional[Fetch]:
        return self._fetches.get(weakref.ref(cursor))

    def note(self, kind: Any, base: Any) -> None:
        """Puts wrappers of the methods that `base` itself defines into `kind`, which is `base` or derives from it."""
        for name in ("execute", "executemany"):
            if name in vars(base):
                setattr(kind, name, self._executing(vars(base)[name]))
        for name, told in _TOLD.items():
            if name in vars(base):
                setattr(kind, name, self.giving(vars(base)[name], told))
        for name in ("__iter__", "__aiter__"):
            original = vars(base).get(name)
            if inspect.isgeneratorfunction(original) or inspect.isasyncgenfunction(original):
                setattr(kind, name, self.iterating(original))

    def _executing(self, original: Any) -> Any:
        if inspect.iscoroutinefunction(original):

            @functools.wraps(original)
            async def execute_soon(cursor: Any, /, *args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                result = await original(cursor, *args, **kwargs)
                self.executed(cursor, args[0] if args else kwargs.get("query"))
                return result

            return execute_soon

        @functools.wraps(original)
        def execute(cursor: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = original(cursor, *args, **kwargs)
            self.executed(cursor, args[0] if args else kwargs.get("query"))
            return result

        return execute

    def giving(
        self, original: Any, told: Told, cursor_of: Callable[[Any], Any] = lambda cursor: cursor
    ) -> Any:
        """`cursor_of`: of what the method belongs to."""
        if inspect.iscoroutinefunction(original):

            @functools.wraps(original)
            async def fetch_soon(giver: Any, /, *args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                noted = self.of(cursor_of(giver))
                if noted is None or noted.busy:
                    return await original(giver, *args, **kwargs)
                noted.busy = True
                try:
                    found = await original(giver, *args, **kwargs)
                except StopAsyncIteration:
                    noted.end()
                    raise
                finally:
                    noted.busy = False
                told(noted, found)
                return found

            return fetch_soon

        @functools.wraps(original)
        def fetch(giver: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            noted = self.of(cursor_of(giver))
            if noted is None or noted.busy:
                return original(giver, *args, **kwargs)
            noted.busy = True  # one method may serve itself by another
            try:
                found = original(giver, *args, **kwargs)
            except StopIteration:
                noted.end()
                raise
            finally:
                noted.busy = False
            told(noted, found)
            return found

        return fetch

    def iterating(self, original: Any) -> Any:
        """Of a method that is a generator of rows."""

        @functools.wraps(original)
        def rows(cursor: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            for row in original(cursor, *args, **kwargs):
                noted = self.of(cursor)
                if noted is not None:
                    noted.row(row)
                yield row
            noted = self.of(cursor)
            if noted is not None:
                noted.end()

        @functools.wraps(original)
        async def rows_soon(cursor: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            async for row in original(cursor, *args, **kwargs):
                noted = self.of(cursor)
                if noted is not None:
                    noted.row(row)
                yield row
            noted = self.of(cursor)
            if noted is not None:
                noted.end()

        return rows_soon if inspect.isasyncgenfunction(original) else rows

    def _leave(self, key: "weakref.ref[Any]") -> None:
        """Nobody asks for more: the cursor is gone, or executes something else."""
        fetch = self._fetches.pop(key, None)
        if fetch is not None:
            fetch.leave()


def tell_row(fetch: Fetch, row: Any) -> None:
    if row is None:
        fetch.end()
    else:
        fetch.row(row)


def tell_rows(fetch: Fetch, rows: Any) -> None:
    fetch.rows(rows)


def tell_all_rows(fetch: Fetch, rows: Any) -> None:
    fetch.rows(rows)
    fetch.end()


_TOLD: Dict[str, Told] = {
    "fetchone": tell_row,
    "__next__": tell_row,
    "__anext__": tell_row,
    "fetchmany": tell_rows,
    "fetchall": tell_all_rows,
}


def _text(statement: Any, cursor: Any) -> Any:
    """Of a statement that was composed of parts, too."""
    if hasattr(statement, "as_string"):
        return statement.as_string(cursor)
    return "?".join(statement.strings) if hasattr(statement, "interpolations") else statement


def standing_for(base: Any, kind: Any) -> Any:
    """A class that looks as the one which it stands in for."""
    kind.__name__, kind.__qualname__ = base.__name__, base.__qualname__
    kind.__module__, kind.__doc__ = base.__module__, base.__doc__
    return kind
