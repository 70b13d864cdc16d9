"""The outputs of the cell that runs, and the displays of earlier ones that it may still change."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Optional, Tuple

from .cells import Execution
from .outputs import OutputArea


class Shown:
    """By the message that asked for an execution; heard from whichever thread sends."""

    def __init__(self) -> None:
        self.area = OutputArea()
        self._message: Optional[str] = None
        self._displays: Dict[str, Tuple[Execution, OutputArea]] = {}
        self._revised: Dict[str, Tuple[Execution, OutputArea]] = {}
        self._recent: Dict[str, OutputArea] = {}

    def begin(self, message: str) -> None:
        self._message, self.area, self._revised = message, OutputArea(), {}
        self._recent = {**dict(list(self._recent.items())[-1:]), message: self.area}

    def heard(self, message: str, kind: str, content: Dict[str, Any]) -> None:
        """One IOPub message on its way out."""
        if kind == "update_display_data":
            if self._message is not None:
                self.area.update(content)
            for earlier, (execution, area) in self._displays.items():
                if area.update(content):
                    self._revised[earlier] = (execution, area)
        elif message == self._message:
            self.area.add(kind, content)

    def recall(self, message: str) -> Dict[str, Any]:
        """What this cell shows until now, of the running one and the one before it: for a front end whose connection
        lost some of it."""
        area = self._recent.get(message)
        if area is None:
            return {"state": "unknown", "outputs": []}
        return {"state": "running" if message == self._message else "done", "outputs": area.finished()}

    def revised(self) -> Iterator[Tuple[Execution, OutputArea]]:
        """Earlier cells of which the running one changed a display."""
        return iter(self._revised.values())

    def end(self, execution: Execution) -> None:
        if self.area.shows_displays() and self._message is not None:
            self._displays[self._message] = (execution, self.area)
        self._message = None
