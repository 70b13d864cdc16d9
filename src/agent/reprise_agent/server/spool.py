"""Bytes that are appended and read again from any place: a few in memory, many in an unnamed temporary file."""

from __future__ import annotations

import os
import tempfile
from typing import IO, Optional, Sequence

from .wire import Buffer

_IN_MEMORY = 256 * 1024
_JOINED = 1 << 20


class Spool:
    def __init__(self) -> None:
        self.size = 0
        self._memory = bytearray()
        self._file: Optional[IO[bytes]] = None

    def append(self, pieces: Sequence[Buffer]) -> None:
        """Raises OSError, with what was there before kept."""
        length = sum(len(piece) for piece in pieces)
        if self._file is None and self.size + length > _IN_MEMORY:
            self._move_to_file()
        if self._file is None:
            for piece in pieces:
                self._memory += piece
        else:
            _write(self._file.fileno(), self.size, pieces if length > _JOINED else [b"".join(pieces)])
        self.size += length

    def read(self, offset: int, size: int) -> bytes:
        if self._file is None:
            return bytes(self._memory[offset : offset + size])
        return os.pread(self._file.fileno(), min(size, self.size - offset), offset)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _move_to_file(self) -> None:
        file = tempfile.TemporaryFile(buffering=0)
        try:
            _write(file.fileno(), 0, [self._memory])
        except OSError:
            file.close()
            raise
        self._file, self._memory = file, bytearray()


def _write(descriptor: int, offset: int, pieces: Sequence[Buffer]) -> None:
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            written = os.pwrite(descriptor, rest, offset)
            rest, offset = rest[written:], offset + written
