"""The bundle: from the mount or a URL into a file that is checked, from there into the root of the run."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import re
import shutil
import tarfile
import zlib
from typing import Any, Iterator, List, Optional

from .checking import sha256_of
from .request import BUNDLE, INPUTS, NOTHING_RAN, Refused, Request

_BLOCK = 1 << 20
_URL_SECONDS = 60
_LONGEST_PATH = 2048
_NAMES = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)
_KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}


def fetch(request: Request, given: str, target: str) -> None:
    """Writes the bundle to the file `target`. Raises Refused where it is not the one that was declared, OSError where
    it cannot be written."""
    digest, size = hashlib.sha256(), 0
    blocks = _parts(given) if request.url is None else _download(request.url)
    with open(target, "wb") as file:
        for block in blocks:
            digest.update(block)
            size += len(block)
            if size > request.size:
                break
            file.write(block)
    _check(request, size, digest.hexdigest())


def check(request: Request, archive: str) -> None:
    """Raises Refused where the file `archive` is not the bundle that was declared."""
    _check(request, os.path.getsize(archive), sha256_of(archive))


def _check(request: Request, size: int, sha256: Optional[str]) -> None:
    if size != request.size or sha256 != request.sha256:
        arrived = f"{'more than ' if size > request.size else ''}{min(size, request.size)} bytes"
        raise _bad(f"The bundle is not the one that was sent ({arrived} arrived, {request.size} were sent)")


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


def _download(variable: str) -> Iterator[bytes]:
    """The address is a secret, as whoever has it can read the bundle: the notebook does not see it, nor any message."""
    import http.client
    import urllib.error
    import urllib.request

    address = os.environ.pop(variable, "")
    try:
        if not address.startswith(("https://", "http://")):
            raise ValueError
        response = urllib.request.urlopen(address, timeout=_URL_SECONDS)
        while True:
            block = response.read(_BLOCK)
            if not block:
                return
            yield block
    except urllib.error.HTTPError as error:
        why = f"the server answered {error.code}"
    except ValueError:
        why = f"{variable} holds no address"
    except (OSError, http.client.HTTPException) as error:
        why = type(getattr(error, "reason", error)).__name__
    raise Refused(NOTHING_RAN, "fetch", f"The bundle could not be fetched: {why}. Nothing ran.")


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
