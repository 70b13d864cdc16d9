"""The first process of a container: it passes SIGTERM on, which has no default action there, and reaps what others left."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Callable, Iterator

# What a cluster ends a pod with, and what the run's owner ends the run alone with.
PASSED_ON = frozenset({signal.SIGTERM, signal.SIGUSR1})


def under_init(main: Callable[[int], int], killed: Callable[[int], None]) -> int:
    """Runs `main`, which is told our process id, in a child and returns its exit code, in both processes. `killed` is
    told the exit code where a signal ended the child, such as the system's that was out of memory.

    Whatever cells leave behind becomes a child of this process and is reaped here; in `main`'s own process that would
    take the exit status of the kernel from whoever waits for it. SIGTERM and SIGUSR1 are blocked when `main` begins."""
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    _adopt_orphans()
    init = os.getpid()
    child = os.fork()
    if child == 0:
        return main(init)
    for each in PASSED_ON:
        signal.signal(each, lambda number, _: os.kill(child, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    ended, status = os.wait()
    while ended != child:
        ended, status = os.wait()
    for each in PASSED_ON:
        signal.signal(each, signal.SIG_IGN)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        code = 128 - code
        killed(code)
    return code


def end_orphans(init: int) -> None:
    """Kills what outlived the kernel and its process group: results do not change any more when they are digested.
    For the child of `under_init`, whose orphans came to `init`."""
    for _ in range(100):
        orphans = list(_orphans(init))
        if not orphans or os.getppid() != init:
            return
        for pid in orphans:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _orphans(init: int) -> Iterator[int]:
    """Living children of `init` but us. Those of a killed one come here in the next round."""
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if not name.isdigit() or int(name) == os.getpid():
            continue
        with contextlib.suppress(OSError, ValueError):
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state, parent = file.read().rpartition(")")[2].split()[:2]
            if int(parent) == init and state not in "ZX":
                yield int(name)


def _adopt_orphans() -> None:
    """Where it is not the first process of all, as in a pod that shares its processes."""
    with contextlib.suppress(Exception):
        import ctypes

        pr_set_child_subreaper = 36  # <sys/prctl.h>
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1)
