"""What the starter of a kernel decided: policy, entropy, where the record goes (`reprise/agent/1`)."""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

from .streams import Streams

VARIABLE = "REPRISE_CONFIG"
_DRAWN = "REPRISE_DRAWN"
TOKENS = ("REPRISE_TOKEN", "JUPYTER_TOKEN", "JPY_API_TOKEN", "JUPYTERHUB_API_TOKEN")


@dataclass
class Config:
    policy: str = "observe"
    # Rows of the policy table in force, by id (src/determinism/settings.json).
    settings: List[str] = field(default_factory=list)
    seed: Dict[str, Optional[str]] = field(default_factory=lambda: {"value": None, "from": "fresh"})
    entropy: str = "record"
    rng: str = "per-session"
    strict: bool = False
    audit: Optional[str] = None  # "deep": digests of every operation
    records: bool = True
    # Batches, losses and weights of training: off | on | indices (of each batch's samples besides).
    ledger: str = "on"
    root: Optional[str] = None
    notebook: Optional[str] = None
    run: Optional[str] = None
    run_folder: Optional[str] = None
    value_budget_ms: Optional[float] = 50.0
    ignore: List[str] = field(default_factory=list)
    # Of a notebook in JavaScript: its language, the kernel (tslab or deno), and the arguments that start it.
    javascript: Optional[Dict[str, Any]] = None
    header: Dict[str, Any] = field(default_factory=dict)
    starter: str = "agent"

    @property
    def per_cell(self) -> bool:
        return self.enforces and self.rng == "per-cell"

    @property
    def enforces(self) -> bool:
        return self.policy in ("close", "full")

    def for_children(self) -> Dict[str, Any]:
        """What a Python that a cell starts is to know, as `from_document` reads it."""
        names = ("policy", "settings", "seed", "entropy", "strict", "root")
        return {name: getattr(self, name) for name in names}

    def applies(self, setting: str) -> bool:
        return setting in self.settings

    def streams(self) -> Streams:
        return Streams(self.seed["value"] or "")


def from_document(document: Dict[str, Any]) -> Config:
    names = {"runFolder": "run_folder", "valueBudgetMs": "value_budget_ms"}
    known = Config.__dataclass_fields__
    given = {names.get(key, key): value for key, value in document.items()}
    config = Config(**{key: value for key, value in given.items() if key in known})
    if config.enforces and "settings" not in given:
        raise ValueError(f"policy {config.policy} without its settings: the agent holds no policy table")
    return config


def take_from_environment() -> Config:
    """Reads the configuration and removes what is ours, and every token, from the environment.

    A kernelspec cannot hold fresh entropy. Where the starter left the drawing to us, the process draws it and starts
    itself again once, because `PYTHONHASHSEED` must exist before the interpreter does.
    """
    text = os.environ.pop(VARIABLE, None)
    drawn = os.environ.pop(_DRAWN, None)
    for name in TOKENS:
        os.environ.pop(name, None)
    if text is None:
        config = Config()
        config.seed = {"value": secrets.token_hex(16), "from": "fresh"}
        return config
    if not text.lstrip().startswith("{"):
        with open(text, encoding="utf-8") as file:
            text = file.read()
    config = from_document(json.loads(text))
    if config.seed.get("value") is None:
        config.seed = {"value": drawn or secrets.token_hex(16), "from": "fresh"}
    if config.applies("hash-seed") and os.environ.get("PYTHONHASHSEED") != config.streams().hash_seed():
        if drawn is None:
            environment = dict(os.environ, PYTHONHASHSEED=config.streams().hash_seed())
            environment[VARIABLE] = text
            environment[_DRAWN] = str(config.seed["value"])
            os.execve(sys.executable, [sys.executable, *_original_arguments()], environment)
    return config


def _original_arguments() -> list:
    return list(sys.orig_argv[1:]) if hasattr(sys, "orig_argv") else sys.argv
