"""What a run's numbers can depend on besides its sources. Reads files and names only: no package is imported.

`how` says of what was read where it came from, and `unavailable` of what was not read why. Nothing in it names the
machine, its user, or one device among others of its kind.
"""

from __future__ import annotations

import os
import platform
from typing import Any, Dict, Mapping, Optional

from .gpus import listed
from .host import cpu, filesystem, locale, system, timezone
from .installed import packages, variables
from .reading import Readings

__all__ = ["fingerprint", "packages", "variables"]


def fingerprint(environ: Mapping[str, str] = os.environ, root: Optional[str] = None) -> Dict[str, Any]:
    """`environ` is the kernel's; `root` the folder whose file system counts, the current one where absent."""
    read = Readings()
    read.how.update(
        python="sys, platform",
        os="uname, confstr",
        packages="*.dist-info on sys.path",
        variables="environment",
    )
    found: Dict[str, Any] = {
        "python": {
            "version": platform.python_version(),
            "build": " ".join(platform.python_build()),
            "implementation": platform.python_implementation(),
            "compiler": platform.python_compiler(),
            "hashing": _hashing(environ),
            "threading": _threading(),
        },
        "os": system(read),
        "cpu": cpu(read),
        "gpus": listed(read),
        "packages": packages(),
        "variables": variables(environ),
        "locale": locale(environ, read),
        "timezone": timezone(environ, read),
        "filesystem": filesystem(root or os.getcwd(), read),
    }
    return {
        **{name: value for name, value in found.items() if value is not None},
        "how": read.how,
        "unavailable": read.unavailable,
    }


def _hashing(environ: Mapping[str, str]) -> str:
    """Of the kernel, which may not be this process: its variable decides, as `sys.flags.hash_randomization` says."""
    seed = environ.get("PYTHONHASHSEED", "random")
    return "random" if not seed.isdigit() else "off" if int(seed) == 0 else "fixed"


def _threading() -> str:
    import sys

    enabled = getattr(sys, "_is_gil_enabled", None)
    return "free" if enabled is not None and not enabled() else "gil"
