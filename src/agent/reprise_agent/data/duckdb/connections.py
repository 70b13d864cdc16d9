"""Methods of DuckDB's connections, and the functions of its module that do the same on its default connection."""

from __future__ import annotations

import functools
from typing import Any, Callable

from ..columns import tell_result
from ..cursors import tell_all_rows, tell_row
from .frames import as_its_own
from .teller import Beside, Teller

_EXECUTING = ("execute", "executemany")
_COPYING = ("cursor", "duplicate")
_READING = ("read_csv", "from_csv_auto", "read_json", "read_parquet", "from_parquet")
_CHANGING = ("append", "appender", "query_appender")
_GIVING = {
    "fetchone": tell_row,
    "fetchall": tell_all_rows,
    **dict.fromkeys(("fetchmany", "fetchnumpy", "fetchdf", "fetch_df", "df", "fetch_df_chunk"), tell_result),
    **dict.fromkeys(("torch", "tf", "pl", "arrow", "to_arrow_table", "to_arrow_reader"), tell_result),
}
# They warn where they are called, which must not be here.
_WARNING = ("fetch_arrow_table", "fetch_record_batch")


def watch(module: Any, teller: Teller) -> None:
    kind = module.DuckDBPyConnection
    fetches = Beside(kind)  # what the open result of each is told to
    module.connect = _connecting(module.connect, teller)
    for place in (kind, module):
        asked = functools.partial(teller.asked, place is kind)
        for names, wrap in (
            (_EXECUTING, _executing),
            (_COPYING, _copying),
            (_READING, _reading),
            (_CHANGING, _changing),
        ):
            for name in names:
                _replace(place, name, wrap, asked, teller, fetches)
        for name, told in _GIVING.items():
            _replace(place, name, functools.partial(_giving, told), asked, teller, fetches)
    for name in _WARNING:
        if name in vars(kind):
            setattr(kind, name, _Unseen(vars(kind)[name], fetches))


class _Unseen:
    """A method that warns of itself, at the line which calls it: no frame of ours may lie between."""

    def __init__(self, original: Any, fetches: Beside) -> None:
        self._original = original
        self._fetches = fetches

    def __get__(self, connection: Any, kind: Any = None) -> Any:
        noted = None if connection is None else self._fetches.get(connection)
        if noted is not None:
            noted.unseen()
        return self._original.__get__(connection, kind)


def _replace(place: Any, name: str, wrap: Any, *rest: Any) -> None:
    original = getattr(place, name, None)
    if callable(original):
        setattr(place, name, as_its_own(functools.wraps(original)(wrap(original, *rest))))


def _connecting(connect: Any, teller: Teller) -> Any:
    @functools.wraps(connect)
    def noting_connect(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        path = args[0] if args else kwargs.get("database", ":memory:")
        teller.quietly(teller.expects, path)
        connection = connect(*args, **kwargs)
        teller.quietly(teller.connected, connection, path)
        return connection

    return noting_connect


def _executing(original: Any, asked: Callable[..., Any], teller: Teller, fetches: Beside) -> Any:
    def execute(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        connection, statement = asked(args, kwargs)
        teller.quietly(teller.awaits, statement)
        result = original(*args, **kwargs)
        before = fetches.get(connection)
        if before is not None:
            before.leave()
        fetches.put(connection, teller.quietly(teller.executed, connection, statement))
        return result

    return execute


def _copying(original: Any, asked: Callable[..., Any], teller: Teller, fetches: Beside) -> Any:
    def copy(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        result = original(*args, **kwargs)
        teller.quietly(lambda: teller.copied(asked(args, kwargs)[0], result))
        return result

    return copy


def _changing(original: Any, asked: Callable[..., Any], teller: Teller, fetches: Beside) -> Any:
    def change(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        result = original(*args, **kwargs)
        teller.quietly(lambda: teller.wrote(asked(args, kwargs)[0]))
        return result

    return change


def _reading(original: Any, asked: Callable[..., Any], teller: Teller, fetches: Beside) -> Any:
    def read(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        teller.quietly(lambda: teller.expects(asked(args, kwargs)[1]))
        return original(*args, **kwargs)

    return read


def _giving(told: Any, original: Any, asked: Callable[..., Any], teller: Teller, fetches: Beside) -> Any:
    def fetch(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        noted = teller.quietly(lambda: fetches.get(asked(args, kwargs)[0]))
        if noted is None or noted.busy:
            return original(*args, **kwargs)
        noted.busy = True
        try:
            found = original(*args, **kwargs)
        finally:
            noted.busy = False
        teller.quietly(told, noted, found)
        return found

    return fetch
