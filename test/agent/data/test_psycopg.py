"""Queries of PostgreSQL through psycopg 3 and psycopg2, of a real server."""

from __future__ import annotations

import pytest

psycopg = pytest.importorskip("psycopg", reason="optional: there is no psycopg in this environment")

from postgres import PASSWORD, running  # noqa: E402
from test_sqlite import sha256  # noqa: E402

ROWS = [(number, f"name {number}", number / 3, None, b"\x00\xff") for number in range(2500)]
SECRET = "hunter3 SECRET"
CELLS = {
    "open": "import psycopg, asyncio\nfrom psycopg import sql\nfrom psycopg.rows import dict_row, namedtuple_row\n"
    "c = psycopg.connect(ADDRESS, autocommit=True)\ncursor = c.cursor()\nquery = 'select * from study order by id'",
    "fetchall": "len(c.execute(query).fetchall())",
    "iterated": "sum(row[0] for row in c.execute(query))",
    "fetchone": "cursor.execute(query)\nwhile cursor.fetchone(): pass",
    "fetchmany": "cursor.execute(query)\nwhile cursor.fetchmany(700): pass",
    "streamed": "sum(1 for row in cursor.stream(query))",
    "of the server": "with c.transaction(), c.cursor('named') as named:\n    named.execute(query)\n    print(len(named.fetchall()))",
    "of the server, iterated": "with c.transaction(), c.cursor('named') as named:\n    named.execute(query)\n    print(sum(1 for row in named))",
    "pipeline": "with c.pipeline():\n    print(len(c.execute(query).fetchall()))",
    "soon": "async def ask():\n    async with await psycopg.AsyncConnection.connect(ADDRESS) as a:\n"
    "        return len(await (await a.execute(query)).fetchall())\nawait ask()",
    "soon, iterated": "async def ask():\n    async with await psycopg.AsyncConnection.connect(ADDRESS) as a:\n"
    "        return len([row async for row in await a.execute(query)])\nawait ask()",
    "soon, of the server": "async def ask():\n    async with await psycopg.AsyncConnection.connect(ADDRESS) as a:\n"
    "        async with a.cursor('named') as named:\n            await named.execute(query)\n"
    "            return len(await named.fetchmany(5000))\nawait ask()",
    "pandas": "import pandas as pd, warnings\nwarnings.simplefilter('ignore')\npd.read_sql(query, c).shape",
    "named tuples": "len(c.cursor(row_factory=namedtuple_row).execute(query).fetchall())",
    "dictionaries": "c.cursor(row_factory=dict_row).execute('select id, name from study order by id limit 2').fetchall()",
    "copied": "with cursor.copy('copy (select id, name from study order by id limit 3) to stdout') as copy:\n"
    "    print(len(list(copy)))",
    "copied rows": "with cursor.copy('copy (select id, name from study order by id limit 3) to stdout') as copy:\n"
    "    copy.set_types(['int4', 'text'])\n    print(list(copy.rows()))",
    "secret": f"c.execute(\"select id from study where name = '{SECRET}' or name = E'it\\\\'s {SECRET}' -- {SECRET}\").fetchall()\n"
    f"c.execute('select id from study where name = %s', ('{SECRET}',)).fetchall()\n"
    f"c.execute(sql.SQL('select {{}} from study where name = {{}}').format(sql.Identifier('share'), sql.Literal('{SECRET}'))).fetchall()",
    "about": "c.execute('select oid from pg_type').fetchall()\nc.execute('show server_version').fetchone()",
    "other types": "c.execute(\"select date '2026-01-02', 1.50::numeric, '10.0.0.1'::inet, int4range(1, 5), array[1, 2]\").fetchall()",
    "same types": "import pickle\ntype(cursor) is psycopg.Cursor, isinstance(cursor, psycopg.Cursor), "
    "pickle.loads(pickle.dumps(psycopg.Cursor)) is psycopg.Cursor, psycopg.Cursor.fetchall.__name__, "
    "psycopg.Cursor.execute.__qualname__",
    "fails": "c.execute('select * from nowhere')",
    "nothing to fetch": "c.execute('set search_path to public').fetchall()",
    "written": "c.execute('insert into notes values (1) returning id').fetchall()\n"
    "with cursor.copy('copy notes from stdin') as copy:\n    copy.write_row((2,))",
    "own": "c.execute('select count(*) from notes').fetchone()[0]",
}
CELLS_OF_2 = {
    "open": "import psycopg2, psycopg2.extras as extras, io\nc = psycopg2.connect(ADDRESS)\nc.autocommit = True\n"
    "cursor = c.cursor()\nquery = 'select id, name, share, empty from study order by id'",
    "fetchall": "cursor.execute(query)\nlen(cursor.fetchall())",
    "iterated": "cursor.execute(query)\nsum(row[0] for row in cursor)",
    "fetchone": "cursor.execute(query)\nwhile cursor.fetchone(): pass",
    "fetchmany": "cursor.execute(query)\nwhile cursor.fetchmany(700): pass",
    "of the server": "c.autocommit = False\nnamed = c.cursor('named')\nnamed.execute(query)\nprint(len(named.fetchall()))\n"
    "c.rollback()\nc.autocommit = True",
    "named tuples": "other = c.cursor(cursor_factory=extras.NamedTupleCursor)\nother.execute(query)\nlen(other.fetchall())",
    "pandas": "import pandas as pd, warnings\nwarnings.simplefilter('ignore')\npd.read_sql(query, c).shape",
    "lists": "other = c.cursor(cursor_factory=extras.DictCursor)\nother.execute('select id, name from study order by id limit 2')\n"
    "[row['name'] for row in other]",
    "dictionaries": "other = psycopg2.connect(ADDRESS, connection_factory=extras.RealDictConnection).cursor()\n"
    "other.execute('select id, name from study order by id limit 2')\nother.fetchall()",
    "copied": "file = io.StringIO()\ncursor.copy_expert('copy (select id from study) to stdout', file)\nlen(file.getvalue().split())",
    "secret": f"cursor.execute(\"select id from study where name = '{SECRET}'\"); cursor.fetchall()\n"
    f"cursor.execute('select id from study where name = %s', ('{SECRET}',)); cursor.fetchall()",
    "same types": "type(c) is psycopg2.extensions.connection, type(cursor) is psycopg2.extensions.cursor, type(c).__name__, "
    "repr(cursor)[:18], c.cursor_factory, issubclass(extras.DictCursor, type(cursor))",
    "fails": "cursor.execute('select * from nowhere')",
    "no attributes": "c.mine = 1",
    "written": "extras.execute_values(cursor, 'insert into notes2 values %s', [(1,), (2,)])",
    "own": "cursor.execute('select count(*) from notes2')\ncursor.fetchone()",
}
WITH_SQLALCHEMY = {
    "open": "import sqlalchemy as sa\nengines = [sa.create_engine(sa.make_url(ADDRESS).set(drivername=f'postgresql+{name}'))\n"
    "    for name in ('psycopg', 'psycopg2')]\nquery = sa.text('select id, name from study order by id')",
    "first": "with engines[0].connect() as c:\n    print(len(c.execute(query).fetchall()))",
    "second": "with engines[1].connect() as c:\n    print(len(c.execute(query).fetchall()))",
    "pandas": "import pandas as pd\n[len(pd.read_sql(query, engine)) for engine in engines]",
}


