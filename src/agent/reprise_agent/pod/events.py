"""The pod's log: the runner's events, small enough for a log that the node rotates."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from ..runner.events import Events


class PodEvents(Events):
    """A cell ends without its record, which is in the record's file. Keeps what the end of the pod is told from."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: List[str] = []
        self.last: Optional[Dict[str, Any]] = None
        self.ended: Optional[Dict[str, Any]] = None
        self.failed: Optional[Dict[str, Any]] = None
        self.unwritten: Optional[str] = None

    def send(self, event: str, **fields: Any) -> None:
        if event == "cell-end":
            del fields["record"]
            self.cells.append(fields["outputs"]["raw"])
            self.last = {"index": fields["index"], "id": fields["id"]}
        elif event == "end":
            self.ended = fields
        elif event == "failed":
            self.failed = fields
        elif event == "fault" and fields["where"] == "disk":
            self.unwritten = self.unwritten or fields["message"]
        super().send(event, **fields)
