"""Why a cell that runs again in the same kernel need not give what it gave before."""

from __future__ import annotations

import sys
from typing import Any, Dict, List, NamedTuple, Optional

from .cells import STREAM, Execution
from .seeding.generators import TENSORFLOW
from .tracking.kinds.base import is_a

_OBJECTS = (
    ("random", "Random"),
    ("numpy.random", "Generator"),
    ("numpy.random", "RandomState"),
    ("numpy.random", "BitGenerator"),
    ("torch", "Generator"),
)


class _Before(NamedTuple):
    seq: int
    source: str
    starts: Dict[str, Optional[str]]
    read: Dict[str, str]


class Reruns:
    """Compares each execution of a cell with the one before it of the same source.

    `per_cell`: the streams are the cell's own, and do not go on from one execution to the next.
    """

    def __init__(self, namespace: Dict[str, Any], per_cell: bool) -> None:
        self._namespace = namespace
        self._per_cell = per_cell
        self._before: Dict[str, _Before] = {}
        self._tensorflow: Optional[str] = None

    def compare(self, line: Dict[str, Any], execution: Execution) -> Optional[Dict[str, Any]]:
        """The line's field `rerun`; None for a cell that ran for the first time, or was edited since."""
        starts = {**line["rng"]["before"], **self._look_at_tensorflow(execution)}
        starts = execution.starts if self._per_cell else starts
        before = self._before.get(execution.key)
        now = _Before(line["seq"], line["source"], dict(starts), line["readDigests"])
        self._before[execution.key] = now
        if before is None or before.source != now.source:
            return None
        differs = [*self._generators(before, now, execution), *self._streams(line, execution)]
        return {"of": before.seq, "differs": [*differs, *self._variables(before, now, line)]}

    def _generators(self, before: _Before, now: _Before, execution: Execution) -> List[Dict[str, str]]:
        why = "user-stream" if self._per_cell else "continues"
        drawn = sorted(execution.drew & now.starts.keys())
        moved = [source for source in drawn if before.starts.get(source, STREAM) != now.starts[source]]
        return [{"source": source, "why": why} for source in moved]

    def _look_at_tensorflow(self, execution: Execution) -> Dict[str, Optional[str]]:
        """Its state as the cell found it; what statements draw from it is not watched."""
        found, left = self._tensorflow, TENSORFLOW.digest() if TENSORFLOW.is_loaded else None
        self._tensorflow = left
        if found != left and TENSORFLOW.source not in execution.seeded:
            execution.drew.add(TENSORFLOW.source)
        return {} if found is None else {TENSORFLOW.source: found}

    def _streams(self, line: Dict[str, Any], execution: Execution) -> List[Dict[str, str]]:
        found = set()
        for use in line["entropy"]:
            source, reach = use["source"], use["reach"]
            if source in execution.drew:
                continue
            if reach == "unreached":
                found.add((source, "unreached"))
            elif reach == "enforced" and not self._per_cell:
                found.add((source, "new-stream"))
        return [{"source": source, "why": why} for source, why in sorted(found)]

    def _variables(self, before: _Before, now: _Before, line: Dict[str, Any]) -> List[Dict[str, str]]:
        found = []
        for name in line["reads"]:
            digests = before.read.get(name), now.read.get(name)
            if digests[0] == digests[1] and None not in digests:
                continue
            if _is_generator(self._namespace.get(name)):
                found.append({"variable": name, "why": "generator"})
            elif None not in digests:
                found.append({"variable": name, "why": "variable"})
        return found


def _is_generator(value: Any) -> bool:
    return any(is_a(value, getattr(sys.modules.get(module), name, ())) for module, name in _OBJECTS)
