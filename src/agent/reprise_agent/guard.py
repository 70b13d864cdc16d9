"""What remains when a runner or server is killed: one small process that then ends the kernel and its workers."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Optional, Set


class Guard:
    """Forked from its owner before that has threads. It lives in a session of its own and reads a pipe that only the
    owner can write to: the end of that pipe is the end of the owner, however it came about. A kernel told to die
    with its parent would leave the workers it forked behind."""

    def __init__(self) -> None:
        self._pipe: Optional[int] = None
        if not hasattr(os, "fork"):
            return
        reading, self._pipe = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._pipe)
                _watch(reading)
            finally:
                os._exit(0)
        os.close(reading)

    def protect(self, group: Optional[int]) -> None:
        """From now on the process group `group` does not outlive the owner."""
        if group is not None:
            self._tell(b"+%d\n" % group)

    def release(self, group: int) -> None:
        """The group has ended: its number may be given to another."""
        self._tell(b"-%d\n" % group)

    def dismiss(self) -> None:
        """The owner ends by itself, and nothing is left to protect."""
        if self._pipe is not None:
            self._tell(b"-\n")
            os.close(self._pipe)
            self._pipe = None
            os.waitpid(self._pid, 0)

    def _tell(self, line: bytes) -> None:
        if self._pipe is not None:
            os.write(self._pipe, line)


def _watch(pipe: int) -> None:
    os.setsid()
    # Whoever reads the owner's output must see its end when the owner has ended.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    groups: Set[int] = set()
    with open(pipe, "rb", buffering=0) as told:
        for line in told:
            if line.startswith(b"+"):
                groups.add(int(line[1:]))
            elif line == b"-\n":
                groups.clear()
            else:
                groups.discard(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