@pytest.fixture(scope="module")
def port():
    with running() as (port, _):
        address = f"host=127.0.0.1 port={port} user=postgres"
        with psycopg.connect(address, autocommit=True) as database:
            database.execute("create database study")
        with psycopg.connect(f"{address} dbname=study", autocommit=True) as database:
            database.execute("create table study (id int4, name text, share float8, empty text, raw bytea)")
            database.cursor().executemany("insert into study values (%s, %s, %s, %s, %s)", ROWS)
            database.execute("create table notes (id int4)")
            database.execute("create table notes2 (id int4)")
        yield port


def ran_with(port, module_run, cells):
    address = f"postgresql://postgres:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/study?application_name={SECRET[:7]}"
    first, *rest = cells.values()
    return module_run(f"ADDRESS = {address!r}\n{first}", *rest, policy="observe", allowErrors=True)


@pytest.fixture(scope="module")
def ran(module_run, port):
    return ran_with(port, module_run, CELLS)


@pytest.fixture(scope="module")
def ran_with_2(module_run, port):
    pytest.importorskip("psycopg2", reason="optional: there is no psycopg2 in this environment")
    return ran_with(port, module_run, CELLS_OF_2)


def data_of(ran, cells, name):
    place = list(cells).index(name)
    assert ran.cells[place]["error"] is None, ran.cells[place]["error"]
    return ran.cells[place].get("data")


def read(port, query, version, **more):
    return {
        "kind": "sql",
        "name": f"postgresql://127.0.0.1:{port}/study",
        "query": query,
        "version": version,
        **more,
    }


def whole(port, rows, query):
    return read(port, query, {"rows": str(len(rows)), "sha256": sha256(rows)})


WAYS = "fetchall iterated fetchone fetchmany streamed pipeline pandas soon".split()


@pytest.mark.parametrize("how", [*WAYS, "of the server", "soon, iterated", "soon, of the server"])
def test_rows_have_one_digest_however_they_are_fetched(ran, port, how):
    assert data_of(ran, CELLS, how) == [whole(port, ROWS, "select * from study order by id")]


def test_a_cursor_of_the_server_is_iterated_too(ran, port):
    assert data_of(ran, CELLS, "of the server, iterated") == [
        whole(port, ROWS, "select * from study order by id")
    ]


def test_rows_may_be_tuples_with_names_and_dictionaries(ran, port):
    [entry] = data_of(ran, CELLS, "named tuples")
    assert entry["version"] == {"rows": "2500", "sha256": sha256([list(row) for row in ROWS])}
    [entry] = data_of(ran, CELLS, "dictionaries")
    assert entry["version"]["sha256"] == sha256([{"id": 0, "name": "name 0"}, {"id": 1, "name": "name 1"}])


