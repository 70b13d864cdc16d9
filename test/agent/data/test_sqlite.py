"""Queries of sqlite3: what is recorded of the rows that a cell fetched, and that nothing else is another thing for it."""

from __future__ import annotations

import hashlib
import marshal
import sqlite3

import pytest

ROWS = [(number, f"name {number}", number / 3, None, b"\x00\xff") for number in range(2500)]
SECRET = "hunter2 SECRET"


def sha256(rows) -> str:
    return hashlib.sha256(b"".join(marshal.dumps(row, 2) for row in rows)).hexdigest()


def fill(path, rows=ROWS):
    with sqlite3.connect(str(path)) as database:
        database.execute("create table study (id integer, name text, share real, empty, raw)")
        database.executemany("insert into study values (?, ?, ?, ?, ?)", rows)
    database.close()


CELLS = {
    "open": "import sqlite3\nc = sqlite3.connect('study.db')",
    "fetchall": "len(c.execute('select *  from\\n study').fetchall())",
    "iterated": "sum(row[0] for row in c.execute('select * from study'))",
    "fetchone": "cursor = c.cursor()\ncursor.execute('select * from study')\nwhile cursor.fetchone(): pass",
    "fetchmany": "cursor.execute('select * from study')\nwhile cursor.fetchmany(700): pass",
    "pandas": "import pandas as pd\npd.read_sql('select * from study', c).shape",
    "head": "part = c.execute('select * from study order by id')\npart.fetchmany(3), part.fetchone()",
    "rest": "len(part.fetchall()), part.fetchone(), part.fetchall()",
    "none": "c.execute('select * from study where id < 0').fetchall()",
    "not fetched": "c.execute('select * from study'); c.execute('pragma table_info(study)').fetchall()",
    "many": "[c.execute('select name from study where id = ?', (n,)).fetchone() for n in (1, 2)]",
    "secret": f"c.execute(\"select id from study where name = '{SECRET}' -- {SECRET}\").fetchall()\n"
    f"c.execute('select id from study where name = ?', ('{SECRET}',)).fetchall()",
    "rows": "c.row_factory = sqlite3.Row\n[row['id'] for row in c.execute('select id, name from study limit 2')]",
    "dates": "d = sqlite3.connect('study.db', detect_types=sqlite3.PARSE_COLNAMES)\n"
    "import datetime, warnings\nwarnings.simplefilter('ignore')\n"
    "d.execute('select \\'2026-01-02\\' as \"day [date]\"').fetchall()",
    "odd": "d.row_factory = lambda cursor, row: object()\nlen(d.execute('select id from study').fetchall())",
    "memory": "m = sqlite3.connect(':memory:')\nm.execute('select 1').fetchall(), "
    "sqlite3.connect('file:x?mode=memory', uri=True).execute('select 1').fetchall()",
    "draws": "c.execute('select * from study order by random() limit 3').fetchall()\n"
    "m.execute('create table t as select random() as r')\nm.execute('select 1 -- random()').fetchall()",
    "by address": "sqlite3.connect('file:study.db?mode=ro', uri=True).execute('select count(*) from study').fetchone()",
    "same types": "type(c) is sqlite3.Connection, type(c.cursor()) is sqlite3.Cursor, type(c).__name__, "
    "repr(c)[:28], isinstance(sqlite3.connect(':memory:', factory=type('Mine', (sqlite3.Connection,), {})), sqlite3.Connection)",
    "fails": "c.execute('select * from nowhere')",
    "no attributes": "c.mine = 1",
    "written": "c.execute('insert into study (id) values (7)')\nc.commit()",
    "own": "c.execute('select count(*) from study').fetchone()[0]",
    "threads": "import threading\ndef ask(n):\n    with sqlite3.connect('other.db') as o:\n"
    "        o.execute('select * from study where id < ?', (n,)).fetchall()\n"
    "threads = [threading.Thread(target=ask, args=(n,)) for n in (5, 3, 4, 2)]\n"
    "[t.start() for t in threads], [t.join() for t in threads]",
}


