"""Whole pods, without Kubernetes: folders for the mounts, and the program that it starts."""

from __future__ import annotations

import pytest
from pods import Pod


@pytest.fixture
def pod(tmp_path):
    made = Pod(tmp_path)
    yield made
    made.end()
