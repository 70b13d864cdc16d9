"""Numbered progress on stdout, one JSON object a line; control lines on stdin."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any


class Events:
    def __init__(self) -> None:
        self._number = 0
        self._lock = threading.Lock()

    def send(self, event: str, **fields: Any) -> None:
        with self._lock:
            self._number += 1
            line = json.dumps({"n": self._number, "event": event, **fields}, ensure_ascii=True)
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except (BrokenPipeError, ValueError):
                # The reader is gone: the run is on disk, and the end of stdin will cancel what it must.
                sys.stdout = open(os.devnull, "w")


class Control:
    """Cancels a run, from any thread or signal handler; `wake` is readable from then on."""

    def __init__(self) -> None:
        self.wake, self._told = os.pipe()
        self._cancelled = False

    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        self._cancelled = True
        os.write(self._told, b"c")


class Owner(threading.Thread):
    """Cancels on `{"op":"cancel"}` from stdin, and at its end: the owner of this run is gone."""

    def __init__(self, control: Control) -> None:
        super().__init__(daemon=True)
        self._control = control

    def run(self) -> None:
        descriptor, pending = sys.stdin.fileno(), b""
        while True:
            try:
                data = os.read(descriptor, 4096)
            except OSError:
                data = b""
            pending += data
            *lines, pending = pending.split(b"\n")
            if not data or any(_is_cancel(line) for line in lines):
                self._control.cancel()
                return


def _is_cancel(line: bytes) -> bool:
    try:
        return json.loads(line).get("op") == "cancel"
    except (ValueError, AttributeError):
        return False
