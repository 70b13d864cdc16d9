"""Appends lines to a record. One line is one write: a killed process leaves whole lines, a full disk leaves the
record as it was before the line."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from typing import Any, Dict, Optional

FIRST = "0" * 64
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


class RecordWriter:
    """`soon`: at most one line a second waits until it is on the disk (0.7 ms, and more on a busy one). A killed process
    loses nothing either way; only a power cut can tell the difference."""

    def __init__(self, path: str, soon: bool = False) -> None:
        self.path = path
        self._head: Optional[str] = None
        self._interval = 1.0 if soon else 0.0
        self._synchronised = 0.0

    def append(self, line: Dict[str, Any]) -> str:
        """Adds `prev` and writes the line; returns its digest. Raises OSError with the record left readable."""
        if self._head is None:
            self._head = last_line_digest(self.path)
        # A file's name that is not UTF-8 has halves of surrogate pairs in it, and JSON has a way to write those.
        raw = _ENCODER.encode({**line, "prev": self._head}).encode("utf-8", "backslashreplace")
        descriptor = os.open(
            self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644
        )
        try:
            before = os.fstat(descriptor).st_size
            try:
                if os.write(descriptor, raw + b"\n") != len(raw) + 1:
                    raise OSError(28, "the disk is full", self.path)
                if time.monotonic() - self._synchronised >= self._interval:
                    _synchronise(descriptor)
                    self._synchronised = time.monotonic()
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
        self._head = hashlib.sha256(raw).hexdigest()
        return self._head


def last_line_digest(path: str) -> str:
    """sha256 of the last whole line; 64 zeros for a record that does not exist or is empty."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            end, tail = file.tell(), b""
            while end > 0 and tail.count(b"\n") < 2:
                start = max(0, end - 65536)
                file.seek(start)
                tail = file.read(end - start) + tail
                end = start
    except FileNotFoundError:
        return FIRST
    whole = tail.split(b"\n")[:-1]
    return hashlib.sha256(whole[-1]).hexdigest() if whole else FIRST


def cut_torn_line(path: str) -> bool:
    """Moves an unfinished last line into `<path>.torn`, so that the next line can be appended. True if there was one."""
    try:
        with open(path, "r+b") as file:
            data = file.read()
            whole = data.rfind(b"\n") + 1
            if whole == len(data):
                return False
            with open(path + ".torn", "wb") as torn:
                torn.write(data[whole:])
            file.truncate(whole)
            return True
    except FileNotFoundError:
        return False


def put_object(folder: str, data: bytes, digest: "str | None" = None) -> str:
    """Keeps bytes under their sha256; a reader never sees a part of them."""
    digest = digest or hashlib.sha256(data).hexdigest()
    path = os.path.join(folder, digest)
    if os.path.exists(path):
        # Its age is what pruning looks at: this run is about to name it.
        os.utime(path)
        return digest
    os.makedirs(folder, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return digest


def _synchronise(descriptor: int) -> None:
    getattr(os, "fdatasync", os.fsync)(descriptor)
