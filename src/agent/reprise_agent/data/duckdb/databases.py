"""Databases that a connection of DuckDB reaches, and what its statements read of them and of elsewhere."""

from __future__ import annotations

import re
from typing import Callable, Dict, List, Optional, Tuple
from urllib.parse import urlsplit

_LONGEST = 100_000  # characters of a statement that are looked through
_QUOTED = re.compile(r"""'((?:[^']|'')*)'|"((?:[^"]|"")*)\"""")
_ADDRESS = re.compile(r"(?:https?|s3a?|s3n|gcs|gs|r2|az|azure|abfss?|hf|hdfs|webdav)://")
_ATTACH = re.compile(
    r"\battach\s+(?:or\s+replace\s+)?(?:database\s+)?(?:if\s+not\s+exists\s+)?'((?:[^']|'')*)'"
    r"(?:\s+as\s+(\"[^\"]+\"|\w+))?\s*(?:\(([^)]*)\))?",
    re.IGNORECASE,
)
_USE = re.compile(r"^\s*use\s+(\"[^\"]+\"|\w+)", re.IGNORECASE)
_TYPE = re.compile(r"\btype\s+'?(\w+)", re.IGNORECASE)
_SETTING = re.compile(r"(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))")
_TARGET = (
    r"(?:^|;)\s*(?:insert\s+(?:or\s+\w+\s+)?into|update|delete\s+from|merge\s+into|truncate(?:\s+table)?|copy"
    r"|(?:drop|alter)\s+\w+(?:\s+if\s+exists)?|create\s+(?:or\s+replace\s+)?(?:\w+\s+)?\w+(?:\s+if\s+not\s+exists)?)"
    r"\s+\"?{}\"?\s*\."
)
_SERVERS = {
    "postgres": ("postgresql", "5432"),
    "postgresql": ("postgresql", "5432"),
    "mysql": ("mysql", "3306"),
}
PlaceOf = Callable[[str], Optional[str]]


class Database:
    """What one database, and the connections to it, can reach. `main` is None where it lies in memory."""

    def __init__(self, main: Optional[str]) -> None:
        self._main = main
        self._attached: Dict[str, str] = {}
        self._used: Optional[str] = None

    def note(self, statement: str, place_of: PlaceOf) -> None:
        """After a statement that may have attached a database, or chosen which one is meant."""
        for found in _ATTACH.finditer(statement):
            name = name_of(found[1].replace("''", "'"), found[3] or "", place_of)
            if name is not None:
                self._attached[(found[2] or _alias_of(found[1])).strip('"').lower()] = name
        used = _USE.match(statement)
        if used is not None:
            self._used = used[1].strip('"').lower()

    def read(self, text: str) -> List[str]:
        """Names of what a statement without texts may read; files and what is in memory are none of them."""
        attached = [name for alias, name in self._attached.items() if self._means(alias, text)]
        return [*([self._main] if self._main is not None else []), *attached]

    def changed(self, text: str) -> List[str]:
        """Names of what a statement changes that is known to change something."""
        target = [
            name
            for alias, name in self._attached.items()
            if alias == self._used or re.search(_TARGET.format(re.escape(alias)), text, re.IGNORECASE)
        ]
        return target or ([self._main] if self._main is not None else [])

    def _means(self, alias: str, text: str) -> bool:
        return (
            alias == self._used
            or re.search(rf"\b{re.escape(alias)}\"?\s*\.", text, re.IGNORECASE) is not None
        )


def name_of(path: str, options: str, place_of: PlaceOf) -> Optional[str]:
    """`duckdb:data/study.duckdb`, `postgresql://db.example/study`; None for what lies in memory. Without user, password
    and all else that is said to whoever lets somebody in. `options`: what stands in the parentheses of `ATTACH`."""
    kind, _, rest = path.partition(":")
    said = _TYPE.search(options)
    if said is not None:
        kind, rest = said[1].lower(), path
    elif not re.fullmatch(r"[A-Za-z]\w+", kind) or rest.startswith("//") and kind.lower() not in _SERVERS:
        kind, rest = "duckdb", path
    kind = kind.lower()
    if kind in _SERVERS:
        return _server(*_SERVERS[kind], path if "://" in path else rest)
    if kind not in ("duckdb", "sqlite"):
        return kind
    if rest in ("", ":memory:") or rest.startswith(":memory:"):
        return None
    if _ADDRESS.match(rest):
        return f"{kind}:{address(rest)}"
    place = place_of(rest)
    return None if place is None else f"{kind}:{place}"


def _server(kind: str, usual: str, said: str) -> str:
    if "://" in said:
        parts = urlsplit(said)
        settings = {
            "host": parts.hostname or "",
            "port": str(parts.port or ""),
            "dbname": parts.path.lstrip("/"),
        }
    else:
        settings = {found[1].lower(): found[2] or found[3] or "" for found in _SETTING.finditer(said)}
    host, port = settings.get("host", ""), settings.get("port", "")
    host = "localhost" if not host or host.startswith("/") else host
    name = settings.get("dbname") or settings.get("database") or settings.get("db") or ""
    return f"{kind}://{host}{'' if port in ('', usual) else f':{port}'}/{name}"


def _alias_of(path: str) -> str:
    """As DuckDB calls what was attached without a name."""
    return re.split(r"[/\\]", path)[-1].partition(".")[0]


def address(text: str) -> str:
    """Without user, password, query and fragment, which may hold what lets somebody in."""
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def named_in(statement: str) -> "Tuple[List[str], List[str]]":
    """What the texts of a statement name, if they are names: addresses, and paths of files or patterns of paths."""
    addresses, paths = [], []
    for found in _QUOTED.finditer(statement[:_LONGEST]):
        text = found[1] or found[2] or ""
        if _ADDRESS.match(text):
            addresses.append(address(text))
        elif "." in text or "/" in text:
            paths.append(text)
    return addresses, paths
