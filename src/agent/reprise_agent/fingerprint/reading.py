"""Keeps how each item was read, or why it was not."""

from __future__ import annotations

from typing import Callable, Dict, Optional, TypeVar

Value = TypeVar("Value")


class Unavailable(Exception):
    """Why something cannot be read here, in a few words."""


class Readings:
    def __init__(self) -> None:
        self.how: Dict[str, str] = {}
        self.unavailable: Dict[str, str] = {}

    def take(self, item: str, how: str, reading: Callable[[], Value]) -> Optional[Value]:
        """None where it cannot be read: a fingerprint is never the reason that a notebook does not run."""
        try:
            value = reading()
        except Unavailable as reason:
            self.unavailable[item] = str(reason)
        except OSError as error:
            self.unavailable[item] = f"{how}: {error.strerror or type(error).__name__}"
        except Exception as error:
            self.unavailable[item] = f"{how}: {type(error).__name__}"
        else:
            self.how[item] = how
            return value
        return None
