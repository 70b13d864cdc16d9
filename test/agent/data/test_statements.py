"""Which statements let the database draw."""

from __future__ import annotations

import pytest
from reprise_agent.data.queries import Queries
from reprise_agent.data.statements import read_statement

DRAWS = [
    "select * from t order by random() limit 10",
    "SELECT * FROM t ORDER BY RAND ( )",
    "select newid(), a from t",
    "select gen_random_uuid()",
    "select hex(randomblob(16))",
    "select random(1, 10)",
    "select random_normal(0, 1)",
    "select * from t tablesample bernoulli (10)",
    "select * from t using sample 10%",
    "select * from t using sample reservoir(50 rows)",
    "insert into t select random()",
    "select uuidv4(), a from t",
    "select gen_random_bytes(8)",
    "select array_sample(a, 3) from t",
    "select randn() from t",
]
REPEATS = [
    "select * from t where name = 'random()'",
    "select a -- random()\nfrom t",
    "select rand(5)",
    "select random_score(1) from t",
    "select random from t",
    "select * from t tablesample bernoulli (10) repeatable (7)",
    "select * from t using sample 10 percent (bernoulli, 377)",
    "select * from t using sample reservoir(50 rows) repeatable (100)",
    "select setseed(0.5)",
    "insert into random(a, b) values (1, 2)",
    "create table random (a int, b int)",
]


@pytest.mark.parametrize("statement", DRAWS)
def test_a_statement_that_draws(statement):
    assert read_statement(statement, "duckdb").draws


@pytest.mark.parametrize("statement", REPEATS)
def test_a_statement_that_repeats(statement):
    assert not read_statement(statement, "duckdb").draws


def test_a_database_that_a_statement_has_seeded_repeats():
    drawn = []
    queries = Queries(lambda where, error: drawn.append(error), lambda: drawn.append("drew"))
    for database, statement in [("a", "select random()"), ("a", "select setseed(0.1)"), ("a", "select random()")]:
        queries.executed(database, statement, True)
    assert drawn == ["drew"]
    assert ["own" in entry for entry in queries.take()] == []
    queries.executed("b", "select random()", True)
    assert drawn == ["drew", "drew"]
