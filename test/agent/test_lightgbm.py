"""What a user of LightGBM sees of the layout that it chooses by timing; skipped where it is not installed."""

from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("lightgbm") is None, reason="optional: lightgbm is not installed")

DATA = """\
import lightgbm as lgb, numpy as np
x = np.random.RandomState(0).standard_normal((500, 8))
y = x @ np.arange(8)
def forced(booster, name):
    return f"[{name}: 1]" in booster.model_to_string()
"""
TRAININGS = """\
estimator = lgb.LGBMRegressor(n_estimators=2, verbose=-1).fit(x, y)
native = lgb.train({"verbose": -1}, lgb.Dataset(x, y), 2)
print([forced(each, "force_col_wise") for each in (estimator.booster_, native)])
"""
NAME = "lightgbm, histogram layout chosen by timing (threads)"


def test_full_fixes_the_layout_and_names_nothing(run):
    ran = run(DATA, TRAININGS, policy="full")
    assert ran.text(1) == "[True, True]\n"
    assert ran.cells[1]["operations"] == []


@pytest.mark.parametrize("policy", ["close", "observe"])
def test_elsewhere_it_is_named_at_its_line(run, policy):
    ran = run(DATA, TRAININGS, policy=policy)
    assert ran.text(1) == "[False, False]\n"
    assert [(each["op"], each["at"]["line"]) for each in ran.cells[1]["operations"]] == [(NAME, 1), (NAME, 2)]


CHOSEN = """\
rows = lgb.train({"verbose": -1, "force_row_wise": True}, lgb.Dataset(x, y), 2)
alone = lgb.train({"verbose": -1, "nthread": 1}, lgb.Dataset(x, y), 2)
in_data = lgb.train({"verbose": -1}, lgb.Dataset(x, y, params={"force_row_wise": True}), 2)
print([forced(each, "force_col_wise") for each in (rows, alone, in_data)])
read = lgb.Booster(model_str=rows.model_to_string())
print(np.array_equal(read.predict(x), rows.predict(x)))
"""


@pytest.mark.parametrize("policy", ["close", "full"])
def test_what_the_notebook_chose_stays(run, policy):
    ran = run(DATA, CHOSEN, policy=policy)
    assert ran.text(1) == "[False, False, False]\nTrue\n"
    assert ran.cells[1]["operations"] == []
