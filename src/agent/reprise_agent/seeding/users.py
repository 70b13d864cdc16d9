"""A user's own seed always wins: who seeded which global generator, and with what."""

from __future__ import annotations

import functools
import hashlib
import pickle
import sys
from typing import Any, Callable, Dict, Set


class UserSeeds:
    """Digest of the last seed a user gave each global generator; a source that is absent was never seeded by hand.

    `before` and `after` are called around every seeding, ours too, so that a seeding is not taken for a draw.
    """

    def __init__(self) -> None:
        self._seeds: Dict[str, str] = {}
        self._ours = False
        self.anew: Set[str] = set()  # seeded since the running cell began
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def seeded(self, source: str) -> bool:
        return source in self._seeds

    def digest(self, source: str) -> str:
        return self._seeds.get(source, "")

    def take(self, source: str, digest: str) -> None:
        """The generator is put back to where it was under this seed."""
        self._seeds[source] = digest

    def forget(self, source: str) -> None:
        self._seeds.pop(source, None)

    def by_us(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Runs a seeding call that is ours, so that it is not taken for the user's."""
        before, self._ours = self._ours, True
        try:
            return call(*arguments)
        finally:
            self._ours = before

    def seeding(self, source: str, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.before()
        result = original(*args, **kwargs)
        given = [*args, *kwargs.values()]
        if not self._ours:
            if given and given[0] is not None:
                self._seeds[source] = _digest(given)
            else:
                self.forget(source)
        self.anew.add(source)
        self.after()
        return result


def _digest(given: "list[Any]") -> str:
    try:
        data = pickle.dumps(given, 3)
    except Exception:
        data = b"unpicklable"
    return hashlib.sha256(data).hexdigest()


def watching(original: Callable[..., Any], users: UserSeeds, source: str) -> Callable[..., Any]:
    """The same function to its callers, with the user's seed noted."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return users.seeding(source, original, *args, **kwargs)

    return call


def watching_users(
    original: Callable[..., Any], users: UserSeeds, source: str, is_users: Callable[[str], bool]
) -> Callable[..., Any]:
    """As `watching`, for a function that libraries call too, with what is no seed: only the user's own calls are noted."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        if is_users(sys._getframe(1).f_code.co_filename):
            return users.seeding(source, original, *args, **kwargs)
        return original(*args, **kwargs)

    return call
