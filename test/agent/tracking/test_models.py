"""Models, optimizers and data of the frameworks: equal digests in any process, another for the smallest change."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from importlib.util import find_spec

import pytest

FRAMEWORKS = ["torch", "tensorflow", "jax", "xgboost", "lightgbm"]


def digests(framework, hash_seed, objects):
    program = [sys.executable, "-W", "ignore", "-m", "model_table", framework, str(objects)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    here = pathlib.Path(__file__).parent
    said = subprocess.run(program, env=environment, cwd=here, capture_output=True, text=True, check=True)
    return json.loads(said.stdout.splitlines()[-1])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_equal_models_have_equal_digests_in_any_process_and_one_changed_weight_another(framework):
    if find_spec(framework) is None:
        pytest.skip(f"optional: {framework} is not installed")
    first, second = digests(framework, "1", 7), digests(framework, "2", 4001)
    assert len(first["found"]) >= 2
    for name, (value, copy, changed) in first["found"].items():
        assert value[1] == "exact" and value[0] is not None, name
        assert value == copy and value[0] != changed[0], name
    assert first["found"] == second["found"], "another process with another hash seed"
    assert first["moved"] == [], "digests move no generator, and change nothing that they look at"
