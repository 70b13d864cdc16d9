"""Keyed streams: every value that Reprise puts in the place of fresh entropy comes from here."""

from __future__ import annotations

import hashlib
import hmac
import struct


class Streams:
    """Streams of one run. Construction: HMAC-SHA256 over the stream's name, SHA-256 in counter mode for its bytes."""

    def __init__(self, seed: str) -> None:
        self._key = hashlib.sha256(b"reprise/entropy/1\0" + seed.encode()).digest()

    def key(self, *parts: object) -> bytes:
        name = "\0".join(str(part) for part in parts)
        return hmac.new(self._key, b"reprise/stream/1\0" + name.encode(), hashlib.sha256).digest()

    def bytes(self, count: int, *parts: object) -> bytes:
        key, blocks, counter = self.key(*parts), [], 0
        while 32 * counter < count:
            blocks.append(hashlib.sha256(key + counter.to_bytes(8, "big")).digest())
            counter += 1
        return b"".join(blocks)[:count]

    def bits(self, count: int, *parts: object) -> int:
        """An unsigned integer below 2**count."""
        value = int.from_bytes(self.bytes((count + 7) // 8, *parts), "big")
        return value >> (-count % 8)

    def words(self, count: int, *parts: object) -> list:
        """`count` unsigned 32-bit words: what NumPy's legacy seeding takes."""
        return list(struct.unpack(f">{count}I", self.bytes(4 * count, *parts)))

    def hash_seed(self) -> str:
        return str(int.from_bytes(self.key("hashseed")[:4], "big"))
