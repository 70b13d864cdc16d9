"""What remains of a run when its runner is killed: one small process that then ends the kernel and its workers."""

from __future__ import annotations

import os
import signal
from typing import Optional


class Guard:
    """Forked from the runner before it has threads. It lives in a session of its own and reads a pipe that only the
    runner can write to: the end of that pipe is the end of the runner, however it came about. A kernel told to die
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
        """From now on the process group `group` does not outlive the runner."""
        if self._pipe is not None and group is not None:
            os.write(self._pipe, b"%d\n" % group)

    def dismiss(self) -> None:
        """The group has ended: its number may be given to another."""
        if self._pipe is not None:
            os.write(self._pipe, b"0\n")
            os.close(self._pipe)
            self._pipe = None
            os.waitpid(self._pid, 0)


def _watch(pipe: int) -> None:
    os.setsid()
    # Whoever reads the runner's output must see its end when the runner has ended.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    told = b""
    while True:
        part = os.read(pipe, 4096)
        if not part:
            break
        told += part
    group = int(told.split()[-1]) if told.split() else 0
    if group:
        os.killpg(group, signal.SIGKILL)
