"""The operations of one cell, in the order in which they ran: name, digest of what went in and of what came out, line."""

from __future__ import annotations

import hashlib
import sys
from typing import Any, Callable, Dict, List, Optional

from ..cells import Cells

_LIMIT = 500_000
_SHOWN = 16


class OperationLog:
    """Written as text, an operation a line: `aten::mm <16 hex of inputs> <16 hex of outputs> <line or ->`."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._lines: List[str] = []
        self._left_out = 0

    def begin(self) -> None:
        self._lines, self._left_out = [], 0

    def note(self, operation: str, inputs: str, outputs: str) -> None:
        if len(self._lines) >= _LIMIT:
            self._left_out += 1
            return
        self._lines.append(f"{operation} {inputs} {outputs} {self._line() or '-'}")

    def take(self, keep: Callable[[bytes, str], None]) -> Optional[Dict[str, Any]]:
        """The `audit` field of a cell's line; `keep(bytes, sha256)` stores the text. None where nothing ran."""
        if not self._lines:
            return None
        text = ("\n".join(self._lines) + "\n").encode("utf-8", "replace")
        digest = hashlib.sha256(text).hexdigest()
        keep(text, digest)
        entry: Dict[str, Any] = {"log": digest, "operations": len(self._lines)}
        if self._left_out:
            entry["leftOut"] = self._left_out
        self.begin()
        return entry

    def _line(self) -> Optional[int]:
        """Of the innermost frame of a cell: that of a backward pass is where it was asked for."""
        frame: Any = sys._getframe(2)
        while frame is not None:
            if self._cells.cell_of(frame.f_code.co_filename) is not None:
                return frame.f_lineno
            frame = frame.f_back
        return None


def digest_of(parts: List[bytes]) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "little"))
        hashed.update(part)
    return hashed.hexdigest()[:_SHOWN]
