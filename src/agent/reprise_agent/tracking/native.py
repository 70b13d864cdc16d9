"""Whether native code of this process, which no wrapper sees, still writes a file."""

from __future__ import annotations

import os
from typing import Callable

_SQLITE = b"SQLite format 3\0"


def native_writer(path: str) -> Callable[[], bool]:
    """Asks whether native code of this process has the file open for writing. Databases are whole after each commit."""

    def still_open() -> bool:
        try:
            descriptors = [entry for entry in os.listdir("/proc/self/fd") if _target(entry) == path]
            if not any(_is_writing(entry) for entry in descriptors):
                return False
            with os.fdopen(os.open(path, os.O_RDONLY), "rb") as file:
                return file.read(len(_SQLITE)) != _SQLITE
        except OSError:
            return False

    return still_open


def _target(descriptor: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


def _is_writing(descriptor: str) -> bool:
    with os.fdopen(os.open(f"/proc/self/fdinfo/{descriptor}", os.O_RDONLY)) as facts:
        flags = next(line.split()[1] for line in facts if line.startswith("flags:"))
    return bool(int(flags, 8) & (os.O_WRONLY | os.O_RDWR))
