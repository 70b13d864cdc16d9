"""Frameworks that fail to import, are half there, of a version nobody knows, or changed by the user: the notebook goes on
as it would without Reprise, and the record says what could not be enforced. The packages here are made by the tests."""

import textwrap
from importlib.util import find_spec

import pytest

TORCH = """
    __version__ = "99.0"
    seeds = []
    def manual_seed(seed):
        seeds.append(seed)
    class _Part:
        pass
    backends = _Part()
    backends.cudnn = _Part()
"""


@pytest.fixture
def packaged(run, tmp_path):
    """`packaged({"torch": source}, *cells, policy=…)`: runs cells that find these packages."""

    def execute(packages, *cells, **given):
        for name, source in packages.items():
            folder = tmp_path / "site" / name
            folder.mkdir(parents=True)
            if source is not None:
                (folder / "__init__.py").write_text(textwrap.dedent(source))
        found = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})"
        return run(found, *cells, **given)

    return execute


def faults(ran):
    return [fault for cell in ran.cells for fault in cell["faults"]]


@pytest.mark.parametrize("policy", ["observe", "close", "full"])
def test_one_that_fails_to_import_fails_as_it_would(packaged, policy):
    broken = {"torch": "raise ImportError('libcudart.so.13: cannot open shared object file')"}
    attempt = "try:\n    import torch\nexcept ImportError as error:\n    print(error)"
    ran = packaged(broken, attempt, attempt, policy=policy)
    assert ran.text(1) == ran.text(2) == "libcudart.so.13: cannot open shared object file\n"
    assert [cell["status"] for cell in ran.cells] == ["ok"] * 3
    assert faults(ran) == []


def test_one_that_imports_at_the_second_try_is_seeded_then(packaged):
    source = "import builtins\nif not hasattr(builtins, 'ready'):\n    raise ImportError('not yet')\n"
    attempt = "try:\n    import torch\nexcept ImportError as error:\n    print(error)"
    later = "import builtins; builtins.ready = True\nimport torch; print(len(torch.seeds))"
    ran = packaged({"torch": source + textwrap.dedent(TORCH)}, attempt, later)
    assert (ran.text(1), ran.text(2)) == ("not yet\n", "1\n")


# A whole package further back on the path would win over a folder.
ALONE = """\
kept, sys.path = sys.path, sys.path[:1]
import NAME
sys.path = kept
print('imported')
"""


@pytest.mark.parametrize("source", ["", None], ids=["empty", "only a folder"])
@pytest.mark.parametrize("name", ["torch", "tensorflow", "polars"])
def test_a_half_installed_one_is_a_fault_in_the_record(packaged, name, source):
    ran = packaged({name: source}, ALONE.replace("NAME", name), policy="full")
    assert ran.text(1) == "imported\n"
    assert ran.cells[-1]["status"] == "ok"
    assert any(f"seeding {name}" in fault for fault in faults(ran))


def test_of_an_unknown_version_each_setting_stands_alone(packaged):
    show = "import torch\nprint(len(torch.seeds), torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark)"
    ran = packaged({"torch": TORCH}, show, policy="full")
    assert ran.text(1) == "1 True False\n"
    assert any(fault.startswith("setting torch-operations: AttributeError") for fault in faults(ran))


def test_a_function_that_the_user_replaced_is_left_to_the_user(packaged):
    replaced = "import torch\ndef mine(seed):\n    raise RuntimeError('mine')\ntorch.manual_seed = mine"
    ran = packaged(
        {"torch": TORCH}, replaced, "print(torch.manual_seed is mine, len(torch.seeds))", rng="per-cell"
    )
    assert ran.text(2) == "True 1\n"
    assert [cell["status"] for cell in ran.cells] == ["ok"] * 3


# As torch before 2.0 does: what makes tensors of a generator's state is not there yet.
HALF = """
    import os
    class Generator:
        def get_state(self):
            os._exit(3)
    default_generator = Generator()
    import numpy.random
    del default_generator
"""


@pytest.mark.skipif(find_spec("numpy") is None, reason="optional: NumPy is not installed")
@pytest.mark.parametrize("policy", ["observe", "close", "full"])
def test_one_that_imports_numpy_half_way_is_not_asked_before_it_is_whole(packaged, policy):
    ran = packaged({"torch": HALF}, "import torch\nprint('imported')", policy=policy)
    assert ran.text(1) == "imported\n"


XGBOOST = """
    class Booster:
        def update(self):
            return "trained"
        boost = update
"""


def test_boosters_that_do_not_say_how_they_train_are_named(packaged):
    package = {"xgboost": "from . import core", "xgboost/core": XGBOOST}
    ran = packaged(package, "import xgboost\nprint(xgboost.core.Booster().update())", policy="full")
    assert ran.text(1) == "trained\n"
    assert ran.cells[1]["operations"] == [{"op": "xgboost (threads)", "at": {"cell": 1, "line": 2}}]
