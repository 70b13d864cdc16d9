"""What a run's numbers can depend on: cheap to read, and says of nobody whose machine it is."""

from __future__ import annotations

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import time

import pytest
from reprise_agent.fingerprint import fingerprint, gpus, variables
from reprise_agent.fingerprint.host import ranges
from reprise_agent.fingerprint.loaded import owner_of
from reprise_agent.fingerprint.reading import Readings

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src" / "agent"


def closing(ran) -> dict:
    return next((line for line in ran.record if line["type"] == "closing"), {})


def test_reads_the_machine_and_says_how(tmp_path):
    found = fingerprint(root=str(tmp_path))
    assert found["python"]["version"] == platform.python_version()
    assert found["cpu"]["cores"] >= 1
    assert {"collate", "numeric", "encoding"} == set(found["locale"])
    if sys.platform == "linux":
        assert found["filesystem"] and found["how"]["filesystem"] == "/proc/self/mountinfo"
        assert found["how"]["cpu"] == "/proc/cpuinfo"
    assert not set(found["how"]) & set(found["unavailable"])


def test_costs_little_when_a_kernel_starts():
    took = []
    for _ in range(5):
        began = time.perf_counter()
        fingerprint()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.05


def test_imports_nothing_that_the_notebook_did_not():
    script = (
        f"import sys; sys.path.insert(0, {str(SOURCES)!r})\n"
        "from reprise_agent.fingerprint import fingerprint\n"
        "from reprise_agent.fingerprint.loaded import loaded\n"
        "fingerprint(); loaded()\n"
        "print([n for n in ('numpy', 'torch', 'tensorflow', 'jax', 'multiprocessing') if n in sys.modules])\n"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


def test_names_neither_user_nor_host_nor_device(tmp_path):
    given = {
        "USER": "ada",
        "OMP_PLACES": "cores",
        "CUDA_VISIBLE_DEVICES": "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
        "TF_CONFIG": '{"cluster": {"worker": ["10.0.0.1:2222"]}}',
        "JAX_COORDINATOR_ADDRESS": "10.0.0.1:1234",
        "XLA_USER": "ada",
        "TORCH_HOME_TOKEN": "hf_secret",
        "MKL_SERVICE": platform.node(),
    }
    assert variables(given) == {"CUDA_VISIBLE_DEVICES": "GPU", "OMP_PLACES": "cores"}
    text = json.dumps(fingerprint(os.environ, str(tmp_path)))
    assert os.path.expanduser("~") + "/" not in text
    assert not re.search(r"\b(GPU|MIG)-[0-9a-f]{8}", text)


@pytest.mark.parametrize(
    "seed, hashing", [(None, "random"), ("random", "random"), ("0", "off"), ("7", "fixed")]
)
def test_hash_seed_of_the_kernel_and_not_of_the_runner(seed, hashing):
    given = {} if seed is None else {"PYTHONHASHSEED": seed}
    assert fingerprint(given)["python"]["hashing"] == hashing


@pytest.mark.parametrize(
    "given, collate",
    [({}, "C"), ({"LANG": "de_DE.UTF-8"}, "de_DE.UTF-8"), ({"LANG": "x", "LC_ALL": "C"}, "C")],
)
def test_locale_as_posix_resolves_it(given, collate):
    assert fingerprint(given)["locale"]["collate"] == collate


@pytest.mark.parametrize(
    "zone, shown",
    [("Europe/Berlin", "Europe/Berlin"), (":/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"), ("", "UTC")],
)
def test_time_zone_without_the_path_of_its_file(zone, shown):
    assert fingerprint({"TZ": zone})["timezone"] == shown


def test_ranges_of_processors():
    assert ranges([0, 1, 2, 3, 8, 10, 11]) == "0-3,8,10-11"


def test_owner_of_a_library():
    assert owner_of("/x/lib/python3.11/site-packages/numpy.libs/libopenblas.so") == "numpy"
    assert owner_of("/usr/lib/x86_64-linux-gnu/libgomp.so.1") == "system"


def test_says_at_the_end_what_was_loaded(run):
    ran = run("import numpy as np\nprint(np.eye(2) @ np.eye(2))")
    loaded = closing(ran)["loaded"]
    assert [(each["name"], each["of"]) for each in loaded["libraries"]] == [("openblas", "numpy")]
    assert loaded["how"]["libraries"] in ("threadpoolctl", "/proc/self/maps")
    if loaded["how"]["libraries"] == "threadpoolctl":
        assert loaded["libraries"][0]["architecture"] and loaded["libraries"][0]["threads"] >= 1
    assert loaded["dispatch"]
    assert "torch" not in loaded


def test_says_nothing_of_a_notebook_that_loaded_nothing(run):
    assert closing(run("print(1)")) == {}


def test_says_how_frameworks_are_set_only_where_they_were_imported(run):
    fake = (
        "version = __version__ = '2.0'\n"
        "class config:\n"
        "    jax_threefry_partitionable, jax_enable_x64 = True, False\n"
    )
    loaded = closing(run("import jax", files={"jax.py": fake}))["loaded"]
    assert loaded["jax"] == {"version": "2.0", "partitionable": "True", "x64": "False"}


def test_a_framework_that_does_not_answer_is_unavailable_with_why(run):
    ran = run("import torch, numpy", files={"torch.py": ""})
    loaded = closing(ran)["loaded"]
    assert "torch" not in loaded
    assert loaded["unavailable"]["torch"] == "torch: AttributeError"
    assert ran.events[-1]["status"] == "ok"


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """What NVIDIA's driver writes below /proc, and nothing else of NVIDIA."""
    folder = tmp_path / "nvidia"
    (folder / "gpus" / "0000:17:00.0").mkdir(parents=True)
    (folder / "version").write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.124.06  Wed Feb 26\n"
    )
    (folder / "gpus" / "0000:17:00.0" / "information").write_text(
        "Model: \t\t NVIDIA H100 80GB HBM3\nGPU UUID: \t GPU-8932f937-d72c-4106-c12f-20bd9faed9f6\n"
        "Bus Location: \t 0000:17:00.0\n"
    )
    monkeypatch.setattr(gpus, "_DRIVER", str(folder))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setitem(sys.modules, "pynvml", None)
    return folder


