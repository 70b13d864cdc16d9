"""The bundle, from the mount, an address, git, a volume, or who brings it, into one file that is checked."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import Callable

from .downloading import download
from .ending import Ending
from .receiving import await_bundle
from .request import BUNDLE, NOTHING_RAN, Archive, Refused, Request
from .unpacking import check, join

Send = Callable[..., None]

_SENT = ("The bundle is not the one that was sent", "Submit the run again.")
_AT_ADDRESS = (
    "What is at the address is not the notebook's files",
    "Put them there, and submit the run again.",
)


_FETCHED = ("What git gave is not the notebook's files", "Submit the run again.")


def mounted(archive: Archive, given: str, path: str) -> str:
    """Writes what is mounted to the file `path`. Raises as `bring`."""
    join(given, archive, path)
    return _checked(archive, path, *_SENT)


def bring(asked: Request, given: str, work: str, send: Send, ending: Ending) -> str:
    """The path of the bundle. What it took to come is not the run's time, which `ending` counts. Raises Refused where
    it is not to be had, or is not the one that was declared; OSError where it cannot be written."""
    path = os.path.join(work, BUNDLE)
    if asked.kept is not None and os.path.lexists(_place(asked.kept, asked.bundle)):
        path = _place(asked.kept, asked.bundle)
        said = f"{os.path.basename(path)} on the volume is not what its name says"
        check(asked.bundle, path, said, "Delete it there, and submit the run again.")
        send("received", size=asked.bundle.size, seconds=0, **{"from": "volume"})
        return path
    if asked.url is not None:
        send("fetching", size=asked.bundle.size)
        download(asked.url, path, asked.bundle.size, ending)
        ending.begin()
        return _checked(asked.bundle, path, *_AT_ADDRESS)
    if asked.git is not None:
        if not os.path.exists(path):
            why = "The notebook's files were not fetched from git. Nothing ran. Submit the run again."
            raise Refused(NOTHING_RAN, "fetch", why)
        return _checked(asked.bundle, path, *_FETCHED)
    if asked.patience is None:
        return mounted(asked.bundle, given, path)
    await_bundle(asked, path, send, ending)
    ending.begin()
    _checked(asked.bundle, path, *_SENT)
    if asked.kept is not None:
        _keep(path, asked.kept, asked.bundle, send)
    return path


def _checked(archive: Archive, path: str, otherwise: str, advice: str) -> str:
    try:
        check(archive, path, otherwise, advice)
    except Refused:
        os.unlink(path)
        raise
    return path


def _place(folder: str, archive: Archive) -> str:
    return os.path.join(folder, f"{archive.sha256}.tar.gz")


def _keep(path: str, folder: str, archive: Archive, send: Send) -> None:
    """For the next run with the same files. What the volume does not take costs this one nothing."""
    place = _place(folder, archive)
    part = f"{place}.new-{os.getpid()}-{os.uname().nodename}"
    try:
        os.makedirs(folder, exist_ok=True)
        with open(path, "rb") as source, open(part, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        # Whoever was faster has kept the same.
        os.replace(part, place)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(part)
        why = f"The notebook's files cannot be kept on the volume: {error.strerror}. The next run is brought them again."
        send("unkept", message=why)
