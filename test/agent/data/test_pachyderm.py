"""Inputs of a Pachyderm job: a run with its variables, on a mount where they may be made."""

from __future__ import annotations

import pathlib
import shutil

import pytest

COMMIT, JOB = "2f3b5c7d9e1a4b6c8d0e2f4a6b8c0d2e", "9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"
MOUNT = pathlib.Path("/pfs")


@pytest.fixture(scope="module")
def ran(module_run):
    try:
        MOUNT.mkdir()
    except OSError:
        pytest.skip("optional: /pfs cannot be made here, or is there already")
    try:
        for name in ("images", "labels", "out"):
            (MOUNT / name / "deep").mkdir(parents=True)
            (MOUNT / name / "deep" / "rows.csv").write_text(name)
        variables = {"PACH_JOB_ID": JOB, "images_COMMIT": COMMIT, "labels_COMMIT": "/home/me SECRET"}
        yield module_run(
            "open('/pfs/images/deep/rows.csv').read(), open('/pfs/images/deep/rows.csv').read()",
            "open('/pfs/labels/deep/rows.csv').read()",
            "open('/pfs/out/deep/result.csv', 'w').write('x')",
            policy="observe",
            environment=variables,
        )
    finally:
        shutil.rmtree(MOUNT)


def test_a_read_below_the_mount_has_the_commit_of_its_repository(ran):
    [entry] = ran.cells[0]["data"]
    assert entry == {"kind": "pachyderm", "name": "/pfs/images", "version": {"commit": COMMIT, "job": JOB}}


def test_what_cannot_be_a_commit_is_not_recorded(ran):
    assert "data" not in ran.cells[1] and "SECRET" not in str(ran.cells)


def test_outputs_are_no_inputs(ran):
    assert "data" not in ran.cells[2]
    assert [cell["faults"] for cell in ran.cells] == [[]] * 3
