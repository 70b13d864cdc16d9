"""Where a server is found: one lock, one file that says how to reach it, one log, at a path its starter chose."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from typing import Any, Dict, Optional


class Taken(Exception):
    """Another server holds this place."""


class PlaceError(Exception):
    """The place cannot be used; the message says why."""


class Place:
    """`<path>.lock` is locked for the server's life, so that only one serves a place, whatever raced. A server that was
    killed leaves its files but not its lock."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: Optional[int] = None

    @property
    def log(self) -> str:
        return self.path + ".log"

    @property
    def _lock(self) -> str:
        return self.path + ".lock"

    @property
    def _state(self) -> str:
        return self.path + ".json"

    def take(self) -> None:
        """Raises Taken, PlaceError."""
        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            _require_private(folder)
            while self._descriptor is None:
                self._descriptor = self._try()
        except OSError as error:
            raise PlaceError(f"{folder} cannot be used for the server's files: {error.strerror}.") from None

    def _try(self) -> Optional[int]:
        """None where the lock's file was removed, by the server that held it, before we had locked it."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.stat(self._lock)):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise Taken from None
        except FileNotFoundError:
            pass
        os.close(descriptor)
        return None

    def publish(self, state: Dict[str, Any]) -> None:
        """Says how to reach the server, to this user alone. Raises OSError."""
        descriptor = os.open(self._state + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(state, file)
        os.replace(self._state + ".new", self._state)

    def move(self, path: str) -> None:
        """Takes another place before it leaves this one; the log goes along. Raises Taken, PlaceError."""
        if path == self.path:
            return
        new = Place(path)
        new.take()
        with contextlib.suppress(OSError):
            os.replace(self.log, new.log)
        self.leave()
        self.path, self._descriptor = new.path, new._descriptor

    def leave(self) -> None:
        """Removes the files, the lock last and while it is still held."""
        if self._descriptor is None:
            return
        for path in (self._state, self.log, self._lock):
            with contextlib.suppress(OSError):
                os.unlink(path)
        os.close(self._descriptor)
        self._descriptor = None


def _require_private(folder: str) -> None:
    """The file holds the token: a folder that others made, or can change, is not used."""
    facts = os.stat(folder)
    if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o077:
        raise PlaceError(f"{folder} is open to other users. Make it yours alone (mode 0700), or remove it.")
