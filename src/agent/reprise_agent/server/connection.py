"""How a kernel process and we find each other: the connection file, and the sockets it names."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import tempfile
from typing import Dict

from ..sockets import STARTERS, ipc_prefix

_PORTS = ("shell", "iopub", "stdin", "control", "hb")


class Connection:
    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix=STARTERS)
        self.file = os.path.join(self._folder, "kernel.json")
        self.key = secrets.token_hex(32).encode()
        place = ipc_prefix(self._folder)
        if place is not None:
            self._transport, self._host = "ipc", place
            self._ports = {name: number for number, name in enumerate(_PORTS, 1)}
        else:
            self._transport, self._host = "tcp", "127.0.0.1"
            self._ports = _free_ports()
        document = {
            **{f"{name}_port": port for name, port in self._ports.items()},
            "transport": self._transport,
            "ip": self._host,
            "key": self.key.decode(),
            "signature_scheme": "hmac-sha256",
            "kernel_name": "reprise",
        }
        with open(os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            json.dump(document, file)

    def address(self, channel: str) -> str:
        separator = "-" if self._transport == "ipc" else ":"
        return f"{self._transport}://{self._host}{separator}{self._ports[channel]}"

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _free_ports() -> Dict[str, int]:
    sockets = {name: socket.socket() for name in _PORTS}
    for each in sockets.values():
        each.bind(("127.0.0.1", 0))
    ports = {name: each.getsockname()[1] for name, each in sockets.items()}
    for each in sockets.values():
        each.close()
    return ports
