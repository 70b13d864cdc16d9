"""Rows that queries gave: how many, and a digest of them in the order in which they came."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import marshal
import threading
import uuid
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from .statements import Statement, read_statement

Key = Tuple[str, str]

_AT_ONCE = 1 << 16
_PART = 1000
_DIGESTED = 1_000_000  # rows of one execution: digesting them takes about 0.3 s
_SUM = 1 << 256
# Without references, which tell how often an object is shared, and the same from Python 3.9 on.
_FORMAT = 2
_LIST_HEADER = 5  # a byte for the type and four for the length, before what the rows are one by one
_BY_TEXT = (decimal.Decimal, uuid.UUID, datetime.timedelta)
# Network addresses, and ranges of PostgreSQL, which show their bounds.
_BY_MODULE = ("ipaddress", "psycopg.types.range", "psycopg.types.multirange", "psycopg2._range")
_BY_ISO = (datetime.datetime, datetime.date, datetime.time)


class Queries:
    """What a cell fetched, by database and statement: one entry, however often the cell asked. `drew` is called where a
    database draws by a generator of its own that no statement has seeded."""

    def __init__(self, fault: Callable[[str, BaseException], None], drew: Callable[[], None]) -> None:
        self._fault = fault
        self._drew = drew
        self._seeded: Set[str] = set()
        self._lock = threading.RLock()  # a cursor may be collected while it is held
        self._open: Dict[int, Fetch] = {}
        self._found: Dict[Key, _Sum] = {}
        self._written: Set[str] = set()
        self._local = threading.local()

    def told(self) -> int:
        """How many statements this thread has told of: that of a driver is not to be told of again by what asked it."""
        return getattr(self._local, "told", 0)

    def executed(self, database: str, statement: Any, gives_rows: bool) -> "Optional[Fetch]":
        """After a statement was executed; what comes of it is told to the `Fetch`. Never raises."""
        try:
            if isinstance(statement, bytes):
                statement = statement.decode("utf-8", "replace")
            if not isinstance(statement, str):
                return None
            read = read_statement(statement, database)
            self.asked(database, read)
            if read.changes:
                self.wrote(database)
            return self.fetch(database, statement) if gives_rows else None
        except Exception as error:
            self._fault("noting a query", error)
            return None

    def asked(self, database: str, statement: Statement) -> None:
        if statement.seeds:
            self._seeded.add(database)
        elif self._draws(database, statement):
            self._drew()

    def _draws(self, database: str, statement: Statement) -> bool:
        return statement.draws and database not in self._seeded

    def fetch(self, database: str, statement: str) -> "Optional[Fetch]":
        """Of a statement that gives rows and has changed nothing, or whose changes were told of. May raise."""
        self._local.told = self.told() + 1
        read = read_statement(statement, database)
        return None if read.about else Fetch(self, (database, read.text))

    def wrote(self, database: str) -> None:
        """What is read from there on is not, or not only, data from elsewhere."""
        self._written.add(database)

    def has_written(self, database: str) -> bool:
        return database in self._written

    def opened(self, fetch: "Fetch") -> None:
        with self._lock:
            self._open[id(fetch)] = fetch
            self._found.setdefault(fetch.key, _Sum())

    def ended(self, fetch: "Fetch") -> None:
        with self._lock:
            self._open.pop(id(fetch), None)
            self._add(fetch)

    def take(self) -> List[Dict[str, Any]]:
        """Entries of what was fetched since the last time. A cursor that goes on giving rows counts anew from here."""
        with self._lock:
            for fetch in list(self._open.values()):
                self._add(fetch)
            self._open.clear()
            found, self._found = self._found, {}
            return [
                {
                    "kind": "sql",
                    "name": database,
                    "query": statement,
                    "version": total.version(),
                    **({"own": True} if self._is_own(database, statement) else {}),
                }
                for (database, statement), total in found.items()
            ]

    def _is_own(self, database: str, statement: str) -> bool:
        """Whether what it gives is not, or not only, data from elsewhere."""
        return database in self._written or self._draws(database, read_statement(statement, database))

    def _add(self, fetch: "Fetch") -> None:
        counted = fetch.counted()
        if counted is not None:
            self._found[fetch.key].add(*counted)


class Fetch:
    """One execution of a statement, and those of its rows that were taken. Nothing here raises. `busy`: what gives them
    is asked right now."""

    __slots__ = (
        *("key", "busy", "_queries", "_begun", "_ended", "_rows", "_hashed", "_buffer"),
        *("_opaque", "_partial", "_uncounted"),
    )

    def __init__(self, queries: Queries, key: Key) -> None:
        self.key = key
        self._queries = queries
        self._ended = self.busy = False
        self._reset()

    def _reset(self) -> None:
        self._begun = self._opaque = self._partial = self._uncounted = False
        self._rows = 0
        self._hashed, self._buffer = hashlib.sha256(), bytearray()

    def row(self, row: Any) -> None:
        if not self._begun:
            self._begin()
        self._rows += 1
        if self._rows > _DIGESTED:
            return
        try:
            self._buffer += marshal.dumps(row, _FORMAT)
        except ValueError:
            self._unusual(row)
        if len(self._buffer) >= _AT_ONCE:
            self._flush()

    def rows(self, rows: Any) -> None:
        """`rows`: the list that one fetch gave."""
        if self._ended:
            return
        if not self._begun:
            self._begin()
        for start in range(0, len(rows), _PART):
            part = rows[start : start + _PART]
            if self._rows + len(part) <= _DIGESTED and self._dumped(part):
                self._rows += len(part)
            else:
                for row in part:
                    self.row(row)

    def table(self, rows: int, digest: Optional[bytes] = None, whole: bool = True) -> None:
        """Rows that came as columns, and a digest of them, or where it is not `whole` of the first ones."""
        if self._ended:
            return
        if not self._begun:
            self._begin()
        self._rows += rows
        self._partial |= not whole
        self._opaque |= digest is None
        self._buffer += digest or b""

    def shown(self, text: str) -> None:
        """Rows as they were drawn, who knows how many."""
        if not self._begun:
            self._begin()
        self._uncounted = True
        self._buffer += text.encode("utf-8", "replace")

    def unseen(self) -> None:
        """Rows were given out in a way that nobody can look into."""
        if not self._begun:
            self._begin()
        self._uncounted = self._opaque = True

    def end(self) -> None:
        """There are no more rows."""
        if not self._ended:
            if not self._begun:
                self._begin()
            self._ended = True
            self.leave()

    def leave(self) -> None:
        """Nobody asks for more."""
        if self._begun:
            self._queries.ended(self)

    def counted(self) -> "Optional[Tuple[Optional[int], str, bytes]]":
        """Rows since the last time (None: nobody knows), what the digest covers (`sha256`: all, `start`: the first ones, or
        nothing), and the digest; None where nothing was asked for."""
        if not self._begun:
            return None
        self._flush()
        part = self._partial or self._rows > _DIGESTED
        covers = "" if self._opaque else "start" if part else "sha256"
        counted = None if self._uncounted else self._rows, covers, self._hashed.digest()
        self._reset()
        return counted

    def _begin(self) -> None:
        self._begun = True
        self._queries.opened(self)

    def _dumped(self, part: Any) -> bool:
        try:
            self._buffer += memoryview(marshal.dumps(part, _FORMAT))[_LIST_HEADER:]
        except ValueError:
            return False
        self._flush()
        return True

    def _flush(self) -> None:
        self._hashed.update(self._buffer)
        self._buffer = bytearray()

    def _unusual(self, row: Any) -> None:
        try:
            self._buffer += marshal.dumps(_plain(row), _FORMAT)
        except Exception:
            self._opaque = True


class _Sum:
    """Of several executions, in whatever order they ended: threads may ask at once."""

    def __init__(self) -> None:
        self._times = self._total = 0
        self._rows: Optional[int] = 0
        self._covers: Set[str] = set()

    def add(self, rows: Optional[int], covers: str, digest: bytes) -> None:
        self._times += 1
        self._rows = None if self._rows is None or rows is None else self._rows + rows
        self._covers.add(covers)
        self._total = (self._total + int.from_bytes(digest, "big")) % _SUM

    def version(self) -> Dict[str, str]:
        said = {} if self._rows is None else {"rows": str(self._rows)}
        if self._times > 1:
            said["executions"] = str(self._times)
        if "" not in self._covers:
            said["start" if "start" in self._covers else "sha256"] = f"{self._total:064x}"
        return said


def _plain(value: Any) -> Any:
    """Of built-in types only. Raises `TypeError` for what has no form that is the same in another process."""
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str, bytes):
        return value
    if kind in (tuple, list):
        return [_plain(item) for item in value]
    if kind is dict:
        return {_plain(key): _plain(item) for key, item in value.items()}
    if kind in _BY_TEXT:
        return [kind.__name__, str(value)]
    if kind in _BY_ISO:
        return [kind.__name__, value.isoformat()]
    if kind is memoryview or kind is bytearray:
        return bytes(value)
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if kind.__module__ in _BY_MODULE:
        return [kind.__name__, str(value)]
    if isinstance(value, (tuple, list)) or (kind.__module__, kind.__name__) == ("sqlite3", "Row"):
        return [_plain(item) for item in value]
    raise TypeError(kind.__name__)
