"""Files that each cell read and wrote: opens are noted by wrappers, the rest is seen by inotify, digests come at the end."""

from __future__ import annotations

import contextlib
import gc
import glob
import os
import sys
import time
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple

from . import inotify
from .feeder import Feeder, Noted
from .folders import MadeFolders, below, folders_named_in
from .hashing import Places, digest_file, entry_of, read_entry
from .inotify import FolderWatch
from .native import native_writer
from .openers import MADE_FOLDER, MOVED, READ, REMOVED_FOLDER, WRITE, Note, install_openers
from .system import home_folder, library_folders

Entry = Dict[str, Any]
_PATTERN = 10_000  # files


# By resolved path: orders in its batch, and what the helper says of the file.
_Handed = Dict[str, Tuple[Sequence[int], Tuple[str, int, Entry, int]]]


class _Read(NamedTuple):
    changed: int  # when the file last changed, in ns
    entry: Entry


class _Written(NamedTuple):
    order: int  # when, within the cell
    existed: bool  # before that
    attribution: str
    still_open: Callable[[], bool]


class FileTracker:
    """Paths in entries are relative to `root` (absolute), `~/…`, or bare names. `cwd` is the notebook's folder, watched
    from the start; `ignore` are paths that are never reported, such as the notebook itself."""

    def __init__(self, root: str, cwd: str, ignore: List[str]) -> None:
        self._places = Places(root, home_folder(), ignore, library_folders())
        self._folder = os.path.realpath(cwd)
        self._notes: List[Note] = []
        self._watch = FolderWatch()
        self._feeder = Feeder(self._notes, self._places, self._watch.ignore_opens)
        self._cache: Dict[Any, Any] = {}
        self._pending: Dict[str, _Written] = {}
        self._modules: Set[str] = set()
        self._sources: Dict[str, int] = {}
        self._made = MadeFolders()
        self._not_observed: List[str] = []
        self.read_paths: List[str] = []  # absolute, of the last cell
        self._started = time.time_ns()

    def install(self) -> None:
        self._modules = set(sys.modules)
        self._watch.start()
        self._watch.add(self._folder)
        install_openers(self._notes)
        self._feeder.start()

    def before(self, source: str = "") -> None:
        """`source`, where given, names folders in its strings that are then watched during this cell too."""
        for folder in folders_named_in(source, os.getcwd()):
            self._watch_folder(folder)
        self._watch.skip()  # what happened between cells is no cell's doing
        self._notes.clear()
        self._made.begin()
        self._started = time.time_ns()
        self._feeder.begin(os.getcwd())

    def after(self) -> List[Entry]:
        """The cell's entries, sorted by path, reads first. A file still open for writing comes with the cell that
        closes it."""
        collecting = gc.isenabled()
        gc.disable()  # thousands of entries are about to be made, and none of them is garbage
        try:
            return self._entries()
        finally:
            if collecting:
                gc.enable()

    def _entries(self) -> List[Entry]:
        events = self._watch.take()
        self._not_observed = ["file events (inotify's queue overflowed)"] if self._watch.overflowed else []
        notes, hashed = self._feeder.end()
        reads, writes, removed = self._fold(notes)
        for path in self._imported():
            self._read(reads, path, "exact")
        handed: _Handed = {}
        for orders, found in reversed(hashed):
            handed.update((item[0], (orders, item)) for item in found)
        self._merge_events(events, handed, reads, writes, removed)
        self.read_paths = [*handed, *reads]
        entries = self._handed_reads(handed, writes)
        entries += [
            self._as_read(path, read, writes)
            for path, read in reads.items()
            if not self._made_here(path, writes)
        ]
        entries += self._absent(notes, reads, handed)
        entries += self._finished_writes(writes)
        entries += [self._deletion(path, how) for path, how in removed.items() if not os.path.lexists(path)]
        for folder in {path.rpartition(os.sep)[0] for path in chain(handed, reads, writes)}:
            self._watch_folder(folder)
        entries.sort(key=itemgetter("mode", "path"))
        return entries

    def name_of(self, path: str) -> Optional[str]:
        """As the record names it; None where it is not the notebook's."""
        resolved = self._places.resolve(os.getcwd(), path)
        return self._places.label(resolved) if self._places.concerns(resolved) else None

    def expect(self, path: str) -> None:
        """Native code is about to open this file, or those that the pattern means, which is seen where it is waited for."""
        path = os.path.expanduser(path)
        for found in islice(glob.iglob(path, recursive=True), _PATTERN) if glob.has_magic(path) else [path]:
            self._watch_folder(os.path.dirname(self._places.resolve(os.getcwd(), found)))

    def not_observed(self) -> List[str]:
        """What the last cell may have done to files without it being seen."""
        return self._not_observed

    def folders_made(self) -> List[str]:
        """Folders under the root that the last cell made and left, and that were not there before the run."""
        return [self._places.label(path) for path in self._made.to_take_away() if self._places.is_inside(path)]

    def close(self) -> List[Entry]:
        """Entries of files that no cell has closed. The kernel is about to end, and would write their buffers then."""
        pending, self._pending = self._pending, {}
        for written in pending.values():
            with contextlib.suppress(Exception):
                getattr(written.still_open, "flush", _closed)()
        self._feeder.close()
        self._watch.close()
        return [entry for path, written in pending.items() for entry in self._write_entries(path, written)]

    def _fold(self, notes: Iterable[Noted]) -> "tuple[Dict[str, _Read], Dict[str, _Written], Dict[str, str]]":
        """Sorts notes into reads (of what the cell had not written itself), writes and removals."""
        reads: Dict[str, _Read] = {}
        writes: Dict[str, _Written] = {}
        removed: Dict[str, str] = {}
        for order, folder, note in notes:
            path, kind = self._resolved(folder, note[0]), note[1]
            if path is None:
                continue
            if kind == READ:
                if path not in writes and path not in reads:
                    self._read(reads, path, "exact")
            elif kind == WRITE:
                self._written(writes, removed, path, _Written(order, note[2], "exact", note[3]))
            elif kind == MADE_FOLDER:
                self._made.made(path)
            elif kind == REMOVED_FOLDER:
                self._made.gone(path)
            else:
                self._removed(writes, removed, path)
                target = self._resolved(folder, note[2]) if kind == MOVED else None
                if target is not None:
                    self._written(writes, removed, target, _Written(order, note[3], "exact", _closed))
        return reads, writes, removed

    def _absent(self, notes: Iterable[Noted], reads: Dict[str, _Read], handed: _Handed) -> List[Entry]:
        """Files under the root that were opened in vain: that they were not there is what the cell has read."""
        looked, touched = set(), set()
        for _, folder, note in notes:
            path = self._resolved(folder, note[0])
            if path is not None:
                (looked if note[1] == READ else touched).add(path)
        found = [
            path for path in looked - touched - reads.keys() - handed.keys() if self._places.is_inside(path)
        ]
        return [
            {"path": self._places.label(path), "mode": "read", "absent": True, "attribution": "exact"}
            for path in found
            if not os.path.lexists(path)
        ]

    def _read(self, reads: Dict[str, _Read], path: str, attribution: str) -> None:
        found = read_entry(self._places, path, self._cache)
        if found is not None:
            reads[path] = _Read(found[0], {**found[1], "attribution": attribution})

    def _resolved(self, folder: str, path: Any) -> Optional[str]:
        try:
            path = self._places.resolve(folder, os.fsdecode(path))
        except (TypeError, ValueError):
            return None  # a descriptor, whose file was noted when it was opened; or no path at all
        return path if self._places.concerns(path) else None

    def _written(
        self, writes: Dict[str, _Written], removed: Dict[str, str], path: str, written: _Written
    ) -> None:
        existed = removed.pop(path, None) is not None or written.existed
        first = writes.get(path) or self._pending.get(path)
        order, existed = (first.order, first.existed) if first is not None else (written.order, existed)
        writes[path] = written._replace(order=order, existed=existed)

    @staticmethod
    def _removed(writes: Dict[str, _Written], removed: Dict[str, str], path: str) -> None:
        written = writes.pop(path, None)
        if written is None or written.existed:
            removed[path] = "exact"

    def _merge_events(
        self,
        events: List[inotify.Event],
        handed: _Handed,
        reads: Dict[str, _Read],
        writes: Dict[str, _Written],
        removed: Dict[str, str],
    ) -> None:
        """Adds what only inotify saw: native code, child processes, and other programs."""
        seen: Dict[str, int] = {}
        created: Set[str] = set()
        for path, mask in events:
            if mask & inotify.IS_FOLDER:
                self._folder_event(path, mask)
                continue
            if mask & inotify.CREATED and not seen.get(path, 0) & (inotify.DELETED | inotify.MOVED_FROM):
                created.add(path)
            seen[path] = seen.get(path, 0) | mask
        for path in self._in_new_folders():
            seen[path] = inotify.CREATED
            created.add(path)
        for path, mask in seen.items():
            if path in writes or path in removed or path in self._pending or not self._places.concerns(path):
                continue
            if not os.path.lexists(path):
                if mask & (inotify.DELETED | inotify.MOVED_FROM) and path not in created:
                    removed[path] = "weak"
            elif mask & (inotify.MODIFIED | inotify.CREATED | inotify.MOVED_TO):
                writes[path] = _Written(0, path not in created, "weak", native_writer(path))
            elif path not in reads and path not in handed:
                self._read(reads, path, "weak")

    def _folder_event(self, path: str, mask: int) -> None:
        if not self._places.concerns(path):
            return
        if mask & (inotify.CREATED | inotify.MOVED_TO):
            self._made.made(path)
        elif mask & (inotify.DELETED | inotify.MOVED_FROM):
            self._made.gone(path)

    def _in_new_folders(self) -> List[str]:
        """Files in folders that the cell made, which nobody watched when they were written."""
        found: List[str] = []
        for folder in self._made.new():
            folders, files, are_all = below(folder)
            for each in folders:
                self._made.made(each)
                self._watch_folder(each)
            if are_all:
                found += files
            else:
                self._not_observed.append("files in a new folder (too many, or too large)")
        return found

    def _imported(self) -> List[str]:
        """Files of modules under the root that this cell imported, or loaded again after a change."""
        new, folder, real = sys.modules.keys() - self._modules, os.getcwd(), _real_paths()
        for name in new:
            self._modules.add(name)
            path = getattr(sys.modules.get(name), "__file__", None)
            path = self._places.resolve(folder, path, real) if isinstance(path, str) else ""
            if self._places.is_inside(path) and self._places.concerns(path):
                self._sources[path] = 0
        found = []
        for path, changed in self._sources.items():
            try:
                now = os.stat(path).st_mtime_ns
            except OSError:
                continue
            if now != changed:
                self._sources[path] = now
                found.append(path)
        return found

    def _handed_reads(self, handed: _Handed, writes: Dict[str, _Written]) -> List[Entry]:
        entries: List[Entry] = []
        for path, (orders, (_, changed, entry, place)) in handed.items():
            if changed < self._started and path not in writes:
                entries.append(entry)
            elif path not in writes or (
                orders[place] < writes[path].order and not self._made_here(path, writes)
            ):
                entries.append(self._as_read(path, _Read(changed, entry), writes))
        return entries

    @staticmethod
    def _made_here(path: str, writes: Dict[str, _Written]) -> bool:
        return path in writes and not writes[path].existed

    def _as_read(self, path: str, read: _Read, writes: Dict[str, _Written]) -> Entry:
        if path in writes or self._started <= read.changed <= time.time_ns():
            # It changed while the cell ran: what is there now need not be what was read.
            return {key: item for key, item in read.entry.items() if key not in ("sha256", "content", "size")}
        return read.entry

    def _finished_writes(self, writes: Dict[str, _Written]) -> List[Entry]:
        self._pending.update(writes)
        finished = [path for path, written in self._pending.items() if not written.still_open()]
        return [entry for path in finished for entry in self._write_entries(path, self._pending.pop(path))]

    def _write_entries(self, path: str, written: _Written) -> List[Entry]:
        facts = digest_file(path, self._cache)
        if facts is None:
            return (
                [self._deletion(path, written.attribution)]
                if written.existed and not os.path.lexists(path)
                else []
            )
        entry = {**entry_of(self._places, path, "write", facts), "attribution": written.attribution}
        if not written.existed:
            entry["created"] = True
        return [entry]

    def _deletion(self, path: str, attribution: str) -> Entry:
        return {
            "path": self._places.label(path),
            "mode": "write",
            "deleted": True,
            "attribution": attribution,
            **self._places.marks(path),
        }

    def _watch_folder(self, folder: str) -> None:
        if folder and self._places.concerns(folder + os.sep):
            self._watch.add(folder)


def _real_paths() -> Callable[[str], str]:
    """`os.path.realpath` for many files in few folders, for as long as no link changes."""
    folders = {os.sep: os.sep}

    def real(path: str) -> str:
        folder, name = os.path.split(path)
        if folder not in folders:
            folders[folder] = real(folder)
        path = os.path.join(folders[folder], name)
        return os.path.realpath(path) if os.path.islink(path) else path

    return real


def _closed() -> bool:
    return False