def test_what_is_copied_out_is_read(ran, port):
    query = "copy (select id, name from study order by id limit 3) to stdout"
    lines = [b"0\tname 0\n", b"1\tname 1\n", b"2\tname 2\n"]
    assert data_of(ran, CELLS, "copied") == [whole(port, lines, query)]
    assert data_of(ran, CELLS, "copied rows") == [whole(port, [row[:2] for row in ROWS[:3]], query)]


def test_neither_literals_nor_parameters_nor_passwords_are_recorded(ran, port):
    assert [entry["query"] for entry in data_of(ran, CELLS, "secret")] == [
        "select id from study where name = '…' or name = '…'",
        "select id from study where name = %s",
        "select \"share\" from study where name = '…'",
    ]
    assert "SECRET" not in str([cell.get("data") for cell in ran.cells])
    assert "hunter" not in str([cell.get("data") for cell in ran.cells])


def test_what_libraries_ask_about_the_server_is_no_read(ran):
    assert data_of(ran, CELLS, "open") is None and data_of(ran, CELLS, "about") is None


def test_values_of_other_types_have_a_digest(ran):
    [entry] = data_of(ran, CELLS, "other types")
    row = [
        ["date", "2026-01-02"],
        ["Decimal", "1.50"],
        ["IPv4Address", "10.0.0.1"],
        ["Range", "[1, 5)"],
        [1, 2],
    ]
    assert entry["version"]["sha256"] == sha256([row])


def test_nothing_else_is_another_thing(ran):
    assert ran.text(list(CELLS).index("same types")) == "(True, True, True, 'fetchall', 'Cursor.execute')"
    for name, error in (("fails", "UndefinedTable"), ("nothing to fetch", "ProgrammingError")):
        [output] = ran.executed["cells"][list(CELLS).index(name)]["outputs"]
        assert output["ename"] == error
        assert "reprise_agent" not in str(output)
        assert ran.cells[list(CELLS).index(name)].get("data") is None


def test_what_the_notebook_wrote_itself_is_not_from_elsewhere(ran):
    assert data_of(ran, CELLS, "own")[0]["own"] is True
    assert "own" not in data_of(ran, CELLS, "fetchall")[0]


@pytest.mark.parametrize(
    "how", ["fetchall", "iterated", "fetchone", "fetchmany", "of the server", "pandas", "named tuples"]
)
def test_psycopg2_tells_the_same(ran_with_2, port, how):
    rows = [row[:4] for row in ROWS]
    query = "select id, name, share, empty from study order by id"
    assert data_of(ran_with_2, CELLS_OF_2, how) == [whole(port, rows, query)]


def test_cursors_of_psycopg2_s_extras_are_told_of(ran_with_2):
    [entry] = data_of(ran_with_2, CELLS_OF_2, "lists")
    assert entry["version"] == {"rows": "2", "sha256": sha256([[0, "name 0"], [1, "name 1"]])}
    [entry] = data_of(ran_with_2, CELLS_OF_2, "dictionaries")
    assert entry["version"]["sha256"] == sha256([{"id": 0, "name": "name 0"}, {"id": 1, "name": "name 1"}])


def test_what_psycopg2_copies_into_a_file_is_counted(ran_with_2, port):
    query = "copy (select id from study) to stdout"
    assert data_of(ran_with_2, CELLS_OF_2, "copied") == [read(port, query, {"rows": "2500"})]


def test_psycopg2_stays_what_it_is(ran_with_2):
    cells = list(CELLS_OF_2)
    assert (
        ran_with_2.text(cells.index("same types"))
        == "(True, True, 'connection', '<cursor object at ', None, True)"
    )
    for name, error in (("fails", "UndefinedTable"), ("no attributes", "AttributeError")):
        [output] = ran_with_2.executed["cells"][cells.index(name)]["outputs"]
        assert output["ename"] == error
        assert "reprise_agent" not in str(output)
    assert data_of(ran_with_2, CELLS_OF_2, "own")[0]["own"] is True
    assert "SECRET" not in str([cell.get("data") for cell in ran_with_2.cells])


def test_one_query_is_one_entry_whoever_asks_the_driver(module_run, port):
    pytest.importorskip("sqlalchemy", reason="optional: there is no SQLAlchemy in this environment")
    pytest.importorskip("psycopg2", reason="optional: there is no psycopg2 in this environment")
    ran = ran_with(port, module_run, WITH_SQLALCHEMY)
    query, rows = "select id, name from study order by id", [row[:2] for row in ROWS]
    assert data_of(ran, WITH_SQLALCHEMY, "first") == [whole(port, rows, query)]
    assert data_of(ran, WITH_SQLALCHEMY, "second") == [whole(port, rows, query)]
    [entry] = data_of(ran, WITH_SQLALCHEMY, "pandas")
    assert (entry["version"]["rows"], entry["version"]["executions"]) == ("5000", "2")
    assert [cell["faults"] for cell in ran.cells] == [[]] * len(ran.cells)


def test_no_cell_has_a_fault(ran, ran_with_2):
    for each in (ran, ran_with_2):
        assert [cell["faults"] for cell in each.cells] == [[]] * len(each.cells)
