"""What the server holds: its place, its lease, its kernel, and the websockets on it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Set

from ..guard import Guard
from ..record.header import now
from .kernel import Kernel
from .lease import LEASE_SECONDS, Lease
from .log import Log
from .place import Place
from .starting import Start

if TYPE_CHECKING:
    from .websocket import KernelSocket

TAKEN = 4001


class Occupied(Exception):
    """There is a kernel already: one server, one kernel."""


class Host:
    def __init__(
        self, place: Place, log: Log, guard: Guard, token: str, owner: Optional[str], notebook: str
    ) -> None:
        self.token = token
        self.lease = Lease(owner)
        self.kernel: Optional[Kernel] = None
        self.sockets: "Set[KernelSocket]" = set()
        self.started = now()
        self.stopping = asyncio.Event()
        self.port = 0
        self._place = place
        self._notebook = notebook
        self._log = log
        self._guard = guard
        self._one_at_a_time = asyncio.Lock()
        self._starting: "Optional[asyncio.Task[None]]" = None
        self._ending: "Optional[asyncio.Task[None]]" = None

    def publish(self, port: int) -> None:
        """Raises OSError."""
        self.port = port
        self._place.publish(self._state())

    def move(self, path: str, notebook: str) -> None:
        """The notebook has another path. Raises Taken, PlaceError, OSError."""
        self._place.move(path)
        self._notebook = notebook
        self._place.publish(self._state())

    def kernel_model(self) -> Optional[Dict[str, Any]]:
        if self.kernel is None:
            return None
        return {**self.kernel.model(), "connections": len(self.sockets)}

    async def start_kernel(self, name: str, start: Start) -> None:
        """Raises Occupied, NotStarted; whoever cancels it finds no kernel afterwards."""
        async with self._one_at_a_time:
            if self.kernel is not None and self.kernel.state != "dead":
                raise Occupied
            await self._end_kernel()
            self.kernel = kernel = Kernel(name, start, self._log, self._guard)
            self._starting = asyncio.ensure_future(kernel.start())
            try:
                await self._starting
            except BaseException:
                self.kernel = None
                kernel.journal.close()
                raise
            finally:
                self._starting = None

    async def restart_kernel(self, kernel: Kernel, start: Optional[Start]) -> None:
        """Raises NotStarted."""
        async with self._one_at_a_time:
            if kernel is self.kernel:
                await kernel.restart(start)

    async def stop_kernel(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
        async with self._one_at_a_time:
            await self._end_kernel()

    async def _end_kernel(self) -> None:
        kernel, self.kernel = self.kernel, None
        if kernel is None:
            return
        self.close_sockets(1000, "The kernel was shut down.")
        await kernel.shut_down()
        kernel.journal.close()

    def executions(self) -> List[Dict[str, Any]]:
        if self.kernel is None:
            return []
        return [execution.model() for execution in self.kernel.journal.executions()]

    def close_sockets(self, code: int, reason: str) -> None:
        for socket in list(self.sockets):
            socket.close(code, reason)
        self.sockets.clear()

    async def watch_limits(self) -> None:
        """Ends the server when nobody comes back, or nothing happens any more."""
        while True:
            # A kernel that is being started or ended has somebody who waits for it.
            working = self._one_at_a_time.locked() or (
                self.kernel is not None and self.kernel.journal.working
            )
            left = self.lease.left(bool(self.sockets), working)
            if left <= 0:
                logging.info("Nobody used the kernel any more: the server ends.")
                self.stopping.set()
                return
            # Whoever leaves meanwhile is noticed a tenth of the lease late at most.
            await asyncio.sleep(min(left, LEASE_SECONDS / 10) + 0.01)

    async def end(self) -> None:
        """Kernel, record and files; once, however many ask for it."""
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._end())
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        try:
            await self.stop_kernel()
        finally:
            self._place.leave()

    def _state(self) -> Dict[str, Any]:
        return {
            "schema": "reprise/server/0",
            "pid": os.getpid(),
            "started": self.started,
            "port": self.port,
            "token": self.token,
            "python": sys.executable,
            "agent": os.path.abspath(sys.argv[0]),
            "notebook": self._notebook,
        }
