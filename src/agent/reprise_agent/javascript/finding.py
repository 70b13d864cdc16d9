"""The JavaScript kernel of an image: a bundle from elsewhere says which one, and leaves open where its programs are."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from typing import Any, Dict, Mapping, Optional

_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}


class NoKernel(Exception):
    """The kernel, or the Node that runs it, is not there; the message says which, and what an image needs."""


def located(agent: Dict[str, Any], folder: str) -> Dict[str, Any]:
    """An agent configuration whose kernel has its programs, and is named in the header. `folder` is the notebook's.
    Raises NoKernel."""
    how = agent.get("javascript")
    if how is None or not any(part in _KINDS for part in how["argv"]):
        return agent
    programs = {part: _program(part, folder) for part in how["argv"] if part in _KINDS}
    argv = [programs.get(part, part) for part in how["argv"]]
    entry = programs["{%s}" % how["kernel"]]
    recorded = {"language": how["language"], "kernel": how["kernel"], **described(entry)}
    header = {**(agent.get("header") or {}), "javascript": recorded}
    return {**agent, "javascript": {**how, "argv": argv}, "header": header}


def entry_of(kernel: str, folder: str) -> Optional[str]:
    """The file that a kernel begins with, with no link in it: beside the notebook as Node looks, else on the path."""
    return _find("{%s}" % kernel, folder)


def engine_of(kernel: str, folder: str) -> Optional[str]:
    """Deno is its own; tslab has Node's."""
    return entry_of(kernel, folder) if kernel == "deno" else _find("{node}", folder)


def described(entry: str) -> Dict[str, str]:
    """What a record says of a kernel: the version of its package, where it has one, and the digest of its entry file."""
    version = _version_beside(entry)
    found = {} if version is None else {"version": version}
    return {**found, "sha256": digest(entry)}


def digest(path: str) -> str:
    total = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


def lend_packages(folder: str, environ: Mapping[str, str] = os.environ) -> None:
    """Packages of an image are found as those of a project are: Node, Deno and TypeScript look for them in every folder
    above the notebook's. `NODE_PATH`, which only Node's `require` reads, says where the image has them."""
    modules = environ.get("NODE_PATH", "").split(os.pathsep)[0]
    if not os.path.isdir(modules):
        return
    project = os.path.join(os.path.dirname(modules), "package.json")
    for name, target in (("node_modules", modules), ("package.json", project)):
        link = os.path.join(folder, name)
        if os.path.islink(link):
            os.unlink(link)
        if os.path.exists(target) and not os.path.exists(link):
            os.symlink(target, link)


def packages_folder(folder: str) -> Optional[str]:
    """The nearest `node_modules`, in `folder` or above it."""
    return _above(folder, "node_modules")


def _deno() -> str:
    machine = _MACHINES.get(platform.machine(), platform.machine())
    return os.path.join("@deno", f"linux-{machine}-glibc", "deno")


# What stands for a program, and where packages have it.
_KINDS = {"{node}": "", "{tslab}": os.path.join("tslab", "bin", "tslab"), "{deno}": _deno()}


def _program(part: str, folder: str) -> str:
    found = _find(part, folder)
    if found is not None:
        return found
    name = part.strip("{}")
    raise NoKernel(
        f"The image has no {name}, which runs this notebook: it is neither in the packages that NODE_PATH names nor on "
        "the PATH. Nothing ran. Write an image that has it: reprise image."
    )


def _find(part: str, folder: str) -> Optional[str]:
    inside = _KINDS[part]
    installed = _above(folder, os.path.join("node_modules", inside)) if inside else None
    found = installed or shutil.which(part.strip("{}"))
    if found is None or not os.path.isabs(found):
        return None
    return os.path.realpath(found) if inside else found


def _above(folder: str, path: str) -> Optional[str]:
    at = os.path.abspath(folder)
    while True:
        candidate = os.path.join(at, path)
        if os.path.exists(candidate):
            return candidate
        if at == os.path.dirname(at):
            return None
        at = os.path.dirname(at)


def _version_beside(entry: str) -> Optional[str]:
    at = os.path.dirname(entry)
    while at != os.path.dirname(at):
        version = version_in(at)
        if version is not None:
            return version
        at = os.path.dirname(at)
    return None


def version_in(package: str) -> Optional[str]:
    """Of the package in a folder; None where there is none."""
    try:
        with open(os.path.join(package, "package.json"), encoding="utf-8") as file:
            version = json.load(file).get("version")
    except (OSError, ValueError, AttributeError):
        return None
    return version if isinstance(version, str) else None
