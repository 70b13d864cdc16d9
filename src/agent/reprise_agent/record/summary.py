"""The last line of a live run's record, written by whoever is left when its kernel has ended."""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any, Dict, Iterator, Optional

from .header import now
from .writer import RecordWriter, cut_torn_line


def append_summary(record: str, died: Optional[Dict[str, Any]] = None) -> bool:
    """Ends the record at the path `record`; False where it has its summary already, or no header.

    `died` is given for a kernel that did not end as it was told to: empty, or the cell that was running then (`id`,
    `index`, `signal`, each where it is known). Raises OSError with the record left readable.
    """
    torn = cut_torn_line(record)
    header: Dict[str, Any] = {}
    newest: Dict[str, "tuple[int, int, str, str]"] = {}  # id → index, seq, status, raw digest of its last execution
    executed, kind = 0, None
    for line in _lines(record):
        kind = line.get("type")
        if kind == "header":
            header = line
        elif kind == "cell":
            executed += 1
            newest[line["id"]] = (line["index"], line["seq"], line["status"], line["outputs"]["raw"])
    if not header or kind == "summary":
        return False
    # In document order, as far as the positions go that the executions were told.
    last = sorted(newest.values())
    failed = any(status != "ok" for _, _, status, _ in last)
    summary: Dict[str, Any] = {
        "type": "summary",
        "status": "died" if died is not None else "error" if failed else "ok",
        "endedAt": now(),
        "durationMs": _milliseconds_since(header["startedAt"]),
        "results": hashlib.sha256("".join(raw for _, _, _, raw in last).encode()).hexdigest(),
        "executed": executed,
        "skipped": [],
        "faults": ["the record's last line was unfinished; it is kept beside the record"] if torn else [],
    }
    if died and "id" in died:
        index = died.get("index")
        if index is None:
            index = _index_of(died["id"], header, newest)
        if index is not None:
            summary["died"] = {**died, "index": index}
    RecordWriter(record).append(summary)
    return True


def _lines(record: str) -> Iterator[Dict[str, Any]]:
    try:
        with open(record, encoding="utf-8") as file:
            for text in file:
                try:
                    yield json.loads(text)
                except ValueError:
                    yield {}
    except FileNotFoundError:
        return


def _index_of(key: str, header: Dict[str, Any], newest: Dict[str, Any]) -> Optional[int]:
    if key in newest:
        return newest[key][0]
    return next((cell["index"] for cell in header["cells"] if cell["id"] == key), None)


def _milliseconds_since(started: str) -> float:
    began = datetime.datetime.fromisoformat(started.replace("Z", "+00:00"))
    return round((datetime.datetime.now(datetime.timezone.utc) - began).total_seconds() * 1000, 3)
