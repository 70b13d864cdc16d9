"""What is noted of a statement that a connection of DuckDB executes."""

from __future__ import annotations

import re
import weakref
from typing import Any, Callable, List, Optional, Tuple

from ..log import DataLog
from ..queries import Fetch
from ..statements import read_statement
from .databases import Database, name_of, named_in

_MOST = 1000  # objects that take no weak references
# By which one relation is told from the next, and an object from another.
_GENERATED = re.compile(
    r"\b(unnamed_relation_|[A-Z_]+_RELATION_|CROSS_PRODUCT_|__duckdb_source_|df_|np_)[0-9a-f]{6,}\b|\b\d{12,}\b"
)
_INTO_A_FILE = re.compile(r"\s*(?:copy|export)\b", re.IGNORECASE)


class Teller:
    def __init__(self, module: Any, log: DataLog) -> None:
        self._module = module
        self._log = log
        self._queries = log.queries
        self._databases = Beside(module.DuckDBPyConnection)

    def connected(self, connection: Any, path: Any) -> None:
        name = name_of(str(path), "", self._log.place_of)
        self._databases.put(connection, Database(name))

    def copied(self, connection: Any, copy: Any) -> None:
        self._databases.put(copy, self._database(connection))

    def asked(self, by_method: bool, args: Any, kwargs: Any) -> "Tuple[Any, Any]":
        """The connection, and what it is asked, of a call of a method, or of the module's function of that name."""
        if by_method:
            connection, args = args[0], args[1:]
        else:
            connection = kwargs.get("connection")
            if connection is None:
                default = self._module.default_connection
                connection = default() if callable(default) else default
        return connection, args[0] if args else next(iter(kwargs.values()), None)

    def awaits(self, statement: Any) -> None:
        """Before native code opens the files which a statement names."""
        text = getattr(statement, "query", statement)
        if isinstance(text, str):
            for path in named_in(text)[1]:
                self._log.expect(path)

    def expects(self, path: Any) -> None:
        for each in path if isinstance(path, (list, tuple)) else [path]:
            if isinstance(each, str) or hasattr(each, "__fspath__"):
                self._log.expect(str(each))

    def wrote(self, connection: Any) -> None:
        for name in self._database(connection).changed(""):
            self._queries.wrote(name)

    def executed(self, connection: Any, statement: Any) -> Optional[Fetch]:
        """What comes of it is told to the `Fetch`, if it is of a database that a record names."""
        statement = getattr(statement, "query", statement)
        if not isinstance(statement, str):
            return None
        for where in named_in(statement)[0]:
            self._log.note("url", where, {})
        database = self._database(connection)
        database.note(statement, self._log.place_of)
        text = _GENERATED.sub(lambda found: found[1] or "…", statement)
        read = read_statement(text, "duckdb")
        self._queries.asked("duckdb", read)
        names = database.read(read.text)
        if not read.changes:
            fetch = self._asked(names, text) if names else None
            if fetch is not None and _INTO_A_FILE.match(read.text):
                fetch.unseen()
            return fetch
        changed = database.changed(read.text)
        for name in changed:
            self._queries.wrote(name)
        for name in names:
            if name not in changed:
                fetch = self._queries.fetch(name, text)
                if fetch is not None:
                    fetch.unseen()  # its rows went into a table
                    fetch.leave()
        return None

    def _asked(self, names: List[str], text: str) -> Optional[Fetch]:
        name = ", ".join(names)
        if any(self._queries.has_written(each) for each in names):
            self._queries.wrote(name)
        return self._queries.fetch(name, text)

    def _database(self, connection: Any) -> Database:
        return self._databases.get(connection) or self._databases.put(connection, Database(None))

    def quietly(self, note: Callable[..., Any], *args: Any) -> Any:
        try:
            return note(*args)
        except Exception as error:
            self._log.fault("noting a query", error)
            return None


class Beside:
    """Something beside each object of a class of C++, which takes no attributes, and may take no weak references: then by
    its id, which another object has only once it has been given something of its own."""

    def __init__(self, kind: Any) -> None:
        self._weak = bool(getattr(kind, "__weakrefoffset__", 0))
        self._kept: Any = weakref.WeakKeyDictionary() if self._weak else {}

    def put(self, thing: Any, kept: Any) -> Any:
        if not self._weak and len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)))
        self._kept[thing if self._weak else id(thing)] = kept
        return kept

    def get(self, thing: Any) -> Any:
        return self._kept.get(thing if self._weak else id(thing))

    def drop(self, thing: Any) -> None:
        self._kept.pop(thing if self._weak else id(thing), None)
