"""The Jupyter kernels API for one kernel, and what Reprise adds to it (docs/internals.md, "Local server")."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, Dict, Optional

from tornado.web import Application, HTTPError

from .. import VERSION
from .access import Guarded
from .host import TAKEN, Host, Occupied
from .kernel import Kernel
from .place import PlaceError, Taken
from .process import NotStarted
from .starting import Start
from .websocket import KernelSocket

LARGEST_MESSAGE = 2 << 30


class Handler(Guarded):
    def initialize(self, host: Host) -> None:
        self.host = host

    def the_kernel(self, name: str) -> Kernel:
        if self.host.kernel is None or self.host.kernel.id != name:
            raise HTTPError(404, reason="There is no such kernel")
        return self.host.kernel

    def start_of(self, document: Dict[str, Any]) -> Start:
        variables = document.get("env") or {}
        if not isinstance(variables, dict) or not all(
            value is None or isinstance(value, str) for value in variables.values()
        ):
            raise HTTPError(400, reason="env is not an object of texts")
        return Start(self.text(document, "path"), variables)

    def not_started(self, error: NotStarted) -> None:
        self.answer({"reason": "kernel-start", "message": str(error), "said": error.said}, 500)


class Missing(Handler):
    def prepare(self) -> None:
        super().prepare()
        if not self._finished:
            self.refuse(404, "There is nothing here.")


class Version(Handler):
    def get(self) -> None:
        self.answer({"version": VERSION})


class Status(Handler):
    def get(self) -> None:
        kernel = self.host.kernel
        last = self.host.started if kernel is None else kernel.last_activity
        self.answer(
            {
                "started": self.host.started,
                "last_activity": last,
                "connections": len(self.host.sockets),
                "kernels": 0 if kernel is None else 1,
            }
        )


class Specifications(Handler):
    def get(self) -> None:
        spec = {
            "argv": [sys.executable, os.path.abspath(sys.argv[0]), "-f", "{connection_file}"],
            "display_name": "Reprise",
            "language": "python",
            "interrupt_mode": "signal",
            "env": {},
            "metadata": {},
        }
        specs = {"reprise": {"name": "reprise", "spec": spec, "resources": {}}}
        self.answer({"default": "reprise", "kernelspecs": specs})


class Kernels(Handler):
    _starting: "Optional[asyncio.Task[None]]" = None

    def get(self) -> None:
        model = self.host.kernel_model()
        self.answer([] if model is None else [model])

    async def post(self) -> None:
        document = self.body()
        name = document.get("name") or "reprise"
        self._starting = asyncio.ensure_future(self.host.start_kernel(name, self.start_of(document)))
        try:
            await self._starting
        except Occupied:
            self.refuse(409, "This notebook has a kernel already.")
        except NotStarted as error:
            self.not_started(error)
        except asyncio.CancelledError:
            self.refuse(409, "The start of the kernel was cancelled.")
        else:
            self.answer(self.host.kernel_model(), 201)

    def on_connection_close(self) -> None:
        """Whoever asked for the kernel no longer waits for it."""
        if self._starting is not None:
            self._starting.cancel()


class OneKernel(Handler):
    def get(self, name: str) -> None:
        self.the_kernel(name)
        self.answer(self.host.kernel_model())

    async def delete(self, name: str) -> None:
        self.the_kernel(name)
        await self.host.stop_kernel()
        self.set_status(204)


class Interrupt(Handler):
    def post(self, name: str) -> None:
        self.the_kernel(name).interrupt()
        self.set_status(204)


class Restart(Handler):
    async def post(self, name: str) -> None:
        kernel, document = self.the_kernel(name), self.body()
        try:
            await self.host.restart_kernel(kernel, self.start_of(document) if document else None)
        except NotStarted as error:
            self.not_started(error)
        else:
            self.answer(self.host.kernel_model())


class LeaseOfKernel(Handler):
    def put(self) -> None:
        document = self.body()
        owner = self.text(document, "owner")
        lease = self.host.lease
        if self.host.sockets and lease.owner != owner:
            if document.get("take") is not True:
                self.answer({"owner": lease.owner}, 409)
                return
            self.host.close_sockets(TAKEN, "Another window took the kernel over.")
        lease.take(owner)
        answer = {
            "owner": owner,
            "kernel": self.host.kernel_model(),
            "executions": self.host.executions(),
        }
        self.answer(answer)

    def patch(self) -> None:
        document = self.body()
        if self.text(document, "owner") != self.host.lease.owner:
            self.answer({"owner": self.host.lease.owner}, 409)
            return
        self.host.lease.touch()
        if isinstance(document.get("seen"), str) and self.host.kernel is not None:
            self.host.kernel.journal.saw(document["seen"])
        self.set_status(204)

    async def delete(self) -> None:
        if self.get_query_argument("owner", "") != self.host.lease.owner:
            self.answer({"owner": self.host.lease.owner}, 409)
            return
        self.host.lease.give_up()
        self.host.close_sockets(1000, "The window let the kernel go.")
        self.set_status(204)
        if self.get_query_argument("end", "") == "true":
            try:
                await self.host.end()
                await self.finish()
            finally:
                self.host.stopping.set()


class PlaceOfServer(Handler):
    def patch(self) -> None:
        document = self.body()
        try:
            self.host.move(self.text(document, "place"), self.text(document, "notebook"))
        except Taken:
            self.refuse(409, "Another server holds that place.", reason="taken")
        except PlaceError as error:
            self.refuse(500, str(error), reason="place")
        else:
            self.set_status(204)


def application(host: Host) -> Application:
    name = r"([-\w]+)"
    routes = [
        ("/api", Version),
        ("/api/status", Status),
        ("/api/kernelspecs", Specifications),
        ("/api/kernels", Kernels),
        (f"/api/kernels/{name}", OneKernel),
        (f"/api/kernels/{name}/interrupt", Interrupt),
        (f"/api/kernels/{name}/restart", Restart),
        (f"/api/kernels/{name}/channels", KernelSocket),
        ("/api/reprise/lease", LeaseOfKernel),
        ("/api/reprise/place", PlaceOfServer),
    ]
    return Application(
        [(path, handler, {"host": host}) for path, handler in routes],
        default_handler_class=Missing,
        default_handler_args={"host": host},
        websocket_max_message_size=LARGEST_MESSAGE,
        # Its own would write each refused request with its address, and so with the token.
        log_function=lambda handler: None,
    )
