"""The JavaScript kernel's process and its channels."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from typing import Any, Awaitable, Callable, Dict, List, Optional

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import write_connection_file

# tslab answers `abort` to what comes within 200 ms of an error.
AFTER_ERROR_SECONDS = 0.25
# Of a kernel whose outputs can come after `idle`, and which writes no marker behind them.
LATE_SECONDS = 0.25
# For a marker: on a busy machine it waits in the kernel's queue behind what the cell wrote.
MARKER_SECONDS = 10.0
START_SECONDS = float(os.environ.get("REPRISE_START_SECONDS") or 60)
END_SECONDS = 2.0
_POLL_SECONDS = 0.2

Heard = Callable[[str, Dict[str, Any]], None]
# Has the kernel write a text behind all that it wrote before.
Mark = Callable[[str], Awaitable[None]]


class ChildDied(Exception):
    """The JavaScript kernel ended by itself; `code` is its exit code, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"it ended with {code}")
        self.code = code


class Child:
    """`argv` holds `{connection_file}`. The process is in our group: whoever interrupts or kills us reaches it too."""

    def __init__(self, argv: List[str], folder: str, late: bool) -> None:
        self._argv = argv
        self._file = os.path.join(folder, "kernel.json")
        self._late = late
        self._process: Optional["subprocess.Popen[bytes]"] = None
        self._client: Any = None
        self._failed_at = 0.0
        self._markers = Markers()

    async def start(self, environment: Dict[str, str], errors: int) -> None:
        """`errors` is a descriptor for what the process itself writes. Raises ChildDied, TimeoutError."""
        write_connection_file(self._file, key=secrets.token_hex(32).encode())
        argv = [part.replace("{connection_file}", self._file) for part in self._argv]
        self._process = subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            preexec_fn=_end_with_parent,
        )
        self._client = AsyncKernelClient(connection_file=self._file)
        self._client.load_connection_file()
        # Unbounded: a dropped output would make the digest a lie.
        self._client.context.rcvhwm = 0
        self._client.start_channels(stdin=False, hb=False)
        deadline = time.monotonic() + START_SECONDS
        asked: List[str] = []
        heard = answered = False
        while not (heard and answered):
            self._require_alive()
            if time.monotonic() > deadline:
                raise TimeoutError(f"the JavaScript kernel did not answer within {START_SECONDS:g} s")
            asked.append(self._client.kernel_info())
            for wait in (self._client.get_shell_msg, self._client.get_iopub_msg):
                message = await _within(_POLL_SECONDS, wait)
                if message is None or message["parent_header"].get("msg_id") not in asked:
                    continue
                answered = answered or message["msg_type"] == "kernel_info_reply"
                heard = heard or message["msg_type"] == "status"

    async def execute(
        self, code: str, heard: Heard, silent: bool = False, mark: Optional[Mark] = None
    ) -> Dict[str, Any]:
        """The reply's content; `heard` is called with kind and content of each output as it comes. Of a kernel whose outputs
        come late, they are waited for up to what `mark` has it write. Raises ChildDied."""
        pause = self._failed_at + AFTER_ERROR_SECONDS - time.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
        message = self._client.execute(code, silent=silent, store_history=not silent, allow_stdin=False)
        reply: Optional[Dict[str, Any]] = None
        idle = False
        while reply is None or not idle:
            if not idle:
                idle = await self._hear(message, heard, _POLL_SECONDS)
            if reply is None:
                reply = await self._reply(message, 0.001 if not idle else _POLL_SECONDS)
            if reply is None or not idle:
                self._require_alive()
        if self._late and not await self._marked(message, heard, mark):
            while await self._hear(message, heard, LATE_SECONDS, late=True):
                pass
        if reply.get("status") != "ok":
            self._failed_at = time.monotonic()
        return reply

    async def ask(self, method: str, *args: Any) -> Optional[Dict[str, Any]]:
        """The answer to `complete`, `inspect` or `is_complete`; None where none comes in time."""
        message = getattr(self._client, method)(*args)
        return await self._reply(message, 5.0)

    async def stop(self) -> None:
        process = self._process
        if process is None:
            return
        with contextlib.suppress(Exception):
            self._client.shutdown()
            deadline = time.monotonic() + END_SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                await asyncio.sleep(0.01)
        with contextlib.suppress(Exception):
            self._client.stop_channels()
        if process.poll() is None:
            process.kill()
            process.wait()

    async def _marked(self, parent: str, heard: Heard, mark: Optional[Mark]) -> bool:
        """Whether all outputs of a cell that is idle have come: each way that they take has brought its marker."""
        if mark is None or not self._markers.are_written:
            return False
        await mark(self._markers.begin())
        deadline = time.monotonic() + MARKER_SECONDS
        while self._markers.pending:
            if time.monotonic() > deadline:
                self._markers.are_written = False
                return False
            self._require_alive()
            await self._hear(parent, heard, _POLL_SECONDS, late=True)
        return True

    async def _hear(self, parent: str, heard: Heard, seconds: float, late: bool = False) -> bool:
        """One message, and what has come behind it. Whether the cell is idle; with `late`, whether anything came."""
        message = await _within(seconds, self._client.get_iopub_msg)
        idle = False
        while message is not None:
            kind = message["msg_type"]
            content = self._markers.without(kind, message["content"])
            if content is None:
                pass
            elif kind == "update_display_data" or message["parent_header"].get("msg_id") == parent:
                if kind == "status":
                    idle = idle or content["execution_state"] == "idle"
                else:
                    heard(kind, content)
                    idle = idle or late
            if idle and not late:
                return True
            message = await _within(0.001, self._client.get_iopub_msg)
        return idle

    async def _reply(self, parent: str, seconds: float) -> Optional[Dict[str, Any]]:
        message = await _within(seconds, self._client.get_shell_msg)
        if message is None or message["parent_header"].get("msg_id") != parent:
            return None
        return message["content"]

    def _require_alive(self) -> None:
        code = self._process.poll() if self._process is not None else 0
        if code is not None:
            raise ChildDied(code)