def nvidia_smi(tmp_path, script: str) -> None:
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_lists_gpus_from_files(driver):
    read = Readings()
    assert gpus.listed(read) == [{"product": "NVIDIA H100 80GB HBM3", "driver": "570.124.06"}]
    assert read.how == {"gpus": str(driver)}


def test_lists_gpus_by_nvidia_smi_where_the_files_are_missing(driver, tmp_path):
    shutil.rmtree(driver / "gpus")
    nvidia_smi(tmp_path, "echo 'NVIDIA A100, 570.1'")
    read = Readings()
    assert gpus.listed(read) == [{"product": "NVIDIA A100", "driver": "570.1"}]
    assert (read.how, read.unavailable) == ({"gpus": "nvidia-smi"}, {})


def test_details_by_nvidia_smi_without_what_a_gpu_does_not_tell(driver, tmp_path):
    nvidia_smi(tmp_path, "echo 'NVIDIA T4, 570.1, 7.5, 15360 MiB, 90.04.96, Enabled, [N/A]'")
    read = Readings()
    assert gpus.detailed(read) == [
        {
            "product": "NVIDIA T4",
            "driver": "570.1",
            "capability": "7.5",
            "memory": "15360 MiB",
            "vbios": "90.04.96",
            "ecc": "Enabled",
        }
    ]
    assert read.how == {"gpus": "nvidia-smi"}


def test_a_driver_that_does_not_answer_is_waited_for_no_longer_than_said(driver, tmp_path, monkeypatch):
    nvidia_smi(tmp_path, "exec /bin/sleep 30")
    monkeypatch.setattr(gpus, "_TIMEOUT", 0.2)
    read = Readings()
    assert gpus.detailed(read) == []
    assert read.unavailable == {"gpus": "no NVML, no nvidia-smi that answers, and torch was not imported"}
