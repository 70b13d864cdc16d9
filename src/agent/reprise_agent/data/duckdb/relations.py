"""Relations of DuckDB, which ask when their rows are wanted: those of C++, and from version 2 on those of Python."""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional

from ..columns import tell_result
from ..cursors import tell_all_rows, tell_row
from ..queries import Fetch
from .frames import as_its_own
from .teller import Beside, Teller

_ASKING = ("sql", "query", "from_query")
_MAKING = (
    *("table", "view", "values", "table_function", "from_df", "from_arrow"),
    *("read_csv", "from_csv_auto", "read_json", "read_parquet", "from_parquet"),
)
_CHANGING = ("create", "to_table", "insert", "insert_into", "update", "create_view", "to_view")
_BY_ROWS = {"fetchone": tell_row, "fetchmany": tell_result}
_WHOLE = {
    "fetchall": tell_all_rows,
    **dict.fromkeys(("fetchnumpy", "fetchdf", "fetch_df", "df", "to_df", "fetch_df_chunk"), tell_result),
    **dict.fromkeys(("torch", "tf", "pl", "arrow", "to_arrow_table", "__repr__", "__str__"), tell_result),
    **dict.fromkeys(("to_arrow_reader", "show"), lambda fetch, _: fetch.unseen()),
}
_WARNING = ("fetch_arrow_table", "fetch_arrow_reader", "fetch_record_batch")
_OF_RESULTS = {
    "fetchall": tell_all_rows,
    **dict.fromkeys(("fetchmany", "fetchnumpy", "df", "torch", "tf", "arrow_table", "to_box"), tell_result),
    **dict.fromkeys(("arrow_reader", "arrow_capsule"), lambda fetch, _: fetch.unseen()),
}


def watch(module: Any, teller: Teller) -> None:
    kind = module.DuckDBPyRelation
    relations = Relations(kind, teller)
    for place in (module.DuckDBPyConnection, module):
        by_method = place is not module
        for name in _ASKING:
            _replace(place, name, functools.partial(relations.asking, by_method))
        for name in _MAKING:
            _replace(place, name, functools.partial(relations.making, by_method))
    for name in [name for name in dir(kind) if not name.startswith("_")]:
        if name not in _WHOLE and name not in _BY_ROWS and name not in _WARNING:
            _replace(kind, name, functools.partial(relations.deriving, name in _CHANGING))
    for name, told in {**_BY_ROWS, **_WHOLE}.items():
        _replace(kind, name, functools.partial(relations.giving, told, name in _WHOLE))


class Relations:
    """Which connection each relation asks, and what, where the user has said that."""

    def __init__(self, kind: Any, teller: Teller) -> None:
        self._kind = kind
        self._teller = teller
        self._origins = Beside(kind)
        self._fetches = Beside(kind)

    def asking(self, by_method: bool, original: Any) -> Any:
        def ask(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            teller = self._teller
            connection, statement = teller.asked(by_method, args, kwargs)
            teller.quietly(teller.awaits, statement)
            result = original(*args, **kwargs)
            teller.quietly(teller.executed, connection, statement)
            self._made(result, connection, getattr(statement, "query", statement))
            return result

        return ask

    def making(self, by_method: bool, original: Any) -> Any:
        def make(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = original(*args, **kwargs)
            self._made(result, self._teller.asked(by_method, args, kwargs)[0], None)
            return result

        return make

    def deriving(self, changes: bool, original: Any) -> Any:
        def derive(relation: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = original(relation, *args, **kwargs)
            origin = self._origins.get(relation)
            if origin is not None and result is not relation:
                self._made(result, origin[0], None)
            if origin is not None and changes:
                self._teller.quietly(self._teller.wrote, origin[0])
            return result

        return derive

    def giving(self, told: Callable[[Fetch, Any], None], whole: bool, original: Any) -> Any:
        def fetch(relation: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            teller = self._teller
            noted = self._fetches.get(relation) or teller.quietly(self._asked, relation)
            if noted is None or noted.busy:
                return original(relation, *args, **kwargs)
            noted.busy = True
            try:
                found = original(relation, *args, **kwargs)
            finally:
                noted.busy = False
            teller.quietly(told, noted, found)
            if whole:
                self._fetches.drop(relation)
                noted.leave()
            return found

        return fetch

    def _made(self, result: Any, connection: Any, statement: Optional[str]) -> None:
        if connection is not None and isinstance(result, self._kind):
            self._origins.put(result, (connection, statement))

    def _asked(self, relation: Any) -> Optional[Fetch]:
        origin = self._origins.get(relation)
        if origin is None:
            return None
        connection, statement = origin
        fetch = self._teller.executed(connection, relation.sql_query() if statement is None else statement)
        return fetch and self._fetches.put(relation, fetch)


def watch_written_in_python(module: Any, teller: Teller) -> None:
    """Every relation asks through one function, and has its rows from what that gives."""
    seam = module._relation._seam
    fetches = Beside(seam.Result)
    submit, prepare = seam.submit, seam.prepare_script_parsed

    @functools.wraps(submit)
    def noting_submit(con: Any, sql: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        teller.quietly(teller.awaits, sql)
        result = submit(con, sql, *args, **kwargs)
        fetches.put(result, teller.quietly(teller.executed, con, sql))
        return result

    @functools.wraps(prepare)
    def noting_prepare(con: Any, query: Any, values: Any) -> Any:
        __tracebackhide__ = True
        teller.quietly(teller.awaits, query)
        result = prepare(con, query, values)
        if isinstance(query, str) and ";" in query.rstrip("; \n"):
            teller.quietly(teller.executed, con, query)  # all but the last one have run
        return result

    def giving(told: Callable[[Fetch, Any], None], original: Any) -> Any:
        def fetch(result: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            found = original(result, *args, **kwargs)
            noted = fetches.get(result)
            if noted is not None:
                teller.quietly(told, noted, found)
            return found

        return fetch

    seam.submit, seam.prepare_script_parsed = as_its_own(noting_submit), as_its_own(noting_prepare)
    for name, told in _OF_RESULTS.items():
        _replace(seam.Result, name, functools.partial(giving, told))


def _replace(place: Any, name: str, wrap: Callable[[Any], Any]) -> None:
    original = getattr(place, name, None)
    if callable(original):
        setattr(place, name, as_its_own(functools.wraps(original)(wrap(original))))
