"""One window's websocket on the kernel: a reader of its journal, and a way for its requests."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, List, Optional, Union

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from .access import Guarded
from .host import TAKEN, Host
from .journal import Reader
from .wire import PROTOCOL, WireError, from_websocket

_UNSUPPORTED = 1003


class KernelSocket(Guarded, WebSocketHandler):
    """Messages can come twice, to a session that comes back: windows go by their `msg_id`."""

    def initialize(self, host: Host) -> None:
        self.host = host
        self._reader: Optional[Reader] = None
        self._sending: "Optional[asyncio.Task[None]]" = None

    async def get(self, *args: Any, **kwargs: Any) -> None:
        kernel = self.host.kernel
        if kernel is None or kernel.id != args[0]:
            self.refuse(404, "There is no such kernel.")
        elif PROTOCOL not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            self.refuse(400, f"The websocket must speak {PROTOCOL}.")
        else:
            await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        return True  # seen to by `prepare`

    def select_subprotocol(self, subprotocols: List[str]) -> Optional[str]:
        return PROTOCOL

    def get_compression_options(self) -> None:
        return None

    def open(self, *args: str, **kwargs: str) -> None:
        kernel = self.host.kernel
        session = self.get_argument("session_id", "")
        if kernel is None or kernel.id != args[0] or not self.host.lease.admits(session):
            # Its owner lost the kernel to another window, and this socket only tried to come back.
            self.close(TAKEN, "Another window uses the kernel.")
            return
        self.set_nodelay(True)
        self.host.sockets.add(self)
        self._kernel = kernel
        self._reader = kernel.journal.reader(session)
        self._sending = asyncio.ensure_future(self._send(self._reader))

    async def _send(self, reader: Reader) -> None:
        """The next block goes when the last was taken: a slow window makes nothing wait but itself."""
        with contextlib.suppress(WebSocketClosedError):
            while True:
                messages = reader.take()
                if messages:
                    self.host.lease.touch()
                    await asyncio.gather(*[self.write_message(each, binary=True) for each in messages])
                    continue
                question = reader.question()
                if question is not None:
                    self.ping(question)
                await reader.wait()

    def on_pong(self, data: bytes) -> None:
        if self._reader is not None:
            self._reader.answer(data)

    def on_message(self, message: Union[str, bytes]) -> None:
        if self not in self.host.sockets:
            return  # it is being closed
        self.host.lease.touch()
        try:
            if isinstance(message, str):
                raise WireError
            self._kernel.ask(from_websocket(message))
        except WireError:
            self.close(_UNSUPPORTED, "This was not a kernel message.")

    def on_close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        if self._sending is not None:
            self._sending.cancel()
        self.host.sockets.discard(self)
        self.host.lease.leave()
