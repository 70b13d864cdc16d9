"""What ends a run in a pod before its last cell: SIGTERM, its own deadline, and its owner by SIGUSR1. Each cancels as
Ctrl-C does elsewhere; after SIGTERM the pod has little time left, after the others its results wait as ever."""

from __future__ import annotations

import signal
import time
from typing import Any, Optional

from ..runner.events import Control
from .request import TERMINATED, Refused


class Ending(Control):
    """`by` says what cancelled first: `signal`, `deadline` or `owner`. Timers and signals rather than threads: the runner forks."""

    def __init__(self) -> None:
        super().__init__()
        self._started = time.monotonic()
        self.by: Optional[str] = None
        self.terminated = False
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGALRM, self._on_deadline)
        signal.signal(signal.SIGUSR1, lambda *_: self._end("owner"))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGUSR1})

    def begin(self) -> None:
        """What came before was spent on waiting."""
        self._started = time.monotonic()

    def limit(self, seconds: float) -> None:
        """Seconds from the start of the pod's program, or from `begin`."""
        signal.setitimer(signal.ITIMER_REAL, max(0.001, self._started + seconds - time.monotonic()))

    def refusal(self) -> Refused:
        """For who was ended while its files were not all there."""
        what = "before all of its files were there. Nothing ran."
        if self.by == "owner":
            return Refused(TERMINATED, "cancelled", f"Its owner cancelled the run, {what}")
        return Refused(TERMINATED, "terminated", f"The pod was told to end, {what}")

    def lift(self) -> None:
        """The run has ended; only SIGTERM counts from now on."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _on_signal(self, *_: Any) -> None:
        self.terminated = True
        self._end("signal")

    def _on_deadline(self, *_: Any) -> None:
        self._end("deadline")

    def _end(self, by: str) -> None:
        self.by = self.by or by
        self.cancel()