class Markers:
    """Texts that a kernel writes as stream and as display, the two ways that outputs take; none of them is an output."""

    def __init__(self) -> None:
        self.pending: "set[str]" = set()
        # Until a kernel failed to write one in time.
        self.are_written = True
        self._secret = f"reprise-{secrets.token_hex(16)}-"
        self._number = 0

    def begin(self) -> str:
        self._number += 1
        self.pending = {"stream", "display_data"}
        return f"{self._secret}{self._number}"

    def without(self, kind: str, content: Dict[str, Any]) -> Optional[Dict[str, Any]]:
        """What a message says besides a marker; None where that is nothing."""
        shown = str(content.get("data", {}).get("text/plain", "")) if kind == "display_data" else ""
        if shown.startswith(self._secret):
            self._heard(kind, shown)
            return None
        if kind != "stream" or self._secret not in content["text"]:
            return content
        before, _, rest = content["text"].partition(self._secret)
        number, _, after = rest.partition("\n")
        self._heard(kind, f"{self._secret}{number}")
        return {**content, "text": before + after} if before + after else None

    def _heard(self, kind: str, marker: str) -> None:
        # One of a cell before, which was no longer waited for, ends nothing.
        if marker == f"{self._secret}{self._number}":
            self.pending.discard(kind)


async def _within(seconds: float, wait: Callable[..., Awaitable[Any]]) -> Optional[Dict[str, Any]]:
    import queue

    try:
        return await wait(timeout=seconds)
    except queue.Empty:
        return None


def _end_with_parent() -> None:
    """Runs in the child before the kernel: one whose keeper was killed does not stay behind."""
    if sys.platform.startswith("linux"):
        import ctypes

        pr_set_pdeathsig = 1  # <sys/prctl.h>
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
