"""The record of a JavaScript kernel's cells. Variables are not observed: these kernels let nobody look into them."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Optional, Set

from ..cells import Cells
from ..config import Config
from ..entropy import EntropyLog
from ..recorder import Recorder
from ..tracking.modules import ModuleAttributes
from .clocks import clock_reads
from .lines import original_lines


class JavaScriptRecorder(Recorder):
    """A recorder whose generators are in another process: their states are told before a cell begins and after it."""

    def __init__(self, config: Config, folder: str, objects: str) -> None:
        self._log = EntropyLog()
        cells = Cells(config.root, config.per_cell)
        super().__init__(_NoShell(), config, cells, self._log, folder, objects)
        self._states = _States()
        self._variables = _NotObserved(["variables"])
        self._warnings = _NotObserved([])
        self._surroundings = _NoSurroundings()
        self._about: Dict[str, Any] = {}

    def next_execution(self, code: str, cell_id: Optional[str], index: Optional[int]) -> "tuple[str, int]":
        """Key and number of the execution that `begin` is about to begin."""
        key, _ = self._identity.find(code, cell_id, index)
        return key, self._cells.next_number(key)

    def states_are(self, rng: Dict[str, str]) -> None:
        self._states.words = rng

    def drew(self, ended: Dict[str, Any]) -> None:
        """What `Keeper.end` was told."""
        self.states_are(ended.get("rng") or {})
        self.execution.drew.update(draw["source"] for draw in ended["draws"] if draw["source"] in self._states.words)
        lines = original_lines(self._code, ended["code"]) if "code" in ended else {}
        for draw in ended["draws"]:
            line = lines.get(draw.get("line"))
            place = (self.execution.index, line) if line is not None else (None, None)
            self._log.add(draw["source"], draw["reach"], *place, count=draw["count"])

    def loaded_is(self, about: Dict[str, Any]) -> None:
        """What `Keeper.about` was told."""
        self._about = about

    def _loaded(self) -> Optional[Dict[str, Any]]:
        engine = _known(self._about.get("versions"))
        told = self._about.get("tensorflow") or {}
        settings = {name: told.get(name) for name in ("backend", "library")}
        tensorflow = told and {**told.get("packages", {}), **settings, "device": "gpu" if told.get("gpu") else "cpu"}
        found = {"javascript": engine, "tensorflow": _known(tensorflow)}
        found = {name: value for name, value in found.items() if value}
        return {**found, "how": {name: "the kernel itself" for name in found}, "unavailable": {}} if found else None

    def _code_name(self, code: str) -> str:
        return f"cell {hashlib.sha256(code.encode('utf-8', 'replace')).hexdigest()}"

    def _clock_reads(self, code: str) -> List[Dict[str, Any]]:
        return clock_reads(code)


def _known(versions: Optional[Dict[str, Any]]) -> Dict[str, str]:
    return {name: str(value) for name, value in (versions or {}).items() if value is not None}


class _States:
    """Of this process, whose generators are no cell's, nothing is kept."""

    words: Dict[str, str] = {}

    def save(self) -> None:
        return None

    def restore(self, kept: None) -> None:
        pass

    def digests(self) -> Dict[str, str]:
        return {name: hashlib.sha256(words.encode()).hexdigest() for name, words in self.words.items()}


class _NotObserved:
    """In the place of a tracker that this kernel cannot have: of variables, or of warnings."""

    def __init__(self, what: List[str]) -> None:
        self._what = what
        self.trees: List[Any] = []

    def install(self) -> None:
        pass

    def before(self, *_: object) -> None:
        pass

    def after(self, *_: object) -> Any:
        return {"notObserved": list(self._what)} if self._what else []

    def mentioned(self) -> List[Any]:
        return []

    def made_values(self) -> bool:
        return False


class _NoSurroundings:
    """Folder, variables and modules of this process are not the JavaScript kernel's."""

    def __init__(self) -> None:
        self.modules = ModuleAttributes()

    def digests(self) -> Dict[str, str]:
        return {}

    def used(self, families: Set[str]) -> List[str]:
        return []


class _NoShell:
    user_ns: Dict[str, Any] = {}
    execution_count = 0
