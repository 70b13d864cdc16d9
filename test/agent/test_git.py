"""Remotes without credentials, by the vectors that both sides check."""

import json
import pathlib

import pytest
from reprise_agent.git import without_credentials

VECTORS = json.loads(
    (pathlib.Path(__file__).parents[1] / "vectors" / "remotes.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["url"])
def test_a_remote_is_recorded_without_what_lets_anybody_in(vector):
    assert without_credentials(vector["url"]) == vector["says"]
