"""From the line of a cell as its kernel runs it to the line that its author wrote."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Dict, List

# What TypeScript's emitter adds to a statement, and what it leaves out.
_ADDED = re.compile(r"\bexports\.(?:tsLastExpr\b)?|\bvoid 0\b|\(0, ([\w.]+)\)")
_NOTHING = re.compile(r"[\s;(){}=]+")
_TYPES = re.compile(r":\s*[\w<>\[\]|.]+(?=\s*[=,)])")


def original_lines(source: str, emitted: str) -> Dict[int, int]:
    """Lines of `source` by lines of `emitted`, both from 1. A line that has no equal takes the last one before it."""
    written = [_bare(line) for line in source.split("\n")]
    run = [_bare(line) for line in emitted.split("\n")]
    found: Dict[int, int] = {}
    for begin, other, size in SequenceMatcher(None, written, run, autojunk=False).get_matching_blocks():
        for offset in range(size):
            if run[other + offset]:
                found[other + offset + 1] = begin + offset + 1
    for number, text in enumerate(run, 1):
        if number not in found and text:
            found[number] = _nearest(number, text, found, written)
    return {number: line for number, line in found.items() if line > 0}


def _nearest(number: int, text: str, found: Dict[int, int], written: List[str]) -> int:
    """Between its neighbours, the line that shares most with it."""
    before = max((line for other, line in found.items() if other < number), default=1)
    after = min((line for other, line in found.items() if other > number), default=len(written))
    candidates = range(max(before, 1), min(max(after, before), len(written)) + 1)
    scored = [(SequenceMatcher(None, written[line - 1], text).ratio(), -line) for line in candidates]
    best = max(scored, default=(0.0, 0))
    return -best[1] if best[0] > 0.5 else 0


def _bare(line: str) -> str:
    line = line.split("//")[0]
    return _NOTHING.sub("", _TYPES.sub("", _ADDED.sub(r"\1", line)))
