from __future__ import annotations

import warnings

import pytest
from shells import notebook


@pytest.fixture
def nb(tmp_path):
    with notebook(tmp_path, files=False) as made, warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        made.shown = shown
        made.run("import warnings\nimport numpy as np")
        yield made


def test_a_warning_is_recorded_with_its_line_and_still_shown(nb):
    line = nb.run("x = 1\nwarnings.warn('look out')")
    assert line["warnings"] == [{"category": "UserWarning", "message": "look out", "line": 2}]
    assert [str(warning.message) for warning in nb.shown] == ["look out"]


def test_numpy_warnings_are_recorded(nb):
    line = nb.run("np.array([1e308]) * 10\nnp.array([np.inf]) - np.inf")
    found = [
        (warning["category"], warning["message"].split(" encountered")[0]) for warning in line["warnings"]
    ]
    assert found == [("RuntimeWarning", "overflow"), ("RuntimeWarning", "invalid value")]


def test_what_the_user_ignores_stays_unseen(nb):
    line = nb.run("warnings.simplefilter('ignore')\nwarnings.warn('quiet')")
    assert line["warnings"] == [] == nb.shown


def test_a_cell_has_its_own_warnings_only(nb):
    nb.run("warnings.warn('first')")
    assert nb.run("pass")["warnings"] == []


def test_home_does_not_get_into_the_record(nb):
    nb.warnings._home = "/home/somebody"
    line = nb.run("warnings.warn('in /home/somebody/lib')")
    assert line["warnings"][0]["message"] == "in ~/lib"
