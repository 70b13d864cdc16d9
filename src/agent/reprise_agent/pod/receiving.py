"""A bundle that is too large to be mounted: it is brought in pieces, each by a command in the container that waits for it.

Every piece has its place and its digest, so one that comes twice changes nothing, and whoever was cut off asks what is
here and goes on behind it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import select
import sys
import time
from typing import IO, Callable, Iterator, List, Optional

from . import request
from .ending import Ending
from .request import BUNDLE, Refused, Request, read_request

PIECE_BYTES = 4 << 20
# A sender that is gone without a word does not end its command.
_SILENCE_SECONDS = 20.0
_POLL_SECONDS = 0.2
_STDIN = 0


def await_bundle(asked: Request, archive: str, send: Callable[..., None], ending: Ending) -> None:
    """Until all of the bundle is in the file `archive`. Raises Refused where nothing more comes for the request's
    `patience`, or the run is ended before."""
    patience = asked.patience or 0.0
    with open(archive, "ab"):
        pass
    if os.path.getsize(archive) > asked.bundle.size:
        os.truncate(archive, 0)
    have, began = os.path.getsize(archive), time.monotonic()
    send("wanting", have=have, size=asked.bundle.size, piece=PIECE_BYTES, seconds=patience)
    heard = time.monotonic()
    while have < asked.bundle.size:
        if ending.cancelled():
            raise ending.refusal()
        if time.monotonic() - heard > patience:
            raise _given_up(have, asked)
        time.sleep(_POLL_SECONDS)
        before, have = have, os.path.getsize(archive)
        heard = time.monotonic() if have > before else heard
    send("received", size=have, seconds=round(time.monotonic() - began, 1))


def receive(given: str, work: str, piece: List[str]) -> int:
    """`agent.pyz receive IN WORK [OFFSET SIZE SHA256]`: takes a piece from stdin, if one is named, and prints what is here
    after it: `{"wanting", "have", "size", "refused"?}`. A piece is refused that is not what its digest says (`digest`), that
    broke off (`short`), or that would leave a gap (`gap`). Exit code 2: this cannot be a piece of the bundle."""
    try:
        asked = read_request(given)
        offset, size, sha256 = _piece(piece, asked) if piece else (0, 0, None)
    except (Refused, ValueError) as error:
        print(f"Nothing was received: {error}", file=sys.stderr)
        return 2
    refused = None
    data = _read(size)
    # Before anything is locked or written: a connection that hangs keeps nobody else out.
    if len(data) < size:
        refused = "short"
    elif sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        refused = "digest"
    with _opened(os.path.join(work, BUNDLE)) as file:
        if file is None:
            state = {"wanting": False, "have": 0, "size": asked.bundle.size}
        else:
            if refused is None:
                refused = _put(file, offset, data)
            have = os.fstat(file.fileno()).st_size
            state = {"wanting": have < asked.bundle.size, "have": have, "size": asked.bundle.size}
    print(json.dumps({**state, **({"refused": refused} if refused else {})}), flush=True)
    return 0


def _piece(words: List[str], asked: Request) -> "tuple[int, int, str]":
    """Raises ValueError."""
    if len(words) != 3:
        raise ValueError("a piece is named by its offset, its size and its sha256.")
    offset, size, sha256 = int(words[0]), int(words[1]), words[2]
    if not 0 <= size <= PIECE_BYTES:
        raise ValueError(f"a piece has at most {PIECE_BYTES} bytes.")
    if offset < 0 or offset + size > asked.bundle.size:
        raise ValueError(f"the bundle has {asked.bundle.size} bytes.")
    return offset, size, sha256


def _read(size: int) -> bytes:
    """Fewer bytes where the sender has gone, or is silent."""
    blocks: List[bytes] = []
    left = size
    while left > 0 and select.select([_STDIN], [], [], _SILENCE_SECONDS)[0]:
        block = os.read(_STDIN, min(left, 1 << 16))
        if not block:
            break
        blocks.append(block)
        left -= len(block)
    return b"".join(blocks)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[Optional[IO[bytes]]]:
    """The bundle's file, for nobody else meanwhile; None where none is waited for, or it was taken."""
    try:
        file = open(path, "r+b", buffering=0)
    except FileNotFoundError:
        yield None
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _put(file: IO[bytes], offset: int, data: bytes) -> Optional[str]:
    """What is here stays as it is. Raises OSError where the disk is full; what it could write is right."""
    have = os.fstat(file.fileno()).st_size
    if offset > have:
        return "gap"
    rest = memoryview(data)[have - offset :]
    file.seek(have)
    while rest:
        rest = rest[file.write(rest) :]
    return None


def _given_up(have: int, asked: Request) -> Refused:
    patience = f"{asked.patience:g} s"
    why = (
        f"The notebook's files were not brought: nothing came for {patience}, and {have} of {asked.bundle.size} bytes are here. "
        "Nothing ran. Send the run again, and leave the command running until the pod has them all."
    )
    return Refused(request.NOTHING_RAN, "not-brought", why)
