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


# The wording of torch 2.11, and where it warns from: forward in the user's own line, backward in a module of torch's.
TORCH = """\
import types, warnings
torch = types.ModuleType("torch_like")
exec(compile('''
import warnings
WAY = ("you set 'torch.use_deterministic_algorithms(True, warn_only=True)'. You can file an issue at "
       "https://github.com/pytorch/pytorch/issues (Triggered internally at Context.cpp:160.)")
def backward(op):
    warnings.warn(f"{op} does not have a deterministic implementation, but {WAY}", stacklevel=1)
def attend():
    warnings.warn("Memory Efficient attention defaults to a non-deterministic algorithm. To explicitly enable …")
''', "/site-packages/torch_like.py", "exec"), vars(torch))
def train():
    torch.backward("upsample_bilinear2d_backward_out_cuda")
"""


def test_an_operation_without_a_deterministic_form_is_named_at_the_users_line(nb):
    nb.run(TORCH)
    line = nb.run("x = 1\ntorch.backward('cumsum_cuda_kernel')\ntorch.attend()")
    assert line["operations"] == [
        {"op": "cumsum_cuda_kernel", "at": {"cell": 2, "line": 2}},
        {"op": "Memory Efficient attention", "at": {"cell": 2, "line": 3}},
    ]
    assert nb.run("torch.tried = 1\nwarnings.warn('look out')")["operations"] == []


def test_each_cell_hears_of_its_operations_and_once_a_place(nb):
    nb.run(TORCH)
    first, second = (nb.run("for step in range(3):\n    train()") for _ in range(2))
    within = {"op": "upsample_bilinear2d_backward_out_cuda", "at": {"cell": 1, "line": 13}}
    assert first["operations"] == second["operations"] == [within]
    assert len(first["warnings"]) == len(second["warnings"]) == 1
