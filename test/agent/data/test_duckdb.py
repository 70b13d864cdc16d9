"""Queries of DuckDB: of databases in files by their rows, and of files, which are read as files."""

from __future__ import annotations

import hashlib

import pytest

duckdb = pytest.importorskip("duckdb", reason="optional: there is no DuckDB in this environment")

from test_sqlite import sha256  # noqa: E402

ROWS = [(number, f"name {number}", number / 4) for number in range(2500)]
SECRET = "hunter2 SECRET"
QUERY = "select * from study order by id"
CELLS = {
    "open": f"import duckdb\nc = duckdb.connect('study.duckdb', read_only=True)\nquery = {QUERY!r}",
    "fetchall": "len(c.execute(query).fetchall())",
    "fetchone": "c.execute(query)\nwhile c.fetchone(): pass",
    "fetchmany": "c.execute(query)\nwhile c.fetchmany(700): pass",
    "cursor": "len(c.cursor().execute(query).fetchall())",
    "relation": "len(c.sql(query).fetchall())",
    "by the module": "len(duckdb.sql(query, connection=c).fetchall()), duckdb.execute('select 1').fetchall()",
    "frames": "c.execute(query).df().shape, c.execute(query).fetchdf().shape",
    "frame of a relation": "c.sql(query).df().shape",
    "arrays": "len(c.execute(query).fetchnumpy()['id']), len(c.sql(query).fetchnumpy()['id'])",
    "derived": "len(c.table('study').filter('id < 3').project('name').order('name').fetchall())",
    "shown": "c.sql('select count(*) as n from study')",
    "secret": f"c.execute(\"select id from study where name = '{SECRET}' -- {SECRET}\").fetchall()\n"
    f"c.execute('select id from study where name = ?', ['{SECRET}']).fetchall()",
    "about": "c.execute('show tables').fetchall(), c.execute('select * from duckdb_tables()').fetchall()",
    "not fetched": "c.cursor().execute('select * from study where id = 1');",
    "draws": "c.sql('select * from study using sample 3').fetchall()\nduckdb.execute('select random()').fetchall()\n"
    "duckdb.execute('select setseed(0.5)').fetchall()\nduckdb.execute('select random()').fetchall()",
    "of a frame": "import pandas as pd\ndef of_local():\n    local = pd.DataFrame({'x': [1, 2]})\n"
    "    return [duckdb.sql('select sum(x) from local').fetchall(), duckdb.execute('select sum(x) from local').fetchall(),\n"
    "            c.sql('select sum(x) from local').fetchall(), c.cursor().execute('select sum(x) from local').fetchall()]\n"
    "everybodys = pd.DataFrame({'x': [3]})\ndef of_global():\n    return duckdb.sql('select x from everybodys').fetchall()\n"
    "def not_of_the_caller():\n    hidden = 1\n    try:\n        return duckdb.sql('select * from teller').fetchall()\n"
    "    except duckdb.CatalogException as error:\n        return 'no table'\n"
    "def made():\n    local = pd.DataFrame({'x': [7]})\n    duckdb.sql('create or replace temp table t as select * from local')\n"
    "    return duckdb.sql('select x from t').fetchall()\n"
    "of_local(), of_global(), not_of_the_caller(), made()",
    "fails": "c.execute('select * from nowhere')",
    "fails later": "c.sql('select * from nowhere')",
    "same types": "type(c).__name__, isinstance(c, duckdb.DuckDBPyConnection), c.execute('select 1') is c, "
    "isinstance(c.sql('select 1'), duckdb.DuckDBPyRelation), duckdb.connect.__name__, c.fetchall.__name__",
    "written": "own = duckdb.connect('own.duckdb')\nown.execute('create table study as select 1 as id')",
    "own": "own.sql('select * from study').fetchall()",
    "attached": "m = duckdb.connect()\nm.execute(\"attach 'study.duckdb' as other (read_only)\")\n"
    "m.execute('create table mine as select 5 as id')\n"
    "m.execute('select count(*) from other.study').fetchall(), m.execute('select * from mine').fetchall()",
    "attached and copied": "m.execute('create or replace table mine as select id from other.study').fetchall()",
    "attached by sql": "duckdb.sql(\"attach 'study.duckdb' as third (read_only); select count(*) from third.study\").fetchall()",
}
OF_FILES = {
    "beside": "import duckdb\nduckdb.sql(\"select * from 'a.parquet'\").fetchall()",
    "in a folder": "duckdb.execute(\"select sum(x) from read_csv('data/b.csv')\").fetchall()",
    "by a pattern": 'duckdb.sql("""select count(*) from \'parts/*/*.parquet\'""").fetchall()',
    "by a name made up": "place = '/'.join(['late', 'b.csv'])\nduckdb.sql(f'select * from \"{place}\"').fetchall()",
    "by a method": "place = '/'.join(['later', 'b.csv'])\nduckdb.read_csv(place).fetchall()",
    "outside": "place = OUTSIDE\nduckdb.sql(f\"select * from '{place}/c.csv'\").fetchall()",
    "again": "duckdb.sql(\"select * from 'a.parquet'\").fetchall()",
}


