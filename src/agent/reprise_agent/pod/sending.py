"""Results as one tar, put to an address that whoever sent the run has from a store of theirs (a presigned URL)."""

from __future__ import annotations

import json
import os
import re
import tarfile
import time
from typing import Dict, Iterator, List, Tuple

from .results import Results

_BLOCK = 1 << 20
_SECONDS = 60
_TRIES = 3
_AZURE = re.compile(r"\.blob\.(core\.(windows|chinacloudapi|usgovcloudapi)\.(net|cn)|storage\.azure\.net)$")
_END = b"\0" * (2 * tarfile.BLOCKSIZE)


class Unsent(Exception):
    """Why it was not taken, in words that do not hold the address: whoever has it can write there."""


def send(address: str, root: str, results: Results) -> None:
    """`manifest.json` first, then each file of it beneath `files/`. Raises Unsent."""
    why = "it is no address"
    for attempt in range(_TRIES if address.startswith(("https://", "http://")) else 0):
        time.sleep(2 * attempt)
        why, again = _put(address, root, results)
        if not why:
            return
        if not again:
            break
    raise Unsent(f"The results cannot be sent: {why}. Fetch them while the pod holds them.")


def _put(address: str, root: str, results: Results) -> "Tuple[str, bool]":
    """Why it was not taken, and whether it may be another time."""
    import http.client
    import urllib.error
    import urllib.request

    try:
        members = _members(root, results)
        # A store that signs addresses wants to know how much comes.
        headers = {
            "Content-Length": str(
                sum(len(header) + _padded(size) for header, _, size in members) + len(_END)
            ),
            "Content-Type": "application/x-tar",
            **_headers_for(address),
        }
        request = urllib.request.Request(address, data=_blocks(members), headers=headers, method="PUT")
        with urllib.request.urlopen(request, timeout=_SECONDS):
            return "", False
    except urllib.error.HTTPError as error:
        return f"the server answered {error.code}", error.code >= 500
    except ValueError:
        return "it is no address", False
    except (OSError, http.client.HTTPException) as error:
        return type(getattr(error, "reason", error)).__name__, True


def _headers_for(address: str) -> "Dict[str, str]":
    """Azure's Blob Storage stores nothing without being told as what; at another store, a header that was not signed
    may be refused. Raises ValueError for no address. `src/cluster/addresses.ts` says the same."""
    from urllib.parse import parse_qs, urlsplit

    parts = urlsplit(address)
    # A shared access signature, behind whatever name.
    is_signed = {"sv", "sr", "sig"} <= set(parse_qs(parts.query))
    is_blob = is_signed or bool(_AZURE.search(parts.hostname or ""))
    return {"x-ms-blob-type": "BlockBlob"} if is_blob else {}


def _members(root: str, results: Results) -> "List[Tuple[bytes, str, int]]":
    """Header, path and size of each. Raises OSError."""
    with open(results.path, encoding="utf-8") as file:
        listed = json.load(file)["files"]
    first = (_header("manifest.json", results.size), results.path, results.size)
    rest = [
        (_header(f"files/{item['path']}", item["size"]), os.path.join(root, item["path"]), item["size"])
        for item in listed
    ]
    return [first, *rest]


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _blocks(members: "List[Tuple[bytes, str, int]]") -> Iterator[bytes]:
    for header, path, size in members:
        yield header
        with open(path, "rb") as file:
            yield from iter(lambda file=file: file.read(_BLOCK), b"")
        yield b"\0" * (_padded(size) - size)
    yield _END


def _padded(size: int) -> int:
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
