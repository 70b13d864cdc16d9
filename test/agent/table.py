"""The policy table, for configurations that no TypeScript wrote."""

from __future__ import annotations

import json
import pathlib

_CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
AGENT = _CHECKOUT / "src" / "agent" / "reprise_agent"
ROWS = json.loads((_CHECKOUT / "src/determinism/settings.json").read_text(encoding="utf-8"))["settings"]


def settings(policy: str, strict: bool = False) -> list:
    """Ids of the rows in force, as `inForce` of `src/determinism/settings.ts` has them."""
    levels = ["observe", "close", "full", "strict"]
    level = levels.index("strict" if strict and policy == "full" else policy)
    return [row["id"] for row in ROWS if row["how"] != "recorded" and levels.index(row["policy"]) <= level]
