"""What a record says of the splits of scikit-learn; skipped where it is not installed."""

import json
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="optional: sklearn is not installed")

SPLITS = """\
import json, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV, KFold, PredefinedSplit, RepeatedStratifiedKFold, TimeSeriesSplit, cross_val_score, train_test_split)
x = np.random.RandomState(0).standard_normal((40, 3))
y = np.arange(40) % 2
train, test = train_test_split(x, random_state=0)
folds = [(a.tolist(), b.tolist()) for a, b in KFold(4, shuffle=True, random_state=1).split(x)]
scores = cross_val_score(LogisticRegression(), x, y, cv=5)
search = GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=3, random_state=0)).fit(x, y)
sequence = list(TimeSeriesSplit(3).split(x)) + list(PredefinedSplit(y).split())
print(json.dumps([folds, scores.tolist(), search.best_score_, train.tolist()]))
"""
SEQUENCE = [
    ("sklearn.train_test_split", 7, 1, 0),
    ("sklearn.KFold", 8, 4, 1),
    ("sklearn.StratifiedKFold", 9, 5, 1),
    ("sklearn.StratifiedKFold", 10, 6, 3),
    ("sklearn.TimeSeriesSplit", 11, 3, 1),
    ("sklearn.PredefinedSplit", 11, 2, 1),
]


@pytest.fixture(scope="module")
def ran(module_run):
    return module_run(SPLITS, "1 + 1", agent={"ledger": "indices"})


def test_every_split_is_recorded_once_at_its_line(ran):
    assert ran.cells[0]["faults"] == []
    found = ran.cells[0]["training"]
    streams = [
        (each["source"], each["at"]["line"], each["batches"], each["passes"]) for each in found["streams"]
    ]
    assert streams == SEQUENCE
    assert (found["taken"], found["steps"]) == (0, [])
    assert "training" not in ran.cells[1]


def test_rows_on_request_are_those_of_the_split(ran):
    digest = ran.cells[0]["training"]["ledger"]
    whole = json.loads((ran.folder.parents[1] / "objects" / digest).read_text())
    folds = json.loads(ran.text(0))[0]
    assert [
        [batch["rows"]["train"], batch["rows"]["test"]] for batch in whole["streams"][1]["batches"]
    ] == folds
    assert whole["streams"][0]["batches"][0]["size"] == 30


def test_results_are_the_same_without_a_ledger(ran, module_run):
    plain = module_run(SPLITS, agent={"ledger": "off"})
    assert plain.text(0) == ran.text(0)
    assert plain.cells[0]["rng"] == ran.cells[0]["rng"]
    assert "training" not in plain.cells[0]


def test_another_seed_gives_other_splits_where_it_is_used(ran, module_run):
    other = module_run(SPLITS.replace("random_state=1", "random_state=2"))
    before, after = ([each["chain"] for each in one.cells[0]["training"]["streams"]] for one in (ran, other))
    assert [a == b for a, b in zip(before, after)] == [True, False, True, True, True, True]


def test_imported_functions_keep_their_digests(module_run):
    source = "from sklearn.model_selection import train_test_split"
    digests = []
    for ledger in ("indices", "off"):
        ran = module_run(source, agent={"ledger": ledger})
        digests.append([write.get("digest") for write in ran.cells[0]["writes"]])
    assert digests[0] == digests[1] and digests[0][0] is not None
