"""What a record may hold of an SQL statement, and whether it changes the database or only asks about it."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_MYSQL = ("mysql", "mariadb")
_INNER = r"/\*(?:(?!\*/).)*\*/"
_COMMENT = rf"--[^\n]*|/\*(?:{_INNER}|(?!\*/).)*\*/"
# Names in quotes are among them, as they may hold what else begins a text.
_TEXTS = re.compile(
    rf"""\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|{_COMMENT}|\$(\w*)\$.*?\$\1\$""", re.DOTALL
)
_TEXTS_OF_MYSQL = re.compile(
    rf"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|#[^\n]*|{_COMMENT}""", re.DOTALL
)
_CHANGES = re.compile(
    r"(?:^|;)\s*(?:"
    r"(?:insert|update|delete|replace|merge|upsert|create|drop|alter|truncate|import)\b"
    r"|load\s+(?:data|xml)\b"
    r"|copy\s+from\b|copy\b(?!.*\bto\b)"
    r"|with\b(?=.*\b(?:insert\s+into|delete\s+from|merge\s+into|update\s+\S+\s+(?:as\s+\w+\s+)?set)\b)"
    r")",
    re.IGNORECASE | re.DOTALL,
)
# What is asked about tables and the server instead of rows, mostly by libraries.
_ABOUT = re.compile(
    r"\s*(?:pragma|explain|show|describe)\b|\s*select\s+(?:current_schema|current_database|version)\b"
    r"|.*\b(?:sqlite_master|sqlite_temp_master|information_schema|duckdb_\w+(?=\s*\()"
    r"|pg_(?:catalog|type|class|namespace|attribute|range|enum|database|proc|settings|index|constraint))\b",
    re.IGNORECASE | re.DOTALL,
)
# A sample that names its seed repeats: `repeatable (7)`, in DuckDB also `(bernoulli, 7)`.
_DRAWS = re.compile(
    r"\b(?:random|randn?|newid|newsequentialid|sys_guid|uuid|uuid_string|uuidv[47]|gen_random_uuid|generate_uuid"
    r"|generateuuidv[47]|uuid_generate_v[14])\s*\(\s*\)"
    r"|\b(?:random_normal|randomblob|random_bytes|gen_random_bytes|crypt_gen_random|array_shuffle|array_sample"
    r"|dbms_random\.\w+)\s*\("
    r"|(?<!\binto\s)(?<!\btable\s)\brandom\s*\([^()]+,"
    r"|\b(?:tablesample|using\s+sample)\b(?!.*\brepeatable\b|[^,]*\(\s*\w+\s*,\s*\d)",
    re.IGNORECASE | re.DOTALL,
)
_SEEDS = re.compile(r"\bsetseed\s*\(|\bset\s+seed\b", re.IGNORECASE)
_REMEMBERED = 10_000  # characters of a statement


class Statement(NamedTuple):
    text: str  # without its string literals and comments, which may hold what nobody else is to read
    changes: bool
    about: bool  # what it gives is about tables, and not what they hold
    draws: bool  # by the database's own generator
    seeds: bool


def read_statement(statement: str, database: str) -> Statement:
    """`database`: by its name in a record, which begins with the kind that it is of."""
    read = _read if len(statement) <= _REMEMBERED else _read.__wrapped__
    return read(statement, database.startswith(_MYSQL))


@functools.lru_cache(maxsize=512)
def _read(statement: str, of_mysql: bool) -> Statement:
    texts, instead = (_TEXTS_OF_MYSQL, _instead_of_mysql) if of_mysql else (_TEXTS, _instead)
    text = texts.sub(instead, statement)
    draws, seeds = _DRAWS.search(text) is not None, _SEEDS.search(text) is not None
    return Statement(text, _CHANGES.search(text) is not None, _ABOUT.match(text) is not None, draws, seeds)


def _instead(found: "re.Match[str]") -> str:
    if found[0][0] == '"':
        return found[0]
    return " " if found[0][0] in "-/" else "'…'"


def _instead_of_mysql(found: "re.Match[str]") -> str:
    first = found[0][0]
    if first == "`":
        return found[0]
    return f"{first}…{first}" if first in "'\"" else " "
