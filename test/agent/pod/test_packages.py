"""Kernel, engine and packages of npm in an image are those of the pin, or nothing of a JavaScript notebook runs."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess

import pytest
from pods import NO_TIME

NODE = shutil.which("node")
ENTRY = b"#!/usr/bin/env node\n"
ADDON = "@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node"
LIBRARY = "@tensorflow/tfjs-node/deps/lib/libtensorflow_cc.so.2"
VERSIONS = {
    "tslab": "1.0.22",
    "tslab/node_modules/a": "2.0.0",
    "@types/node": "24.0.0",
    "@tensorflow/tfjs-node": "4.22.0",
}
LOCK = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "study"},
        **{f"node_modules/{path}": {"version": version} for path, version in VERSIONS.items()},
        "node_modules/only-on-macos": {"version": "1.0.0", "optional": True},
    },
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def engine() -> dict:
    said = subprocess.run(
        [NODE, "-p", "JSON.stringify(process.versions)"], stdout=subprocess.PIPE, check=True
    )
    versions = json.loads(said.stdout)
    return {"node": versions["node"], "v8": versions["v8"]}


@pytest.fixture
def modules(tmp_path):
    """As an image has them, at a place of its own."""
    folder = tmp_path / "image" / "node_modules"
    for path, version in VERSIONS.items():
        package = folder / path
        package.mkdir(parents=True, exist_ok=True)
        (package / "package.json").write_text(json.dumps({"version": version}))
    for path, data in {"tslab/bin/tslab": ENTRY, ADDON: b"compiled there", LIBRARY: b"library"}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def pinned(**change) -> dict:
    javascript = {
        "kernel": "tslab",
        "version": "1.0.22",
        "sha256": digest(ENTRY),
        "engine": engine(),
        "native": {ADDON: digest(b"compiled here"), LIBRARY: digest(b"library")},
        "lock": "study/package-lock.json",
        **change,
    }
    return {"check": "refuse", "javascript": javascript}


def give(pod, environment: dict, lock: dict = LOCK):
    files = {"study/package-lock.json": json.dumps(lock)}
    return pod.give(
        "1", files=files, pod={**NO_TIME, "environment": environment}, notebook="study/deep/a.ipynb"
    )


def test_what_is_pinned_runs_with_an_addon_that_was_compiled_in_the_image(pod, modules):
    give(pod, pinned()).start(env={"NODE_PATH": str(modules)}).unpack()
    assert (pod.work / "node_modules" / "tslab").exists()
    assert not (pod.root / "node_modules").exists()


@pytest.mark.parametrize(
    "change, drift",
    [
        ({"version": "1.0.21"}, {"what": "tslab", "before": "1.0.21", "after": "1.0.22"}),
        (
            {"sha256": digest(b"other")},
            {"what": "tslab: its program", "before": digest(b"other")[:12], "after": digest(ENTRY)[:12]},
        ),
        (
            {"kernel": "deno", "version": "2.9.6", "engine": {}},
            {"what": "deno", "before": "2.9.6", "after": None},
        ),
        (
            {"native": {LIBRARY: digest(b"other")}},
            {"what": LIBRARY, "before": digest(b"other")[:12], "after": digest(b"library")[:12]},
        ),
        (
            {"native": {"gone/tfjs_binding.node": digest(b"x")}},
            {"what": "gone/tfjs_binding.node", "before": digest(b"x")[:12], "after": None},
        ),
    ],
)
def test_another_kernel_or_library_is_30_with_the_drift(pod, modules, change, drift):
    assert give(pod, pinned(**change)).run(env={"NODE_PATH": str(modules)}) == 30
    assert pod.event("failed")["drift"] == [drift]
    assert pod.message["reason"] == "environment"


def test_another_engine_and_other_packages_are_30_with_the_drift(pod, modules):
    packages = {
        **LOCK["packages"],
        "node_modules/tslab/node_modules/a": {"version": "2.0.1"},
        "node_modules/b": {"version": "3.0.0"},
    }
    environment = pinned(engine={**engine(), "v8": "1.2.3"})
    assert give(pod, environment, {**LOCK, "packages": packages}).run(env={"NODE_PATH": str(modules)}) == 30
    assert pod.event("failed")["drift"] == [
        {"what": "v8", "before": "1.2.3", "after": engine()["v8"]},
        {"what": "b", "before": "3.0.0", "after": None},
        {"what": "tslab/node_modules/a", "before": "2.0.1", "after": "2.0.0"},
    ]


def test_an_image_without_packages_is_30(pod):
    assert (
        give(pod, pinned(engine={}, native={})).run(env={"NODE_PATH": "/nowhere", "PATH": "/nowhere"}) == 30
    )
    assert [row["what"] for row in pod.event("failed")["drift"]] == ["tslab", "node_modules"]


def test_an_image_without_a_kernel_is_50_and_says_what_it_lacks(pod):
    argv = ["{node}", "{tslab}", "kernel", "--config-path", "{connection_file}"]
    javascript = {"language": "javascript", "kernel": "tslab", "argv": argv}
    agent = {
        "policy": "close",
        "settings": [],
        "seed": {"value": "5eed", "from": "fresh"},
        "javascript": javascript,
    }
    assert pod.give("1", agent=agent).run(env={"PATH": "/nowhere"}) == 50
    assert pod.event("failed")["reason"] == "no-javascript-kernel"
    assert "The image has no node" in pod.message["message"]
    assert "started" not in pod.names()
