"""Kernel messages on their three ways: signed frames between us and the kernel, one binary message on a websocket
(`v1.kernel.websocket.jupyter.org`), and a request that we make ourselves."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import itertools
import json
import os
import secrets
import struct
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Union

PROTOCOL = "v1.kernel.websocket.jupyter.org"
CHANNELS = ("shell", "control", "stdin", "iopub")
_DELIMITER = b"<IDS|MSG>"

Buffer = Union[bytes, memoryview]


class WireError(Exception):
    """These bytes are no message."""


@dataclass
class Message:
    """`parts`: header, parent header, metadata and content as JSON, then any buffers."""

    channel: str
    header: Dict[str, Any]
    parent: Dict[str, Any]
    parts: Sequence[Buffer]

    @property
    def id(self) -> str:
        return self.header.get("msg_id", "")

    @property
    def kind(self) -> str:
        return self.header.get("msg_type", "")

    def metadata(self) -> Dict[str, Any]:
        """Raises WireError."""
        return _object(self.parts[2])

    def content(self) -> Dict[str, Any]:
        """Raises WireError."""
        return _object(self.parts[3])


def _message(channel: str, parts: Sequence[Buffer]) -> Message:
    """Only the two headers are parsed: the content can be large, and is seldom ours to read."""
    if channel not in CHANNELS or len(parts) < 4:
        raise WireError
    return Message(channel, _object(parts[0]), _object(parts[1]), parts)


def _object(part: Buffer) -> Dict[str, Any]:
    try:
        parsed = json.loads(bytes(part))
    except ValueError:
        raise WireError from None
    if not isinstance(parsed, dict):
        raise WireError
    return parsed


def to_websocket(message: Message) -> List[Buffer]:
    """The binary message in pieces, so that large ones are not copied: offsets, channel, then the parts."""
    channel = message.channel.encode()
    offsets = [8 * (len(message.parts) + 3)]
    for piece in (channel, *message.parts):
        offsets.append(offsets[-1] + len(piece))
    return [struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets), channel, *message.parts]


def from_websocket(data: bytes) -> Message:
    """Raises WireError."""
    try:
        (count,) = struct.unpack_from("<Q", data)
        offsets = struct.unpack_from(f"<{min(count, len(data))}Q", data, 8)
        pieces = [data[start:end] for start, end in zip(offsets, offsets[1:])]
        return _message(pieces[0].decode("ascii"), pieces[1:])
    except (struct.error, IndexError, UnicodeDecodeError):
        raise WireError from None


class Signer:
    """Frames as the kernel takes and gives them: delimiter, HMAC-SHA256 of the first four parts, the parts."""

    def __init__(self, key: bytes) -> None:
        self._empty = hmac.new(key, digestmod=hashlib.sha256)

    def frames(self, parts: Sequence[Buffer]) -> List[Buffer]:
        return [_DELIMITER, self._sign(parts), *parts]

    def message(self, channel: str, frames: Sequence[Buffer]) -> Message:
        """Raises WireError also where the signature is not the kernel's."""
        try:
            start = next(i for i, frame in enumerate(frames) if frame == _DELIMITER)
            signature, parts = frames[start + 1], frames[start + 2 :]
        except (StopIteration, IndexError):
            raise WireError from None
        if not hmac.compare_digest(bytes(signature), self._sign(parts)):
            raise WireError
        return _message(channel, parts)

    def _sign(self, parts: Sequence[Buffer]) -> bytes:
        signature = self._empty.copy()
        for part in parts[:4]:
            signature.update(part)
        return signature.hexdigest().encode()


class Maker:
    """Makes messages of ours. `session` tells their answers from those to the windows' requests."""

    def __init__(self) -> None:
        self.session = secrets.token_hex(16)
        self._count = itertools.count()

    def make(
        self, channel: str, kind: str, content: Dict[str, Any], session: Optional[str] = None
    ) -> Message:
        header = {
            "msg_id": f"{self.session}_{os.getpid()}_{next(self._count)}",
            "msg_type": kind,
            "username": "reprise",
            "session": session or self.session,
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(),
            "version": "5.3",
        }
        parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        return Message(channel, header, {}, parts)
