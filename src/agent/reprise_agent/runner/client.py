"""One kernel process and its channels: execute a cell, and say how that ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from ..outputs import MESSAGES, OutputArea
from ..sockets import STARTERS, ipc_prefix

# How long an interrupted cell may take to stop before its kernel is killed.
GRACE_SECONDS = 10.0
# How long outputs are read before it is looked whether somebody wants the run to end.
DRAIN_SECONDS = 0.5
# For what a kernel that died had written.
LAST_WORDS_SECONDS = 60.0
NUDGE_SECONDS = 1.0
END_SECONDS = 5.0
START_SECONDS = float(os.environ.get("REPRISE_START_SECONDS") or 60)


class KernelDied(Exception):
    """The kernel process ended by itself; `signal` names what killed it, where the system says."""

    def __init__(self, signal_name: Optional[str]) -> None:
        super().__init__(signal_name or "it exited")
        self.signal = signal_name


class Cancelled(Exception):
    """The owner cancelled the run."""


class NotStarted(Exception):
    """The kernel process ended, or did not answer in time; the message says which."""


class TimedOut(Exception):
    """A cell ran longer than it may."""


@dataclass
class Reply:
    status: str
    execution_count: Optional[int]
    record: Optional[Dict[str, Any]]
    error: Optional[Dict[str, Any]]


class Client:
    """Areas of all cells are kept: a later cell may update a display that an earlier one made."""

    def __init__(
        self,
        argv: List[str],
        environment: Dict[str, str],
        folder: str,
        cancelled: Callable[[], bool],
        wake: int,
    ) -> None:
        self._manager = KernelManager()
        self._sockets: Optional[str] = None
        self._manager._kernel_spec = KernelSpec(argv=argv, display_name="Reprise", language="python")
        self._environment = environment
        self._folder = folder
        self._cancelled = cancelled
        self._wake = wake
        self._areas: List[OutputArea] = []

    @property
    def pid(self) -> Optional[int]:
        return getattr(self._manager.provisioner, "pid", None)

    def start(self, protect: Callable[[Optional[int]], None]) -> None:
        """`protect` is told the kernel's process group. Raises NotStarted, Cancelled."""
        self._sockets = tempfile.mkdtemp(prefix=STARTERS)
        self._manager.connection_file = os.path.join(self._sockets, "kernel.json")
        place = ipc_prefix(self._sockets)
        if place is not None:
            self._manager.transport, self._manager.ip = "ipc", place
        self._manager.start_kernel(env=self._environment, cwd=self._folder)
        protect(self.pid)
        self._client = self._manager.client()
        # Unbounded on both sides: a dropped output would make the digest a lie.
        self._client.context.rcvhwm = 0
        self._client.start_channels(stdin=False, hb=False)
        self._poller = zmq.Poller()
        for channel in (self._client.iopub_channel, self._client.shell_channel):
            self._poller.register(channel.socket, zmq.POLLIN)
        self._poller.register(self._wake, zmq.POLLIN)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        """Asks until an answer has come on both channels: before that, the kernel's outputs might not reach us."""
        deadline = time.monotonic() + START_SECONDS
        asked, answered, heard, again = set(), False, False, 0.0
        while not (answered and heard):
            if self._cancelled():
                raise Cancelled
            if not self._manager.is_alive():
                raise NotStarted("it ended before it could be asked anything")
            if time.monotonic() > deadline:
                limit = (
                    f"it did not answer within {START_SECONDS:g} s (REPRISE_START_SECONDS sets another limit)"
                )
                raise NotStarted(limit)
            if time.monotonic() > again:
                asked.add(self._client.kernel_info())
                again = time.monotonic() + (0.1 if answered else 1.0)
            ready = dict(self._poller.poll(100))
            if self._client.shell_channel.socket in ready:
                answered = (
                    self._client.get_shell_msg(timeout=1)["parent_header"].get("msg_id") in asked or answered
                )
            if self._client.iopub_channel.socket in ready:
                heard = self._client.get_iopub_msg(timeout=1)["parent_header"].get("msg_id") in asked or heard

    def execute(
        self, source: str, cell_id: str, index: int, area: OutputArea, timeout: Optional[float], stop: bool
    ) -> Reply:
        self._areas.append(area)
        session = self._client.session
        content = dict(
            code=source,
            silent=False,
            store_history=True,
            user_expressions={},
            allow_stdin=False,
            stop_on_error=stop,
        )
        message = session.msg(
            "execute_request", content, metadata={"cellId": cell_id, "reprise": {"index": index}}
        )
        self._client.shell_channel.send(message)
        return self._collect(message["header"]["msg_id"], area, timeout)

    def _collect(self, message: str, area: OutputArea, timeout: Optional[float]) -> Reply:
        deadline = time.monotonic() + timeout if timeout else None
        asked_to_stop: Optional[Exception] = None
        nudge = 0.0
        reply, idle = None, False
        while reply is None or not idle:
            now = time.monotonic()
            if asked_to_stop is None:
                if self._cancelled():
                    # Its pipe stays readable from now on.
                    self._poller.unregister(self._wake)
                    asked_to_stop = Cancelled()
                elif deadline is not None and now > deadline:
                    asked_to_stop = TimedOut()
                if asked_to_stop is not None:
                    deadline = now + GRACE_SECONDS
            elif deadline is not None and now > deadline:
                raise asked_to_stop
            if asked_to_stop is not None and now > nudge:
                # A kernel that has not begun the cell yet drops an interrupt: it is sent until it is heeded.
                self._manager.interrupt_kernel()
                nudge = now + NUDGE_SECONDS
            ready = dict(self._poller.poll(200 if deadline is None else _milliseconds(deadline)))
            if self._client.iopub_channel.socket in ready:
                idle = self._read_outputs(message, area) or idle
            if self._client.shell_channel.socket in ready:
                reply = self._read_reply(message) or reply
            if not ready and not self._manager.is_alive():
                self._read_outputs(message, area, LAST_WORDS_SECONDS)
                raise KernelDied(self._end_signal())
        if isinstance(asked_to_stop, Cancelled):
            raise asked_to_stop
        if asked_to_stop is not None:
            reply.status = "timeout"
        return reply

    def _read_outputs(self, parent: str, area: OutputArea, seconds: float = DRAIN_SECONDS) -> bool:
        """Whether the cell has ended. No longer than `seconds`: a cell without end may write faster than this reads."""
        idle = False
        until = time.monotonic() + seconds
        while self._client.iopub_channel.socket.poll(0) and time.monotonic() < until:
            message = self._client.get_iopub_msg(timeout=1)
            kind, content = message["msg_type"], message["content"]
            if kind == "update_display_data":
                for known in self._areas:
                    known.update(content)
            elif message["parent_header"].get("msg_id") == parent:
                if kind in MESSAGES:
                    area.add(kind, content)
                idle = idle or (kind == "status" and content["execution_state"] == "idle")
        return idle

    def _read_reply(self, parent: str) -> Optional[Reply]:
        message = self._client.get_shell_msg(timeout=1)
        if message["parent_header"].get("msg_id") != parent:
            return None
        content = message["content"]
        error = (
            {key: content[key] for key in ("ename", "evalue", "traceback")} if "ename" in content else None
        )
        return Reply(
            content["status"], content.get("execution_count"), message["metadata"].get("reprise"), error
        )

    def _end_signal(self) -> Optional[str]:
        code = getattr(getattr(self._manager.provisioner, "process", None), "returncode", None)
        return signal.Signals(-code).name if isinstance(code, int) and code < 0 else None

    def stop(self, now: bool) -> None:
        """Ends the kernel and every process of its group: workers of a killed pool would stay behind."""
        group = self.pid
        with contextlib.suppress(Exception):
            if not now:
                self._ask_to_end()
            self._client.stop_channels()
        with contextlib.suppress(Exception):
            self._manager.shutdown_kernel(now=True)
        self._kill(group)
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _ask_to_end(self) -> None:
        self._client.shutdown()
        deadline = time.monotonic() + END_SECONDS
        while self._manager.provisioner.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)

    def _kill(self, group: Optional[int]) -> None:
        if group is not None and hasattr(os, "killpg"):
            try:
                os.killpg(group, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass


def _milliseconds(deadline: float) -> int:
    return max(1, min(200, int((deadline - time.monotonic()) * 1000) + 1))
