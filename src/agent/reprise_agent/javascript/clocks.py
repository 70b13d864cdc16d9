"""Clocks that a JavaScript cell reads, by its text."""

from __future__ import annotations

import re
from typing import Any, Dict, List

_CLOCKS = re.compile(
    r"\b(?:(Date)\.now\s*\(|new\s+(Date)\s*\(\s*\)|(performance)\.now\s*\(|(process)\.hrtime\b)"
)
_NAMES = {"Date": "Date", "performance": "performance.now", "process": "process.hrtime"}


def clock_reads(source: str) -> List[Dict[str, Any]]:
    """Calls with their lines, from 1."""
    return [
        {"call": _NAMES[next(filter(None, match.groups()))], "line": number}
        for number, line in enumerate(source.split("\n"), 1)
        for match in _CLOCKS.finditer(line.split("//")[0])
    ]
