"""Before anything runs: inputs and environment are those that were asked for, or nothing runs."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from pods import NO_TIME, files_of, pack

PYTHON = "%d.%d" % sys.version_info[:2]
INSTALLED = {"ipykernel": __import__("ipykernel").__version__}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_inputs_that_changed_or_are_missing_are_40_with_the_list(pod):
    archive = pack(sorted(files_of("1", files={"same.csv": b"1", "other.csv": b"2"}).items()))
    inputs = [
        {"path": name, "size": 1, "sha256": digest(b"1")} for name in ("same.csv", "other.csv", "d/gone.csv")
    ]
    assert pod.give(archive=archive, pod={"inputs": inputs}).run() == 40
    failed = pod.event("failed")
    assert failed["reason"] == "inputs"
    assert failed["inputs"] == [
        {"path": "other.csv", "expected": digest(b"1"), "got": digest(b"2")},
        {"path": "d/gone.csv", "expected": digest(b"1"), "got": None},
    ]
    assert pod.message["reason"] == "inputs" and "2 of 3" in pod.message["message"]


@pytest.mark.parametrize(
    "environment, drift",
    [
        ({"python": "2.7"}, [{"what": "python", "before": "2.7", "after": PYTHON}]),
        (
            {"python": PYTHON + ".99", "packages": {**INSTALLED, "numpyro": "1.0"}},
            [{"what": "numpyro", "before": "1.0", "after": None}],
        ),
        (
            {"packages": {"IPyKernel": "0.1"}},
            [{"what": "IPyKernel", "before": "0.1", "after": INSTALLED["ipykernel"]}],
        ),
        (
            {"conditional": [{"name": "numpyro", "version": "1.0", "marker": "os_name == 'posix'"}]},
            [{"what": "numpyro", "before": "1.0", "after": None}],
        ),
    ],
)
def test_another_environment_is_30_with_the_drift(pod, environment, drift):
    assert pod.give("1", pod={"environment": {"check": "refuse", **environment}}).run() == 30
    assert (pod.event("failed")["reason"], pod.event("failed")["drift"]) == ("environment", drift)
    assert (pod.message["exit"], pod.message["reason"]) == (30, "environment")
    assert "started" not in pod.names()


def passes(pod, **environment) -> None:
    """What is asked is fulfilled, so that the pod goes on to the notebook, for which there is no time."""
    pod.give("1", pod={**NO_TIME, "environment": environment}).start().unpack()


def test_another_environment_only_recorded_runs(pod):
    passes(pod, check="record", python="2.7", packages={"x": "1"})


def test_the_environment_that_was_asked_for_runs_however_names_are_written(pod):
    import jupyter_client

    packages = {"Jupyter_Client": jupyter_client.__version__, **INSTALLED}
    passes(pod, check="refuse", python=PYTHON, packages=packages)


def test_what_is_locked_for_other_platforms_is_not_missed(pod):
    elsewhere = {"name": "pywin32", "version": "311", "marker": "sys_platform == 'win32'"}
    passes(pod, check="refuse", packages=INSTALLED, conditional=[elsewhere])


def test_packages_that_the_image_has_on_pythonpath_count(pod, tmp_path):
    (tmp_path / "lib" / "from_image-1.5.dist-info").mkdir(parents=True)
    (tmp_path / "lib" / "from_image.py").write_text("VALUE = 7")
    environment = {"check": "refuse", "packages": {"from-image": "1.5"}}
    pod.give("import from_image; print(from_image.VALUE)", pod={"environment": environment})
    assert pod.run(env={"PYTHONPATH": str(tmp_path / "lib")}) == 0
    assert pod.text(0) == "7\n"
    assert pod.record[0]["environment"]["packages"]["from-image"] == "1.5"


@pytest.fixture
def small(pod):
    """`/work` is a disk of 2 MB."""
    mounting = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(pod.work)]
    try:
        subprocess.run(mounting, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a tmpfs was refused")
    yield pod
    pod.end()
    subprocess.run(["umount", str(pod.work)], check=True)


def test_a_disk_that_is_full_while_unpacking_is_50(small):
    assert small.give("1", files={"zeros": bytes(8 << 20)}).run() == 50
    assert (small.event("failed")["reason"], small.message["reason"]) == ("disk", "disk")
    assert "No space left" in small.message["message"]


def test_a_disk_that_is_full_while_the_run_is_written_is_50(small):
    fill = "try:\n    open('fill', 'wb', buffering=0).write(bytes(8 << 20))\nexcept OSError:\n    pass\n"
    more = "try:\n    while True: open('fill', 'ab', buffering=0).write(b'x')\nexcept OSError:\n    print('full')"
    assert small.give(fill + more, "print(1)").run() == 50
    assert small.event("end")["status"] == "ok"
    assert (small.message["exit"], small.message["reason"]) == (50, "disk")


def test_a_work_folder_that_cannot_be_written_is_50(pod):
    pod.work.rmdir()
    pod.work.write_text("no folder")
    assert pod.give("1").run() == 50
    assert pod.message["reason"] == "disk"
