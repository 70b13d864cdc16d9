"""Folders that a run makes: what lies in a new one was written by whoever made it, and a replay must not find it there."""

from __future__ import annotations

import os
import re
from typing import Iterator, List, Set, Tuple

_MOST_FILES = 10_000
_MOST_BYTES = 256 << 20
_WORD = re.compile(r"[^\s'\"<>|&;=(),]*/[^\s'\"<>|&;=(),]*")


class MadeFolders:
    """By resolved path. A folder that was there before the run is none of them, though the run took it away and made it anew."""

    def __init__(self) -> None:
        self._made: Set[str] = set()
        self._older: Set[str] = set()
        self._in_cell: Set[str] = set()

    def begin(self) -> None:
        self._in_cell = set()

    def made(self, path: str) -> None:
        self._in_cell.add(path)
        if path not in self._older:
            self._made.add(path)

    def gone(self, path: str) -> None:
        if path in self._made:
            self._made.discard(path)
        else:
            self._older.add(path)

    def new(self) -> List[str]:
        """Those that the cell made and left, without those that lie in others of them."""
        left = {path for path in self._in_cell if os.path.isdir(path)}
        return sorted(path for path in left if left.isdisjoint(_above(path)))

    def to_take_away(self) -> List[str]:
        """Those that the cell made and left, where there was none before the run."""
        return sorted(path for path in self._in_cell & self._made if os.path.isdir(path))


def below(folder: str) -> "Tuple[List[str], List[str], bool]":
    """The folders, itself included, and the files below it, and whether they are all: a few are looked at, so that a cell
    that unpacks an archive does not wait for its whole content to be digested."""
    folders: List[str] = []
    files: List[str] = []
    size = 0
    for place, _, names in os.walk(folder):
        folders.append(place)
        for path in (os.path.join(place, name) for name in names):
            try:
                size += os.lstat(path).st_size
            except OSError:
                continue
            files.append(path)
            if len(files) > _MOST_FILES or size > _MOST_BYTES:
                return folders, files, False
    return folders, files, True


def _above(path: str) -> Iterator[str]:
    above = os.path.dirname(path)
    while above != path:
        yield above
        path, above = above, os.path.dirname(above)


def moved_files(source: str, target: str) -> Iterator[Tuple[str, str]]:
    """Where each file below a folder was before the folder was moved, and where it is."""
    _, files, are_all = below(target)
    for path in files if are_all else ():
        yield os.path.join(source, os.path.relpath(path, target)), path


def folders_named_in(source: str, cwd: str) -> Set[str]:
    """Of paths in strings, and of those that a shell takes without quotes."""
    quoted = (text for quote in ("'", '"') for text in source.split(quote)[1::2])
    folders = set()
    for text in {*quoted, *_WORD.findall(source)}:
        if "/" in text and len(text) < 1024 and "\n" not in text:
            folder = os.path.normpath(os.path.join(cwd, os.path.expanduser(os.path.dirname(text))))
            if os.path.isdir(folder):
                folders.add(folder)
    return folders
