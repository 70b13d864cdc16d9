"""The bundle from an address (a presigned URL). A download that is cut goes on where it was, at a store that can do that."""

from __future__ import annotations

import os
import time
from typing import IO, Any, Dict, Optional

from .ending import Ending
from .request import NOTHING_RAN, Refused

_BLOCK = 1 << 20
# Shorter than the time between SIGTERM and SIGKILL.
_SILENCE_SECONDS = 20
# In a row, without a byte more than before.
_TRIES = 4
_PAUSE_SECONDS = 0.5
_REACH = "A NetworkPolicy has to let pods of Reprise reach it and the names' server (deploy/README.md)."
_TRUST = "The image has to trust its certificate (SSL_CERT_FILE names those that are)."


def download(variable: str, target: str, size: int, ending: Ending) -> None:
    """Writes what the address in the environment `variable` gives into the file `target`: at most a block more than
    `size` bytes. The address is a secret, as whoever has it can read the bundle: neither the notebook nor any message
    has it. Raises Refused, and OSError where the file cannot be written."""
    address = os.environ.pop(variable, "")
    if not address.startswith(("https://", "http://")):
        raise _refused(f"{variable} holds no address")
    with open(target, "wb") as file:
        coming = _Download(address, file, size, ending)
        most, tries = 0, 0
        while not coming.go_on():
            tries = 1 if file.tell() > most else tries + 1
            most = max(most, file.tell())
            if tries == _TRIES:
                raise _refused(f"{coming.why} ({most} of {size} bytes came)", coming.hint)
            time.sleep(_PAUSE_SECONDS * 2 ** (tries - 1))


class _Download:
    def __init__(self, address: str, file: IO[bytes], size: int, ending: Ending) -> None:
        self._address = address
        self._file = file
        self._size = size
        self._ending = ending
        self._version: Optional[str] = None
        self.why = ""
        self.hint = ""

    def go_on(self) -> bool:
        """Whether all that the address gives is in the file now; else `why` says what cut it off. Raises as `download`."""
        import http.client

        response = self._opened()
        if response is None:
            return False
        with response:
            end = _end(response, self._file.tell())
            while self._file.tell() <= self._size:
                if self._ending.cancelled():
                    raise self._ending.refusal()
                try:
                    block = response.read(_BLOCK)
                except (OSError, http.client.HTTPException):
                    return self._cut("the connection was lost")
                if not block:
                    is_whole = end is None or self._file.tell() >= end
                    return is_whole or self._cut("the connection was lost")
                self._file.write(block)
        return True

    def _opened(self) -> Any:
        """None where it may be had another time."""
        import http.client
        import urllib.error
        import urllib.request

        have = self._file.tell()
        try:
            request = urllib.request.Request(self._address, headers=self._headers(have))
            response = urllib.request.urlopen(request, timeout=_SILENCE_SECONDS)
        except urllib.error.HTTPError as error:
            with error:
                return self._answered(error.code)
        except ValueError:
            raise _refused("it is no address") from None
        except (OSError, http.client.HTTPException) as error:
            name = type(getattr(error, "reason", error)).__name__
            self._cut(f"the pod does not reach its server ({name})", _TRUST if "SSL" in name else _REACH)
            return None
        self._version = response.headers.get("ETag")
        if response.status != 206:
            self._anew()
        elif not _begins_at(response, have):
            response.close()
            self._anew()
            self._cut("its server gave another part than was asked for")
            return None
        return response

    def _headers(self, have: int) -> Dict[str, str]:
        if have == 0:
            return {}
        # Bytes of two versions make neither.
        is_strong = self._version is not None and not self._version.startswith("W/")
        return {"Range": f"bytes={have}-", **({"If-Range": self._version or ""} if is_strong else {})}

    def _answered(self, code: int) -> None:
        if code == 416:
            self._anew()
        elif code < 500 and code not in (408, 429):
            meant = "it has expired, or is not one to read from" if code in (401, 403) else "nothing is there"
            raise _refused(f"its server answered {code}: {meant}")
        self._cut(f"its server answered {code}")

    def _anew(self) -> None:
        self._file.seek(0)
        self._file.truncate()

    def _cut(self, why: str, hint: str = "") -> bool:
        self.why, self.hint = why, hint
        return False


def _end(response: Any, start: int) -> Optional[int]:
    """Where the content ends; a connection that is lost ends like one that has given everything."""
    length = response.headers.get("Content-Length")
    return start + int(length) if length is not None and length.isdigit() else None


def _begins_at(response: Any, offset: int) -> bool:
    return str(response.headers.get("Content-Range", "")).startswith(f"bytes {offset}-")


def _refused(why: str, hint: str = "") -> Refused:
    said = f"The notebook's files cannot be fetched from their address: {why}. Nothing ran."
    return Refused(NOTHING_RAN, "fetch", f"{said} {hint}".strip())
