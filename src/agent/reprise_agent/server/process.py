"""One kernel process: from its start until it, and every process of its group, is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional

from ..guard import Guard
from .connection import Connection
from .log import Log
from .wire import Maker, Message

START_SECONDS = float(os.environ.get("REPRISE_START_SECONDS") or 60)
_GRACE_SECONDS = 5.0
_QUIET_SECONDS = 0.03
_SAID_BYTES = 16384
_SAID_LINES = 20


class NotStarted(Exception):
    """The kernel does not run; the message says why, `said` what it wrote last."""

    def __init__(self, why: str, said: str) -> None:
        super().__init__(why)
        self.said = said


@dataclass
class End:
    """How a process ended: by a signal, or with an exit code."""

    signal: Optional[str]
    code: Optional[int]

    def __str__(self) -> str:
        return self.signal or f"exit code {self.code}"


class Process:
    """`heard` is called with every message that is not an answer to us."""

    def __init__(self, heard: Callable[[Message], None], log: Log, guard: Guard) -> None:
        self._heard = heard
        self._log = log
        self._guard = guard
        self._maker = Maker()
        self._said = b""
        self._answered = self._published = False
        self._progress = asyncio.Event()
        self._connection = Connection()
        self._channels: Any = None
        self.session = ""
        self.pid: Optional[int] = None
        self.ended: "asyncio.Future[End]" = asyncio.get_running_loop().create_future()

    async def start(self, environment: Dict[str, str], folder: str, identity: str) -> None:
        """Until it answers on both ways: before that, its outputs might not reach us. Raises NotStarted; then, and when
        it is cancelled, nothing of the process is left."""
        try:
            self._spawn(environment, folder)
            from .channels import Channels

            self._channels = Channels(self._connection, identity, self._receive)
            await self._wait_until_ready()
        except OSError as error:
            self.discard()
            raise NotStarted(f"{error.strerror} ({error.filename or folder})", self.said) from None
        except BaseException:
            self.discard()
            raise

    def _spawn(self, environment: Dict[str, str], folder: str) -> None:
        agent = os.path.abspath(sys.argv[0])
        argv = [sys.executable, agent, "-f", self._connection.file]
        # ipykernel ends by itself when this process is no longer its parent, should even the guard be gone.
        environment = {**environment, "JPY_PARENT_PID": str(os.getpid())}
        self._pipe, writing = os.pipe()
        os.set_blocking(self._pipe, False)
        asyncio.get_running_loop().add_reader(self._pipe, self._listen)
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        self.pid = process.pid
        self._guard.protect(self.pid)
        threading.Thread(
            target=self._await_end, args=(process, asyncio.get_running_loop()), daemon=True
        ).start()

    async def _wait_until_ready(self) -> None:
        deadline, again = time.monotonic() + START_SECONDS, 0.0
        while not (self._answered and self._published):
            if self.ended.done():
                raise NotStarted(
                    f"it ended before it could be asked anything ({self.ended.result()})", self.said
                )
            if time.monotonic() > deadline:
                limit = (
                    f"it did not answer within {START_SECONDS:g} s (REPRISE_START_SECONDS sets another limit)"
                )
                raise NotStarted(limit, self.said)
            if time.monotonic() > again:
                self._channels.send(self._maker.make("shell", "kernel_info_request", {}))
                again = time.monotonic() + (0.1 if self._answered else 1.0)
            self._progress.clear()
            # Not `wait_for`: before Python 3.12 it can swallow a cancellation.
            alarm = asyncio.get_running_loop().call_later(0.1, self._progress.set)
            await self._progress.wait()
            alarm.cancel()

    def send(self, message: Message) -> None:
        self._channels.send(message)

    def interrupt(self) -> None:
        """As Ctrl-C in a terminal: the kernel and every process of its group."""
        self._signal(signal.SIGINT)

    async def shut_down(self, restart: bool) -> End:
        """Asks it to end, and kills what has not ended in time."""
        if not self.ended.done():
            self._channels.send(self._maker.make("control", "shutdown_request", {"restart": restart}))
            await asyncio.wait([self.ended], timeout=_GRACE_SECONDS)
        self._signal(signal.SIGKILL)
        return await asyncio.shield(self.ended)

    async def drain(self) -> None:
        """What the dead process had said may still be on its way to us."""
        quiet = 0
        while quiet < 2:
            before = self._channels.heard_count
            await asyncio.sleep(_QUIET_SECONDS)
            quiet = quiet + 1 if self._channels.heard_count == before else 0

    def discard(self) -> None:
        """Ends it at once where it has not ended, and frees what it used."""
        if self.pid is not None:
            self._signal(signal.SIGKILL)
            asyncio.get_running_loop().remove_reader(self._pipe)
            self._listen()
            os.close(self._pipe)
        if self._channels is not None:
            self._channels.close()
        self._connection.remove()

    @property
    def said(self) -> str:
        """The last lines that it wrote to its standard streams, the home directory as `~`; of a crash the first, which
        are the innermost frames."""
        text = self._said.decode("utf-8", "replace").strip()
        home = os.path.expanduser("~").rstrip(os.sep)
        text = text.replace(home, "~") if home else text
        _, crash, frames = text.rpartition("Fatal Python error: ")
        if crash:
            return "\n".join((crash + frames).splitlines()[:_SAID_LINES])
        return "\n".join(text.splitlines()[-_SAID_LINES:])

    def _receive(self, message: Message) -> None:
        if message.parent.get("session") == self._maker.session:
            self._answered = self._answered or message.kind == "kernel_info_reply"
            self._published = self._published or message.channel == "iopub"
            self._progress.set()
        elif message.kind != "iopub_welcome":
            self.session = message.header.get("session", "")
            self._heard(message)

    def _listen(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                said = os.read(self._pipe, 65536)
                if not said:
                    asyncio.get_running_loop().remove_reader(self._pipe)
                    return
                self._said = (self._said + said)[-_SAID_BYTES:]
                self._log.write(said)

    def _await_end(self, process: "subprocess.Popen[bytes]", loop: asyncio.AbstractEventLoop) -> None:
        code = process.wait()
        # The loop is closed where the server itself has ended meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._has_ended, code)

    def _has_ended(self, code: int) -> None:
        # Workers of a killed pool would stay behind.
        self._signal(signal.SIGKILL)
        self._guard.release(self.pid)
        end = End(signal.Signals(-code).name, None) if code < 0 else End(None, code)
        self.ended.set_result(end)
        self._progress.set()

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is not None and not self.ended.done():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)