@pytest.fixture(scope="module")
def ran(module_run):
    fill(module_run.root / "study.db")
    fill(module_run.root / "other.db")
    return module_run(*CELLS.values(), policy="observe", allowErrors=True)


@pytest.fixture
def data(ran):
    def of(name):
        return ran.cells[list(CELLS).index(name)].get("data")

    return of


def read(query, version, **more):
    return {"kind": "sql", "name": "sqlite:study.db", "query": query, "version": version, **more}


WHOLE = read("select * from study", {"rows": "2500", "sha256": sha256(ROWS)})


@pytest.mark.parametrize("how", ["fetchall", "iterated", "fetchone", "fetchmany", "pandas"])
def test_rows_have_one_digest_however_they_are_fetched(data, how):
    assert data(how) == [WHOLE]


def test_a_cursor_counts_in_the_cell_that_asks_it(data):
    query = "select * from study order by id"
    assert data("head") == [read(query, {"rows": "4", "sha256": sha256(ROWS[:4])})]
    assert data("rest") == [read(query, {"rows": "2496", "sha256": sha256(ROWS[4:])})]


def test_that_there_is_nothing_is_read_too(data):
    assert data("none") == [read("select * from study where id < 0", {"rows": "0", "sha256": sha256([])})]


def test_what_nobody_fetched_and_what_is_about_the_table_is_no_read(data):
    assert data("open") is None and data("not fetched") is None


def test_one_statement_is_one_entry_whatever_was_bound(data):
    [entry] = data("many")
    total = sum(int(sha256([(f"name {n}",)]), 16) for n in (1, 2)) % 2**256
    assert entry["version"] == {"rows": "2", "executions": "2", "sha256": f"{total:064x}"}


def test_neither_literals_nor_parameters_are_recorded(ran, data):
    assert [entry["query"] for entry in data("secret")] == [
        "select id from study where name = '…'",
        "select id from study where name = ?",
    ]
    assert "SECRET" not in str([cell.get("data") for cell in ran.cells])


def test_rows_by_name_and_values_of_other_types_have_a_digest(data):
    assert data("rows")[0]["version"]["sha256"] == sha256([[0, "name 0"], [1, "name 1"]])
    assert data("dates")[0]["version"]["sha256"] == sha256([[["date", "2026-01-02"]]])


def test_rows_that_cannot_be_digested_are_counted(data):
    assert data("odd")[0]["version"] == {"rows": "2500"}


def test_what_is_in_memory_comes_from_the_notebook(data):
    assert data("memory") is None
    assert data("by address")[0]["name"] == "sqlite:study.db"


def test_what_the_database_draws_is_named_with_its_line(ran):
    assert ran.cells[list(CELLS).index("draws")]["entropy"] == [
        {"source": "sql.random", "reach": "unreached", "count": 1, "at": {"cell": list(CELLS).index("draws"), "line": line}}
        for line in (1, 2)
    ]
    assert ran.cells[list(CELLS).index("fetchall")]["entropy"] == []


def test_nothing_else_is_another_thing(ran):
    place = list(CELLS).index("same types")
    assert ran.text(place) == "(True, True, 'Connection', '<sqlite3.Connection object a', True)"
    errors = {
        name: ran.executed["cells"][list(CELLS).index(name)]["outputs"][0]
        for name in ("fails", "no attributes")
    }
    assert errors["fails"]["evalue"] == "no such table: nowhere"
    assert errors["no attributes"]["ename"] == "AttributeError"
    assert "reprise_agent" not in str(errors)


def test_what_the_notebook_wrote_itself_is_not_from_elsewhere(data):
    assert data("written") is None
    assert data("own")[0]["own"] is True
    assert "own" not in data("by address")[0]


def test_the_order_in_which_threads_ask_is_not_in_the_digest(data):
    [entry] = data("threads")
    total = sum(int(sha256(ROWS[:n]), 16) for n in (2, 3, 4, 5)) % 2**256
    assert entry["name"] == "sqlite:other.db"
    assert entry["version"] == {"rows": "14", "executions": "4", "sha256": f"{total:064x}"}


def test_no_cell_has_a_fault(ran):
    assert [cell["faults"] for cell in ran.cells] == [[]] * len(ran.cells)
