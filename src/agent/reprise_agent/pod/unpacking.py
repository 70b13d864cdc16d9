"""Archives: from the mount into a file, from there, once it is checked, into the root of the run."""

from __future__ import annotations

import errno
import gzip
import os
import re
import shutil
import tarfile
import zlib
from typing import Any, Iterator, List, Optional

from .checking import sha256_of
from .request import BUNDLE, INPUTS, Archive, Refused

_BLOCK = 1 << 20
_LONGEST_PATH = 2048
_NAMES = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)
_KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}


def join(given: str, archive: Archive, target: str) -> None:
    """Writes the parts in the mount to the file `target`. Raises Refused where one is missing, OSError where it cannot
    be written."""
    size = 0
    with open(target, "wb") as file:
        for block in _parts(given):
            size += len(block)
            file.write(block)
            if size > archive.size:
                break


def check(archive: Archive, path: str, otherwise: str, advice: str) -> None:
    """Raises Refused, saying what it is `otherwise` and the `advice`, where the file `path` is not the archive that was declared."""
    size = os.path.getsize(path)
    if size != archive.size or sha256_of(path) != archive.sha256:
        came = f"{'more than ' if size > archive.size else ''}{min(size, archive.size)} bytes came"
        raise Refused(
            INPUTS, "bundle", f"{otherwise} ({came}, {archive.size} were declared). Nothing ran. {advice}"
        )


def _parts(given: str) -> Iterator[bytes]:
    for name in _names(os.listdir(given)):
        with open(os.path.join(given, name), "rb") as file:
            yield from iter(lambda: file.read(_BLOCK), b"")


def _names(found: List[str]) -> List[str]:
    if BUNDLE in found:
        return [BUNDLE]
    numbers = sorted(
        int(name[len(BUNDLE) + 1 :]) for name in found if re.fullmatch(rf"{BUNDLE}\.\d{{3,}}", name)
    )
    missing = next((i for i, number in enumerate(numbers) if i != number), None)
    if not numbers or missing is not None:
        raise _bad(f"Part {missing or 0} of the bundle is missing")
    return [f"{BUNDLE}.{number:03d}" for number in numbers]


def unpack(archive: str, root: str, limit: int) -> None:
    """`limit`: bytes of the tar inside. Python before 3.11.4 has no filter for what may be extracted, so members are
    looked at and written here. Raises Refused for anything but files and folders below `root`, OSError for the disk."""
    try:
        with gzip.open(archive) as plain:
            bounded: Any = _Bounded(plain, limit)
            with tarfile.open(fileobj=bounded, mode="r|", encoding="utf-8", errors="strict") as members:
                for member in members:
                    _write(member, members, root)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise _bad(f"The bundle cannot be unpacked ({type(error).__name__})") from None


def _write(member: tarfile.TarInfo, members: tarfile.TarFile, root: str) -> None:
    parts = member.name.split("/")
    if any(part in ("", ".", "..") for part in parts) or len(os.fsencode(member.name)) > _LONGEST_PATH:
        raise _bad(f"The bundle names a place that cannot be below its root: {member.name[:200]!r}")
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and member.sparse is None and member.size >= 0
    if not (plain or member.isdir()):
        raise _bad(f"The bundle holds {_KINDS.get(member.type, 'something unknown')}: {member.name!r}")
    target = os.path.join(root, *parts)
    try:
        if member.isdir():
            os.makedirs(target, exist_ok=True)
            return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        if error.errno not in _NAMES:
            raise
        raise _bad(
            f"The bundle names {member.name[:200]!r}, which cannot be made here: {error.strerror}"
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        content: Optional[Any] = members.extractfile(member)
        shutil.copyfileobj(content, file, _BLOCK)
        os.fchmod(file.fileno(), 0o755 if member.mode & 0o100 else 0o644)


class _Bounded:
    """Reads no further than was declared: a small gzip can hold any number of bytes, and any number of members."""

    def __init__(self, file: Any, limit: int) -> None:
        self._file = file
        self._left = limit

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise _bad("The bundle holds more than was declared")
        return data


def _bad(what: str) -> Refused:
    return Refused(INPUTS, "bundle", f"{what}. Nothing ran. Submit the run again.")
