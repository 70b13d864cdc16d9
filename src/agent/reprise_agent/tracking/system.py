"""Folders that belong to Python, the system or the user's tools, and not to a notebook."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import tempfile
from typing import List, Optional

_SYSTEM = ("/proc", "/dev", "/sys", "/etc", "/run", "/lib", "/lib64", "/usr/lib", "/usr/share")


def home_folder() -> str:
    return os.path.expanduser("~")


def library_folders() -> List[str]:
    """Absolute, each with a separator at its end; the last one is a prefix of ipykernel's temporary folders."""
    home = home_folder()
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    folders: List[Optional[str]] = [
        *_SYSTEM,
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        *sysconfig.get_paths().values(),
        site.getusersitepackages(),
        os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"),
        os.environ.get("IPYTHONDIR") or os.path.join(home, ".ipython"),
        os.path.join(data, "jupyter"),
        os.path.join(data, "reprise"),
        os.environ.get("JUPYTER_RUNTIME_DIR"),
        os.path.join(home, ".jupyter"),
        os.environ.get("MPLCONFIGDIR") or os.path.join(home, ".config", "matplotlib"),
        _own_folder(),
    ]
    found = {
        form for folder in folders if folder for form in (folder, os.path.realpath(folder)) if len(form) > 1
    }
    return [
        *(folder.rstrip(os.sep) + os.sep for folder in sorted(found)),
        os.path.join(tempfile.gettempdir(), "ipykernel_"),
    ]


def _own_folder() -> str:
    """The agent's own program, as a folder or inside its archive."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
