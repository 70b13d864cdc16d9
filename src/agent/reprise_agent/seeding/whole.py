"""Which libraries are there and whole: others import theirs while they are being imported themselves."""

from __future__ import annotations

import sys
from typing import Any


def whole_torch() -> Any:
    """None also until `_initExtension`, which defines the memory formats: before it, asking a generator for its state ends
    the process. torch before 2.0 imports NumPy in between."""
    torch = sys.modules.get("torch")
    return torch if hasattr(torch, "default_generator") and hasattr(torch, "contiguous_format") else None
