"""Linux's inotify: what happened to the files of some folders, whoever did it."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import Dict, List, NamedTuple, Optional

MODIFIED, OPENED, CREATED, DELETED = 0x2, 0x20, 0x100, 0x200
MOVED_FROM, MOVED_TO, CLOSED_WRITTEN = 0x40, 0x80, 0x8
IS_FOLDER = 0x40000000
_OVERFLOW = 0x4000
_MASK = MODIFIED | OPENED | CREATED | DELETED | MOVED_FROM | MOVED_TO
_EVENT = struct.Struct("iIII")
_LIMIT = 4_096


class Event(NamedTuple):
    path: str
    mask: int


class FolderWatch:
    """Not recursive. Without inotify it sees nothing and says so in `available`."""

    def __init__(self) -> None:
        self.available = False
        self.overflowed = False
        self._descriptor = -1
        self._folders: Dict[int, str] = {}
        self._watched: Dict[str, int] = {}

    def start(self) -> None:
        if not sys.platform.startswith("linux"):
            return
        self._library = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self.available = self._descriptor >= 0

    def add(self, folder: str) -> bool:
        """Whether the folder is watched from now on."""
        if folder in self._watched:
            return True
        if not self.available or len(self._watched) >= _LIMIT:
            return False
        number = self._library.inotify_add_watch(self._descriptor, os.fsencode(folder), _MASK)
        if number < 0:
            return False
        self._folders.setdefault(number, folder)  # one folder may have several names; the first one stays
        self._watched[folder] = number
        return True

    def ignore_opens(self, folder: str) -> None:
        """From now on only changes are seen there: so many opens would overflow the queue, and slow them down."""
        number = self._watched.get(os.path.normpath(folder))
        if number is not None:
            self._library.inotify_add_watch(self._descriptor, os.fsencode(folder), _MASK & ~OPENED)

    def take(self) -> List[Event]:
        """The events since the last call, oldest first; sets `overflowed` where the kernel dropped some."""
        self.overflowed = False
        events: List[Event] = []
        while self.available:
            data = self._read()
            if data is None:
                break
            position = 0
            while position < len(data):
                number, mask, _, length = _EVENT.unpack_from(data, position)
                position += _EVENT.size
                name = data[position : position + length].rstrip(b"\0")
                position += length
                folder = self._folders.get(number)
                self.overflowed |= bool(mask & _OVERFLOW)
                if folder is not None and name:
                    events.append(Event(os.path.join(folder, os.fsdecode(name)), mask))
        return events

    def skip(self) -> None:
        while self._read() is not None:
            pass

    def close(self) -> None:
        if self.available:
            self.available = False
            os.close(self._descriptor)

    def _read(self) -> Optional[bytes]:
        try:
            return os.read(self._descriptor, 1 << 18) if self.available else None
        except OSError:
            return None
