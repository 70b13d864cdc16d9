"""What a kernel process is started with: its folder, its variables, and the run that it records."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from typing import Any, Dict, Optional

from ..config import TOKENS, VARIABLE, from_document
from ..record.folder import run_folder


@dataclass
class Start:
    """`variables` come on top of the server's own; None removes one."""

    folder: str
    variables: Dict[str, Optional[str]]


@dataclass
class Run:
    """`folder` is None where nothing can be recorded: the agent says so, and runs without."""

    id: Optional[str]
    folder: Optional[str]
    environment: Dict[str, str]

    @property
    def record(self) -> Optional[str]:
        return None if self.folder is None else os.path.join(self.folder, "record.jsonl")

    def remove_if_empty(self) -> None:
        if self.folder is not None and self.record is not None and not os.path.exists(self.record):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.folder, "local.json"))
            with contextlib.suppress(OSError):
                os.rmdir(self.folder)


def begin_run(start: Start, again: bool) -> Run:
    """Names the run here, so that its record can be ended by us when its kernel could not. `again`: another process for
    the same start, which is another run, and draws its entropy anew where that was drawn. Raises ValueError for a
    configuration that is not JSON, OSError where its file cannot be read."""
    environment = {name: value for name, value in os.environ.items() if name not in TOKENS}
    for name, value in start.variables.items():
        environment.pop(name, None)
        if value is not None and name not in TOKENS:
            environment[name] = value
    document = _configuration(environment.get(VARIABLE, "{}"))
    if again:
        document.update(run=None, runFolder=None)
        if document.get("seed", {}).get("from") == "fresh":
            document["seed"] = {"value": None, "from": "fresh"}
    config = from_document(document)
    try:
        folder, _ = run_folder(config, start.folder)
    except OSError:
        return Run(None, None, environment)
    document.update(root=config.root, run=config.run, runFolder=folder)
    return Run(config.run, folder, {**environment, VARIABLE: json.dumps(document)})


def _configuration(text: str) -> Dict[str, Any]:
    if not text.lstrip().startswith("{"):
        with open(text, encoding="utf-8") as file:
            text = file.read()
    return json.loads(text)
