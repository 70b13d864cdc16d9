"""The four sockets between us and one kernel process. Loaded when the process is under way: its start takes longer."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

import zmq
from zmq.eventloop.zmqstream import ZMQStream

from .connection import Connection
from .wire import CHANNELS, Message, Signer, WireError


class Channels:
    """`heard` is called with each message, in the order of its channel; `heard_count` says how many came."""

    def __init__(self, connection: Connection, identity: str, heard: Callable[[Message], None]) -> None:
        self._signer = Signer(connection.key)
        self._heard = heard
        self._context = zmq.Context()
        self._streams: Dict[str, ZMQStream] = {}
        self.heard_count = 0
        for channel in CHANNELS:
            self._streams[channel] = self._open(channel, connection, identity)

    def _open(self, channel: str, connection: Connection, identity: str) -> ZMQStream:
        socket = self._context.socket(zmq.SUB if channel == "iopub" else zmq.DEALER)
        # Unbounded on both sides: what a kernel says is never dropped.
        socket.rcvhwm = socket.sndhwm = 0
        socket.linger = 0
        socket.reconnect_ivl = 10  # ms; the kernel is not listening yet
        if channel == "iopub":
            socket.subscribe(b"")
        else:
            # One identity: the kernel asks for input whoever asked it to run the cell.
            socket.identity = identity.encode()
        socket.connect(connection.address(channel))
        stream = ZMQStream(socket)
        stream.on_recv(lambda frames: self._receive(channel, frames), copy=False)
        return stream

    def _receive(self, channel: str, frames: List[Any]) -> None:
        self.heard_count += 1
        try:
            message = self._signer.message(channel, [frame.buffer for frame in frames])
        except WireError:
            return
        self._heard(message)

    def send(self, message: Message) -> None:
        self._streams[message.channel].send_multipart(self._signer.frames(message.parts))

    def close(self) -> None:
        for stream in self._streams.values():
            stream.close(linger=0)
        self._context.term()
