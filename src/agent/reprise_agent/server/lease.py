"""Whose kernel this is, and until when a server that nobody comes back to waits."""

from __future__ import annotations

import os
import time
from typing import Dict, Optional

LEASE_SECONDS = float(os.environ.get("REPRISE_LEASE_SECONDS") or 120)
IDLE_SECONDS = float(os.environ.get("REPRISE_IDLE_SECONDS") or 30 * 60)


class Lease:
    """Times are seconds of the monotonic clock, which stands still while the machine sleeps."""

    def __init__(self, owner: Optional[str]) -> None:
        self.owner = owner
        self._sessions: Dict[str, Optional[str]] = {}
        self._used = self._left = self._worked = time.monotonic()

    def take(self, owner: str) -> None:
        self.owner = owner
        self.touch()
        self._left = time.monotonic()

    def give_up(self) -> None:
        self.owner = None
        self._left = time.monotonic()

    def touch(self) -> None:
        """A message came, or went, or the owner said that it is there."""
        self._used = time.monotonic()

    def leave(self) -> None:
        """A websocket closed."""
        self._left = time.monotonic()

    def admits(self, session: str) -> bool:
        """A session belongs to whoever held the lease when it first came."""
        return self._sessions.setdefault(session, self.owner) == self.owner

    def left(self, connected: bool, working: bool) -> float:
        """Seconds until the server ends by itself; the lease's length or more while a cell runs."""
        now = time.monotonic()
        if working:
            self._worked = self._used = now
        idle = self._used + IDLE_SECONDS - now
        if connected:
            return idle
        # A cell that ended while nobody was there leaves its owner the same time to come back.
        return min(idle, max(self._left, self._worked) + LEASE_SECONDS - now)
