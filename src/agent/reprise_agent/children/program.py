"""What a Python process was started to run, as its command line says."""

from __future__ import annotations

import os
import re
import sys
from typing import List, NamedTuple, Optional

# Of one that is given by its own name. Their processes are told of their tasks by these themselves.
_POOLS = ("multiprocessing.", "multiprocess.", "loky.", "joblib.externals.loky.")
# They install and build; what they draw is nobody's result.
_TOOLS = frozenset("pip pip3 uv conda mamba jupyter jupyter-nbconvert ipython black ruff pre-commit".split())
# A kernel of ours, or who runs one: it has a run of its own.
_AGENT = re.compile(r"(?:agent|[0-9a-f]{64})\.pyz")
_WITH_VALUE = "cmWX"


class Program(NamedTuple):
    kind: str  # m: a module, c: a text, file, or nothing: what is typed or piped in
    name: str

    def is_left_alone(self) -> bool:
        if self.kind == "c":
            return self.name.startswith(tuple(f"from {pool}" for pool in _POOLS))
        if self.kind == "m":
            return self.name in _TOOLS or self.name.startswith(_POOLS)
        name = os.path.basename(self.name)
        return name in _TOOLS or _AGENT.fullmatch(name) is not None

    def folder(self) -> str:
        """Where the program finds its own modules first."""
        if self.kind != "file":
            return os.getcwd()
        path = os.path.realpath(self.name)
        return path if os.path.isdir(path) else os.path.dirname(path)

    def called(self, root: Optional[str]) -> str:
        """The same in every run: what is outside of the notebook's root may have a name that is made up anew."""
        if self.kind != "file":
            return self.name if self.kind == "m" else ""
        path, base = os.path.realpath(self.name), os.path.realpath(root) + os.sep if root else None
        return path[len(base) :].replace(os.sep, "/") if base and path.startswith(base) else ""


def running() -> Program:
    return of(getattr(sys, "orig_argv", None) or _arguments())


def of(arguments: List[str]) -> Program:
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--check-hash-based-pycs":
            next(rest, None)
        elif not argument.startswith("-"):
            return Program("file", argument)
        elif not argument.startswith("--"):
            # Several letters may stand together; a value follows the last one or is the next argument.
            at = next((at for at, letter in enumerate(argument) if letter in _WITH_VALUE), None)
            if at is not None:
                value = argument[at + 1 :] or next(rest, "")
                if argument[at] in "cm":
                    return Program(argument[at], value)
            elif argument == "-":
                break
    return Program("", "")


def _arguments() -> List[str]:
    """Before Python 3.10, which has `sys.orig_argv`."""
    try:
        with open("/proc/self/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\0").split("\0")
    except OSError:
        return []