@pytest.fixture(scope="module")
def ran(module_run):
    with duckdb.connect(str(module_run.root / "study.duckdb")) as database:
        database.execute("create table study (id integer, name varchar, share double)")
        database.execute("insert into study select i, 'name ' || i, i / 4 from range(2500) as r(i)")
    return module_run(*CELLS.values(), policy="observe", allowErrors=True)


@pytest.fixture(scope="module")
def of_files(module_run, tmp_path_factory):
    root, outside = module_run.root, tmp_path_factory.mktemp("outside")
    for folder in ("data", "parts/k=1", "parts/k=2", "late", "later"):
        (root / folder).mkdir(parents=True)
    for place in ("a.parquet", "parts/k=1/p.parquet", "parts/k=2/p.parquet"):
        duckdb.connect().execute(
            f"copy (select range as x from range(10)) to '{root / place}' (format parquet)"
        )
    for place in (root / "data/b.csv", root / "late/b.csv", root / "later/b.csv", outside / "c.csv"):
        place.write_text("x,y\n1,2\n3,4\n")
    cells = [f"OUTSIDE = {str(outside)!r}", *OF_FILES.values()]
    return module_run(*cells, policy="observe"), root, outside


@pytest.fixture
def data(ran):
    def of(name):
        return ran.cells[list(CELLS).index(name)].get("data")

    return of


def read(version, query=QUERY, **more):
    return {"kind": "sql", "name": "duckdb:study.duckdb", "query": query, "version": version, **more}


WHOLE = read({"rows": "2500", "sha256": sha256(ROWS)})


@pytest.mark.parametrize("how", ["fetchall", "fetchone", "fetchmany", "cursor", "relation", "by the module"])
def test_rows_have_one_digest_however_they_are_fetched(data, how):
    assert data(how) == [WHOLE]


def test_columns_have_one_too(data):
    [frames], [frame], [arrays] = data("frames"), data("frame of a relation"), data("arrays")
    assert frames["version"]["rows"] == arrays["version"]["rows"] == "5000"
    assert frame["version"]["rows"] == "2500"
    assert frames["version"]["sha256"] == twice(frame["version"]["sha256"])
    assert len(arrays["version"]["sha256"]) == 64 != frames["version"]["sha256"]


def twice(digest):
    return f"{2 * int(digest, 16) % 2**256:064x}"


def test_a_relation_that_was_made_step_by_step_is_told_of_by_its_statement(data):
    [entry] = data("derived")
    assert entry["version"] == {"rows": "3", "sha256": sha256([(f"name {n}",) for n in range(3)])}
    assert "study" in entry["query"] and "id < 3" in entry["query"].replace("(", "").replace(")", "")


def test_what_is_only_shown_is_read(data):
    [entry] = data("shown")
    assert len(entry["version"]["sha256"]) == 64 and "rows" not in entry["version"]


def test_neither_literals_nor_parameters_are_recorded(ran, data):
    assert [entry["query"] for entry in data("secret")] == [
        "select id from study where name = '…'",
        "select id from study where name = ?",
    ]
    assert "SECRET" not in str([cell.get("data") for cell in ran.cells])


def test_what_nobody_fetched_and_what_is_about_tables_is_no_read(data):
    assert data("open") is None and data("not fetched") is None and data("about") is None


def test_what_the_database_draws_is_named_with_its_line(ran, data):
    index = list(CELLS).index("draws")
    drawn = [(use["source"], use["at"]["line"]) for use in ran.cells[index]["entropy"]]
    assert drawn == [("sql.random", 1), ("sql.random", 2)]
    assert data("draws")[0]["own"]


