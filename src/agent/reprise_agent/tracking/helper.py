"""The process that hashes beside the cell."""

from __future__ import annotations

import marshal
import select
import subprocess
import sys
from typing import Any, Dict, List, Optional, Tuple

from . import containers, hashing
from .hashing import Places

# Resolved path, time of last change in ns, entry, and position among the paths handed over.
Found = List[Tuple[str, int, Dict[str, Any], int]]


class HashingHelper:
    """Started at first use; ends when its standard input does, so it cannot outlive the kernel."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._process: Optional[subprocess.Popen] = None
        self.busy = False

    def hash(self, folder: str, paths: List[str]) -> None:
        """Hands over paths, relative ones to `folder`. One batch at a time: `collect` comes before the next."""
        process = self._process or self._start()
        hashing.send(process.stdin, (folder, paths))
        self.busy = True

    def is_ready(self) -> bool:
        """Whether `collect` would not have to wait long."""
        return self._process is not None and bool(select.select([self._process.stdout], [], [], 0)[0])

    def collect(self) -> Found:
        """Waits for the batch that was handed over. Raises OSError where the helper died."""
        self.busy = False
        length = int.from_bytes(self._exactly(8), "little")
        return marshal.loads(self._exactly(length))

    def close(self) -> None:
        process, self._process, self.busy = self._process, None, False
        if process is not None:
            process.stdin.close()  # type: ignore[union-attr]
            process.stdout.close()  # type: ignore[union-attr]
            process.wait(timeout=10)

    def _start(self) -> subprocess.Popen:
        source = "\n".join(
            module.__loader__.get_source(module.__name__)  # type: ignore[union-attr]
            for module in (containers, hashing)
        )
        self._process = process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            start_new_session=True,  # an interrupt meant for the cell is not for it
        )
        hashing.send(process.stdin, self._places.arguments)
        return process

    def _exactly(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            part = self._process.stdout.read(length - len(data)) if self._process is not None else b""  # type: ignore[union-attr]
            if not part:
                self.close()
                raise OSError("the hashing helper ended early")
            data += part
        return bytes(data)
