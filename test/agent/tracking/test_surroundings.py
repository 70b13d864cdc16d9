"""Settings of the process and of libraries, as one cell leaves them to the next."""

import sys
from types import ModuleType

import numpy as np
import pytest
from reprise_agent.tracking.surroundings import Surroundings, families_of

NUMPY = "NumPy's settings"


@pytest.fixture
def place(tmp_path):
    return Surroundings(str(tmp_path))


def test_a_setting_that_is_made_again_is_the_same(place):
    before = place.digests()
    with np.printoptions(precision=3):
        changed = place.digests()
        assert place.digests() == changed
    assert changed[NUMPY] != before[NUMPY]
    assert {name for name in before if before[name] != changed[name]} == {NUMPY}
    assert place.digests() == before


def test_a_folder_of_modules_counts_once(place, monkeypatch):
    before = place.digests()
    monkeypatch.syspath_prepend("/nowhere")
    once = place.digests()
    assert once["sys.path"] != before["sys.path"]
    sys.path.append("/nowhere")
    assert place.digests() == once


def test_libraries_that_are_not_imported_or_fail_have_no_settings(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas._config.config", ModuleType("half.imported"))
    monkeypatch.delitem(sys.modules, "decimal", raising=False)
    assert not {"pandas' options", "decimal's context"} & place.digests().keys()


def test_a_cell_depends_on_settings_of_what_it_uses(place):
    assert NUMPY in place.used(families_of([np.zeros(2)]))
    assert NUMPY in place.used(families_of([np, print]))
    assert NUMPY in place.used(families_of([[np.zeros(2)]]))
    assert NUMPY not in place.used(families_of([1, "two", sys]))


def test_nothing_of_the_users_objects_is_asked_for():
    class Trap:
        def __getattr__(self, name):
            raise AssertionError(name)

    assert families_of([Trap()]) == {__name__.partition(".")[0]}
