"""A container that has ended cannot be read from: it waits until its results were fetched."""

from __future__ import annotations

import os
import time

from .ending import Ending

POLL_SECONDS = 0.2
# Of the time between SIGTERM and SIGKILL.
AFTER_SIGNAL_SECONDS = 20.0


def hold(ack: str, seconds: float, ending: Ending, cancelled: bool) -> str:
    """Until the file `ack` exists or the time is over; SIGTERM ends it at once, unless it had `cancelled` the run:
    then its results have a moment in which they may be fetched. Says what released it: `ack`, `timeout`, `signal`."""
    until = time.monotonic() + seconds
    while not os.path.lexists(ack):
        if ending.terminated and not cancelled:
            return "signal"
        if time.monotonic() >= until:
            return "signal" if cancelled else "timeout"
        time.sleep(POLL_SECONDS)
    return "ack"
