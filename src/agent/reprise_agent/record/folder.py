"""Where a run is kept: the store of its root, its own folder, and what only this host needs to know of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import secrets
import sys
import time
from typing import Optional

from ..config import Config


def run_folder(config: Config, working_folder: str) -> "tuple[str, str]":
    """Names the run and makes its folder where the starter left that open; returns the folder and the store's objects.

    `root`, `run` and `run_folder` of the configuration are filled in. Raises OSError.
    """
    config.root = config.root or find_root(working_folder)
    store = os.path.join(config.root, ".reprise")
    if config.run_folder is None:
        config.run = config.run or time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(3)
        config.run_folder = os.path.join(store, "runs", config.run)
        os.makedirs(config.run_folder, exist_ok=True)
        with contextlib.suppress(FileExistsError), open(os.path.join(store, ".gitignore"), "x") as file:
            file.write("*\n")
    return config.run_folder, os.path.join(os.path.dirname(os.path.dirname(config.run_folder)), "objects")


def find_root(folder: str) -> str:
    """The nearest ancestor that has `.reprise/`, else the git root unless that is the home directory, else `folder`."""
    ancestors = [folder]
    while os.path.dirname(ancestors[-1]) != ancestors[-1]:
        ancestors.append(os.path.dirname(ancestors[-1]))
    for marker in (".reprise", ".git"):
        for ancestor in ancestors:
            if os.path.exists(os.path.join(ancestor, marker)):
                if marker == ".git" and ancestor == os.path.expanduser("~"):
                    break
                return ancestor
    return folder


def write_local(folder: str, pid: int, kernel: Optional[int]) -> None:
    """`local.json`: the process that runs the notebook, its kernel, where their numbers are counted, and the interpreter.
    Raises OSError."""
    home = os.path.expanduser("~")
    facts = {
        "pid": pid,
        "kernelPid": kernel,
        **_machine(),
        "python": _short(sys.executable, home),
        "prefix": _short(sys.prefix, home),
    }
    with open(os.path.join(folder, "local.json"), "w", encoding="utf-8") as file:
        json.dump(facts, file)


def _machine() -> "dict[str, str]":
    """The machine, its present boot and the container, as `src/lineage/owner.ts` has them."""
    facts = {"host": hashlib.sha256(platform.node().encode("utf-8", "surrogateescape")).hexdigest()[:16]}
    with contextlib.suppress(OSError):
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            facts["boot"] = file.read().strip()
        facts["pidNamespace"] = os.readlink("/proc/self/ns/pid")
    return facts


def _short(path: str, home: str) -> str:
    return path.replace(home, "~", 1) if path.startswith(home + os.sep) else path
