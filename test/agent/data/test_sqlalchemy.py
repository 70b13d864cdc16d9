"""Queries through SQLAlchemy: by its own sqlite3, and by a driver that tells nothing by itself."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlalchemy", reason="optional: there is no SQLAlchemy in this environment")
pytest.importorskip("pysqlite3", reason="optional: there is no pysqlite3 in this environment")

from test_sqlite import ROWS, fill, sha256  # noqa: E402

CELLS = {
    "open": "import sqlalchemy as sa, pandas as pd, pysqlite3.dbapi2 as driver\nfrom sqlalchemy.orm import Session\n"
    "own = sa.create_engine('sqlite:///study.db')\nother = sa.create_engine('sqlite:///study.db', module=driver)\n"
    "query = sa.text('select * from study')",
    "own": "pd.read_sql(query, own).shape",
    "all": "with other.connect() as c:\n    print(len(c.execute(query).fetchall()))",
    "iterated": "with other.connect() as c:\n    print(sum(1 for row in c.execute(query)))",
    "one": "with other.connect() as c:\n    rows = c.execute(query)\n    while rows.fetchone() is not None: pass",
    "streamed": "with other.connect() as c:\n    rows = c.execution_options(stream_results=True, max_row_buffer=90).execute(query)\n"
    "    while rows.fetchmany(70): pass",
    "pandas": "pd.read_sql(query, other).shape, sum(len(part) for part in pd.read_sql(query, other, chunksize=99))",
    "scalar": "with other.connect() as c:\n    print(c.execute(sa.text('select count(*) from study where name != :n'), {'n': 'SECRET'}).scalar())",
    "table": "study = sa.Table('study', sa.MetaData(), autoload_with=other)\n"
    "with Session(other) as s:\n    print(len(s.execute(sa.select(study.c.id).where(study.c.id < 3)).all()))",
    "fails": "with other.connect() as c:\n    c.execute(sa.text('select * from nowhere'))",
    "memory": "with sa.create_engine('sqlite://', module=driver).connect() as c:\n    print(c.execute(sa.text('select 1')).all())",
    "written": "with other.begin() as c:\n    c.execute(sa.text('delete from study where id > 3'))",
    "after": "with other.connect() as c:\n    print(c.execute(sa.text('select count(*) from study')).all())",
}


@pytest.fixture(scope="module")
def ran(module_run):
    fill(module_run.root / "study.db")
    return module_run(*CELLS.values(), policy="observe", allowErrors=True)


@pytest.fixture
def data(ran):
    def of(name):
        return ran.cells[list(CELLS).index(name)].get("data")

    return of


def whole(times=1):
    total = times * int(sha256(ROWS), 16) % 2**256
    version = {"rows": str(times * len(ROWS)), "sha256": f"{total:064x}"}
    if times > 1:
        version["executions"] = str(times)
    return {"kind": "sql", "name": "sqlite:study.db", "query": "select * from study", "version": version}


@pytest.mark.parametrize("how", ["own", "all", "iterated", "one", "streamed"])
def test_rows_are_the_same_through_every_driver_and_way(data, how):
    assert data(how) == [whole()]


def test_pandas_reads_whole_and_in_parts(data):
    assert data("pandas") == [whole(2)]


def test_statements_are_as_the_database_gets_them(ran, data):
    assert data("scalar")[0]["query"] == "select count(*) from study where name != ?"
    assert data("table")[0]["query"] == "SELECT study.id FROM study WHERE study.id < ?"
    assert data("table")[0]["version"] == {"rows": "3", "sha256": sha256([(0,), (1,), (2,)])}
    assert "SECRET" not in str([cell.get("data") for cell in ran.cells])


def test_nothing_is_noted_of_what_failed_or_is_in_memory(ran, data):
    assert data("fails") is None and data("memory") is None
    [output] = ran.executed["cells"][list(CELLS).index("fails")]["outputs"]
    assert output["ename"] == "OperationalError"
    assert "reprise_agent" not in str(output)


def test_what_the_notebook_wrote_itself_is_not_from_elsewhere(data):
    assert data("written") is None
    assert data("after")[0]["own"] is True


def test_a_database_elsewhere_is_named_without_what_lets_somebody_in():
    from reprise_agent.data.log import DataLog
    from reprise_agent.data.sqlalchemy import name_of
    from sqlalchemy.engine import make_url

    def name(url):
        return name_of(make_url(url), None, DataLog(lambda what, error: None, lambda path: path))

    assert name("postgresql+psycopg://me:SECRET@db.example:6543/study?sslkey=SECRET") == (
        "postgresql://db.example:6543/study"
    )
    assert name("mysql://me:SECRET@db.example") == "mysql://db.example/"
    assert name("duckdb:///data/study.duckdb") == "duckdb:data/study.duckdb"
    assert name("duckdb:///:memory:") is None


def test_no_cell_has_a_fault(ran):
    assert [cell["faults"] for cell in ran.cells] == [[]] * len(ran.cells)
