"""`serve`: one line of JSON in, one line out, then a life of its own (docs/internals.md, "Local server")."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any, Optional

from ..config import TOKENS

INFRASTRUCTURE = 5


@dataclass
class Request:
    token: str
    place: str
    owner: Optional[str]
    notebook: str


class Refused(Exception):
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def serve() -> int:
    """Exit code 0 when the server has ended, or another serves this place; 5 when it cannot serve."""
    for name in TOKENS:
        os.environ.pop(name, None)
    try:
        return _serve(_read_request())
    except Refused as error:
        _say(event="failed", reason=error.reason, message=str(error))
        return INFRASTRUCTURE


def _serve(request: Request) -> int:
    if not hasattr(os, "fork"):
        raise Refused("platform", "The local kernel server needs Linux or macOS; on Windows it runs in WSL.")
    if any(importlib.util.find_spec(name) is None for name in ("ipykernel", "tornado", "zmq")):
        raise Refused("no-ipykernel", "This Python has no ipykernel, which Reprise runs notebooks with.")
    from ..guard import Guard
    from .place import Place, PlaceError, Taken

    # Forked before there is anything that it must not inherit: the lock, threads.
    guard = Guard()
    place = Place(request.place)
    try:
        place.take()
    except Taken:
        _say(event="taken")
        return 0
    except PlaceError as error:
        raise Refused("place", str(error)) from None
    # Already so where the starter made it the leader of a session.
    with contextlib.suppress(PermissionError):
        os.setsid()
    try:
        asyncio.run(_live(request, place, guard))
    finally:
        place.leave()
    # Not where something of ours failed: then the guard ends what may be left.
    guard.dismiss()
    return 0


async def _live(request: Request, place: Any, guard: Any) -> None:
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets

    from .api import LARGEST_MESSAGE, application
    from .host import Host
    from .log import Log

    log = Log(place.log, request.token)
    host = Host(place, log, guard, request.token, request.owner, request.notebook)
    server = HTTPServer(application(host), max_buffer_size=LARGEST_MESSAGE)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    _answer_signals(host)
    try:
        host.publish(sockets[0].getsockname()[1])
    except OSError as error:
        raise Refused("place", f"{place.path} cannot be written: {error.strerror}.") from None
    _say(event="ready", port=host.port, pid=os.getpid())
    log.receive()
    watching = asyncio.ensure_future(host.watch_limits())
    await host.stopping.wait()
    watching.cancel()
    await host.end()
    server.stop()


def _answer_signals(host: Any) -> None:
    """A kernel inherits what is ignored, but not what is handled: nothing is ignored here."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, host.stopping.set)


def _read_request() -> Request:
    try:
        given = json.loads(sys.stdin.readline())
        return Request(given["token"], given["place"], given.get("owner"), given.get("notebook", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(
            "bad-request", f"The server was not told what it serves: {type(error).__name__}."
        ) from None


def _say(**event: Any) -> None:
    # The starter may be gone already; the server is found by its place.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()
