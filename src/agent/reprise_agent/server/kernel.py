"""The live kernel: one after another, the processes that a notebook's cells ran in, and what they said."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import logging
import secrets
import uuid
from typing import Any, Dict, Optional

from ..guard import Guard
from ..record.summary import append_summary
from .journal import Execution, Journal
from .log import Log
from .process import NotStarted, Process
from .starting import Run, Start, begin_run
from .wire import Maker, Message

_INTERRUPT_SECONDS = 2.0


class Kernel:
    """A process that ends by itself is not replaced: its variables are lost, and the windows must say so."""

    def __init__(self, name: str, start: Start, log: Log, guard: Guard) -> None:
        self.id = str(uuid.uuid4())
        self.name = name
        self.journal = Journal()
        self.state = "starting"
        self.last_activity = _now()
        self._start = start
        self._log = log
        self._guard = guard
        self._process: Optional[Process] = None
        self._run: Optional[Run] = None
        self._watching: Optional["asyncio.Task[None]"] = None

    def model(self) -> Dict[str, Any]:
        """What the Jupyter kernels API says of a kernel; `reprise` is ours."""
        run, process = self._run, self._process
        return {
            "id": self.id,
            "name": self.name,
            "last_activity": self.last_activity,
            "execution_state": self.state,
            "reprise": {"pid": process and process.pid, "run": run and run.id},
        }

    async def start(self, again: bool = False) -> None:
        """Raises NotStarted, with nothing left of the process; so does a cancellation."""
        self.state = "starting"
        try:
            self._run = run = begin_run(self._start, again)
        except (OSError, ValueError) as error:
            raise NotStarted(f"REPRISE_CONFIG cannot be read ({error})", "") from None
        self._process = process = Process(self._hear, self._log, self._guard)
        try:
            await process.start(run.environment, self._start.folder, secrets.token_hex(8))
        except BaseException:
            self.state = "dead"
            run.remove_if_empty()
            self._end_record({})
            raise
        self.state = "idle" if self.state == "starting" else self.state
        self._watching = asyncio.ensure_future(self._watch(process))

    async def restart(self, start: Optional[Start]) -> None:
        """Raises NotStarted, which the windows are told as a death."""
        await self._stop(restart=True)
        self.state = "restarting"
        self.journal.end()
        self.journal.revive()
        self._start = start or self._start
        try:
            await self.start(again=True)
        except NotStarted as error:
            self.journal.end(self._death({"said": error.said}))
            raise

    async def shut_down(self) -> None:
        await self._stop(restart=False)
        self.journal.end()
        self.state = "dead"

    def interrupt(self) -> None:
        if self._process is not None:
            self._process.interrupt()

    def ask(self, message: Message) -> None:
        """Passes a window's message on to the kernel."""
        if self.state == "dead" or self._process is None:
            return  # the window is told, or will be
        if message.kind == "execute_request" and not self.journal.request(_execution(message)):
            return
        if message.kind == "input_reply":
            self.journal.answered()
        self._process.send(message)

    def _hear(self, message: Message) -> None:
        self.last_activity = _now()
        if message.kind == "status":
            self.state = message.content().get("execution_state", self.state)
        self.journal.add(message)

    async def _stop(self, restart: bool) -> None:
        """Whatever it is doing. A cell that can be interrupted is, so that the record has its line."""
        process, watching = self._process, self._watching
        if self.state == "dead":
            if watching is not None:
                await watching
            return
        if process is None:
            return
        if watching is not None:
            watching.cancel()
        cell = await self._interrupted(process)
        end = await process.shut_down(restart)
        await process.drain()
        # What was killed in a cell died in it; what only did not answer any more had ended its last cell.
        died = {**cell, **_signal(end.signal)} if cell is not None else None
        await self._end_record_soon(died)
        process.discard()
        self._process = None

    async def _interrupted(self, process: Process) -> Optional[Dict[str, Any]]:
        """The cell that did not stop when it was interrupted."""
        deadline = asyncio.get_running_loop().time() + _INTERRUPT_SECONDS
        if not self.journal.quiet:
            process.interrupt()
        while not self.journal.quiet and not process.ended.done():
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.01)
        running = None if self.journal.quiet else self.journal.running
        return None if running is None else running.cell or {}

    async def _watch(self, process: Process) -> None:
        end = await asyncio.shield(process.ended)
        self.state = "dead"
        await process.drain()
        running = self.journal.running
        cell = (running.cell if running is not None else None) or {}
        await self._end_record_soon({**cell, **_signal(end.signal)})
        how = _signal(end.signal) or {"code": end.code}
        process.discard()
        self.journal.end(self._death({**how, "said": process.said}))
        logging.info("The kernel died (%s).", end)

    def _death(self, how: Dict[str, Any]) -> Message:
        # As the kernel's own session: to the windows another would be another kernel.
        session = self._process.session if self._process is not None else None
        content = {"execution_state": "dead", "reprise": how}
        return Maker().make("iopub", "status", content, session)

    async def _end_record_soon(self, died: Optional[Dict[str, Any]]) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._end_record, died)

    def _end_record(self, died: Optional[Dict[str, Any]]) -> None:
        """Where the kernel could not do it itself."""
        if self._run is None or self._run.record is None:
            return
        try:
            append_summary(self._run.record, died)
        except (OSError, ValueError, LookupError) as error:
            logging.warning("The record's summary cannot be written: %s.", error)


def _execution(request: Message) -> Execution:
    metadata = request.metadata()
    cell = None
    if isinstance(metadata.get("cellId"), str):
        cell = {"id": metadata["cellId"], "index": (metadata.get("reprise") or {}).get("index")}
    code = request.content().get("code", "")
    return Execution(request.id, cell, hashlib.sha256(code.encode("utf-8", "replace")).hexdigest())


def _signal(name: Optional[str]) -> Dict[str, Any]:
    return {"signal": name} if name else {}


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat()
