"""Are the kernel, its engine, and the packages of npm in the image those that a JavaScript notebook is pinned to?"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any, Dict, Iterator, List, Optional

from ..javascript.finding import described, digest, engine_of, entry_of, packages_folder, version_in

Row = Dict[str, Any]


def packages_drift(pinned: Dict[str, Any], root: str, folder: str) -> List[Row]:
    """`pinned` is `environment.javascript` of `pod.json`, `folder` the notebook's. Raises OSError, ValueError, KeyError
    where the lock, which was sent, cannot be read."""
    with open(os.path.join(root, pinned["lock"]), encoding="utf-8") as file:
        locked = json.load(file)["packages"]
    modules = packages_folder(folder)
    return [
        *_kernel_drift(pinned, folder),
        *_engine_drift(pinned, folder),
        *_locked_drift(locked, modules),
        *_native_drift(pinned.get("native") or {}, modules),
    ]


def _kernel_drift(pinned: Dict[str, Any], folder: str) -> Iterator[Row]:
    kernel = pinned["kernel"]
    entry = entry_of(kernel, folder)
    here = described(entry) if entry is not None else {}
    version = pinned.get("version")
    if entry is None or here.get("version") != version:
        yield {"what": kernel, "before": version or "any version", "after": here.get("version")}
    elif here["sha256"] != pinned["sha256"]:
        yield {
            "what": f"{kernel}: its program",
            "before": _short(pinned["sha256"]),
            "after": _short(here["sha256"]),
        }


def _engine_drift(pinned: Dict[str, Any], folder: str) -> Iterator[Row]:
    here = _versions(pinned["kernel"], folder)
    for name, version in sorted(pinned["engine"].items()):
        if here.get(name) != version:
            yield {"what": name, "before": version, "after": here.get(name)}


def _versions(kernel: str, folder: str) -> Dict[str, str]:
    program = engine_of(kernel, folder)
    if program is None:
        return {}
    args = ["--version"] if kernel == "deno" else ["-p", "JSON.stringify(process.versions)"]
    environment = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    try:
        said = subprocess.run(
            [program, *args], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        ).stdout.decode("utf-8", "replace")
        return dict(re.findall(r"^(\w+) (\S+)", said, re.MULTILINE)) if kernel == "deno" else json.loads(said)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}


def _locked_drift(locked: Dict[str, Any], modules: Optional[str]) -> Iterator[Row]:
    if modules is None:
        yield {"what": "node_modules", "before": "the packages of package-lock.json", "after": None}
        return
    for path, entry in sorted(locked.items()):
        if not path.startswith("node_modules/"):
            continue
        name = path[len("node_modules/") :]
        after = version_in(os.path.join(modules, name))
        if after != entry["version"] and not (after is None and entry.get("optional") is True):
            yield {"what": name, "before": entry["version"], "after": after}


def _native_drift(pinned: Dict[str, str], modules: Optional[str]) -> Iterator[Row]:
    for name, sha256 in sorted(pinned.items()):
        path = os.path.join(modules or "", name)
        after = digest(path) if modules is not None and os.path.isfile(path) else None
        # Compilers differ, so an addon that was built elsewhere has another digest.
        if after is None or (after != sha256 and not name.endswith(".node")):
            yield {"what": name, "before": _short(sha256), "after": after and _short(after)}


def _short(sha256: str) -> str:
    """Enough of a digest to tell two files apart, in a sentence."""
    return sha256[:12]
