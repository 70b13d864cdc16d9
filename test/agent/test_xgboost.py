"""What a user of XGBoost sees of the linear booster's threads; skipped where it is not installed."""

from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("xgboost") is None, reason="optional: xgboost is not installed")

DATA = """\
import hashlib, numpy as np, xgboost as xgb
x = np.random.RandomState(0).standard_normal((2000, 32))
y = x @ np.arange(32)
data = xgb.DMatrix(x, y)
def digest(booster):
    return hashlib.sha256(booster.predict(data).tobytes()).hexdigest()
"""
SHOTGUN = """\
estimator = xgb.XGBRegressor(booster="gblinear", n_jobs=8).fit(x, y)
native = xgb.train({"booster": "gblinear", "nthread": 8}, data, 20)
own = xgb.train({"booster": "gblinear", "nthread": 8}, data, 20, obj=lambda p, d: (p - y, np.ones(len(y))))
print([digest(each) for each in (estimator.get_booster(), native, own)])
"""
NAME = "xgboost gblinear, updater shotgun (threads)"


def test_full_gives_one_digest_and_names_nothing(run):
    runs = [run(DATA, SHOTGUN, policy="full") for _ in range(3)]
    assert [ran.cells[-1]["status"] for ran in runs] == ["ok"] * 3
    assert len({ran.text(1) for ran in runs}) == 1
    assert [ran.cells[1]["operations"] for ran in runs] == [[]] * 3


def test_elsewhere_it_is_named_at_its_line(run):
    ran = run(DATA, SHOTGUN, policy="close")
    assert [(each["op"], each["at"]["line"]) for each in ran.cells[1]["operations"]] == [
        (NAME, 1),
        (NAME, 2),
        (NAME, 3),
    ]


OTHERS = """\
xgb.train({"booster": "gblinear", "nthread": 1}, data, 2)
xgb.train({"booster": "gblinear", "updater": "coord_descent", "nthread": 8}, data, 2)
trees = xgb.train({"nthread": 8}, data, 2)
print(trees.save_config().count('"nthread":"8"'))
"""


def test_what_repeats_anyway_is_left_as_it_is(run):
    for policy in ("close", "full"):
        ran = run(DATA, OTHERS, policy=policy)
        assert ran.text(1) == "1\n"
        assert ran.cells[1]["operations"] == []