def test_variables_of_the_user_are_found_as_ever(ran):
    assert ran.cells[list(CELLS).index("of a frame")]["error"] is None
    assert ran.text(list(CELLS).index("of a frame")) == (
        "([[(3,)], [(3,)], [(3,)], [(3,)]], [(3,)], 'no table', [(7,)])"
    )


def test_nothing_else_is_another_thing(ran):
    assert ran.text(list(CELLS).index("same types")) == (
        "('DuckDBPyConnection', True, True, True, 'connect', 'fetchall')"
    )
    for name in ("fails", "fails later"):
        [output] = ran.executed["cells"][list(CELLS).index(name)]["outputs"]
        assert output["ename"] == "CatalogException"
        assert "reprise_agent" not in str(output)


def test_what_the_notebook_wrote_itself_is_not_from_elsewhere(data):
    assert data("written") is None
    [entry] = data("own")
    assert entry["name"] == "duckdb:own.duckdb" and entry["own"] is True


def test_a_database_that_is_attached_is_told_of_where_it_is_meant(data):
    count = {"rows": "1", "sha256": sha256([(2500,)])}
    assert data("attached") == [read(count, "select count(*) from other.study")]
    [entry] = data("attached and copied")
    assert entry == read({}, "create or replace table mine as select id from other.study")
    assert data("attached by sql")[-1]["name"] == "duckdb:study.duckdb"


def test_the_database_s_file_is_read_as_a_file_too(ran):
    files = {file["path"]: file for cell in ran.cells[:2] for file in cell["files"]}
    assert files["study.duckdb"]["mode"] == "read" and len(files["study.duckdb"]["sha256"]) == 64


@pytest.mark.parametrize(
    "how, paths",
    [
        ("beside", ["a.parquet"]),
        ("in a folder", ["data/b.csv"]),
        ("by a pattern", ["parts/k=1/p.parquet", "parts/k=2/p.parquet"]),
        ("by a name made up", ["late/b.csv"]),
        ("by a method", ["later/b.csv"]),
        ("again", ["a.parquet"]),
    ],
)
def test_files_that_are_asked_are_read_as_files(of_files, how, paths):
    ran, root, _ = of_files
    cell = ran.cells[1 + list(OF_FILES).index(how)]
    assert {file["path"]: file.get("sha256") for file in cell["files"]} == {
        path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths
    }
    assert {file["mode"] for file in cell["files"]} == {"read"}
    assert cell.get("data") is None


def test_so_are_those_outside_the_root(of_files):
    ran, _, outside = of_files
    [file] = ran.cells[1 + list(OF_FILES).index("outside")]["files"]
    assert file["outside"] is True and file["path"].endswith("c.csv")
    assert file["sha256"] == hashlib.sha256((outside / "c.csv").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "path, options, name",
    [
        ("data/study.duckdb", "", "duckdb:data/study.duckdb"),
        ("study.db", "TYPE sqlite, READ_ONLY", "sqlite:study.db"),
        ("sqlite:study.db", "", "sqlite:study.db"),
        (
            "dbname=study user=me password=SECRET host=db.example port=6543",
            "TYPE postgres",
            "postgresql://db.example:6543/study",
        ),
        ("postgres:dbname=study password='SECRET x'", "", "postgresql://localhost/study"),
        ("postgres://me:SECRET@db.example/study?sslkey=SECRET", "", "postgresql://db.example/study"),
        ("host=db.example user=me password=SECRET database=study", "type mysql", "mysql://db.example/study"),
        ("s3://bucket/study.duckdb?s3_access_key_id=SECRET", "", "duckdb:s3://bucket/study.duckdb"),
        ("md:study?motherduck_token=SECRET", "", "md"),
        (":memory:", "", None),
        ("", "", None),
    ],
)
def test_a_database_elsewhere_is_named_without_what_lets_somebody_in(path, options, name):
    from reprise_agent.data.duckdb.databases import name_of

    assert name_of(path, options, lambda place: place) == name


def test_addresses_in_a_statement_are_data_from_elsewhere_of_which_nothing_says_the_version():
    from reprise_agent.data.duckdb.databases import named_in

    statement = (
        "select * from 's3://me:SECRET@bucket/a.parquet?key=SECRET' join read_csv('b.csv') on name = 'x'"
    )
    assert named_in(statement) == (["s3://bucket/a.parquet"], ["b.csv"])


def test_no_cell_has_a_fault(ran, of_files):
    for each in (ran, of_files[0]):
        assert [cell["faults"] for cell in each.cells] == [[]] * len(each.cells)
