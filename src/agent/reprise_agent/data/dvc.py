"""Files under the root that DVC tracks, by the md5 that their `.dvc` file or `dvc.lock` has."""

from __future__ import annotations

import json
import os
import posixpath
import re
from typing import Any, Dict, Iterable, Iterator, List, Tuple

from ..tracking.containers import open_quietly
from .log import DataLog

_LARGEST = 4 << 20
_KEY = re.compile(r"^( *)(- )?([A-Za-z_]\w*):(?: +(.*))?$")
_NO_PLACES: Dict[str, str] = {}


class DvcFiles:
    def __init__(self, root: str, log: DataLog) -> None:
        self._root = root
        self._log = log
        self._known: Dict[str, Tuple[Any, Dict[str, str]]] = {}

    def note(self, files: Iterable[Dict[str, Any]]) -> None:
        """Notes of each file that was read the md5 of the file or folder that DVC tracks. `files`: of the record."""
        if not _has_dvc(self._root):
            return
        looked: Dict[str, Dict[str, str]] = {}
        for file in files:
            if file["mode"] == "read" and not file.get("absent") and not file.get("outside"):
                for tracked, place in _places(file["path"]):
                    found = looked.get(place)
                    if found is None:
                        found = looked[place] = self._read(place)
                    if tracked in found:
                        self._log.note("dvc", tracked, {"md5": found[tracked]})
                        break

    def _read(self, place: str) -> Dict[str, str]:
        path = os.path.join(self._root, place)
        try:
            facts = os.stat(path)
        except OSError:
            return _NO_PLACES
        version = (facts.st_mtime_ns, facts.st_size)
        known = self._known.get(place)
        if known is not None and known[0] == version:
            return known[1]
        found: Dict[str, str] = {}
        if facts.st_size <= _LARGEST:
            with open_quietly(path) as file:
                found = tracked_in(file.read().decode("utf-8", "replace"), posixpath.dirname(place))
        self._known[place] = version, found
        return found


def _has_dvc(folder: str) -> bool:
    """Whether the folder lies in a repository of DVC: looking for each of many files would take its time."""
    while not os.path.isdir(os.path.join(folder, ".dvc")):
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
    return True


def _places(path: str) -> Iterator[Tuple[str, str]]:
    """What may be tracked, the file or a folder around it, and where that would stand; the nearest first."""
    parts = path.split("/")
    for count in range(len(parts), 0, -1):
        tracked = "/".join(parts[:count])
        yield tracked, f"{tracked}.dvc"
        for above in range(count - 1, -1, -1):
            yield tracked, "/".join([*parts[:above], "dvc.lock"])


def tracked_in(text: str, folder: str) -> Dict[str, str]:
    """md5 by path from the root, of the outputs and inputs that a file of DVC lists; `folder` is where it lies.

    There is no YAML reader beside the kernel. DVC writes its lists as blocks, one `key: value` a line, and only those
    are read: what is written otherwise by hand is passed over."""
    found: Dict[str, str] = {}
    working = folder
    for key, value in _top(text):
        if key == "wdir":
            working = posixpath.join(folder, value)
    for item in _items(text):
        if "path" in item and re.fullmatch(r"[0-9a-f]{32}(\.dir)?", item.get("md5", "")):
            found[posixpath.normpath(posixpath.join(working, item["path"]))] = item["md5"]
    return found


def _top(text: str) -> Iterator[Tuple[str, str]]:
    for line in text.splitlines():
        match = _KEY.match(line)
        if match and not match[1] and not match[2] and match[4]:
            yield match[3], _scalar(match[4])


def _items(text: str) -> List[Dict[str, str]]:
    items: List[Dict[str, str]] = []
    open_items: List[Tuple[int, Dict[str, str]]] = []
    for line in text.splitlines():
        match = _KEY.match(line)
        if match is None:
            continue
        indent = len(match[1]) + len(match[2] or "")
        while open_items and (
            open_items[-1][0] > indent or (match[2] is not None and open_items[-1][0] == indent)
        ):
            open_items.pop()
        if match[2] is not None:
            items.append({})
            open_items.append((indent, items[-1]))
        if open_items and open_items[-1][0] == indent and match[4]:
            open_items[-1][1][match[3]] = _scalar(match[4])
    return items


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1]
    return text
