"""A server as the editor starts it, and a window on its kernel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import uuid

import psutil
from reprise_agent.server.wire import PROTOCOL, Maker, from_websocket, to_websocket
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

SOURCES = pathlib.Path(__file__).resolve().parents[3] / "src" / "agent"
TOKEN = "5ecret-of-the-window"


class Server:
    def __init__(
        self, folder: pathlib.Path, place: str = "place", owner: str = "window-1", env: dict = {}, **spawn
    ):
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        self.place = folder / "state" / place
        self.mark = uuid.uuid4().hex
        self._entry = folder / "agent_entry.py"
        self._entry.write_text(
            f"import sys\nsys.path.insert(0, {str(SOURCES)!r})\n"
            "from reprise_agent.__main__ import main\nsys.exit(main())\n"
        )
        # What only this test run has would change the kernels: ipykernel knows pytest.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        kept.pop("PYTHONPATH", None)
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(self._entry), "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**kept, "REPRISE_TEST_MARK": self.mark, **env},
            **spawn,
        )
        request = {"schema": "reprise/serve/0", "token": TOKEN, "place": str(self.place), "owner": owner}
        self.process.stdin.write(json.dumps({**request, "notebook": str(self.root / "study.ipynb")}) + "\n")
        self.process.stdin.close()
        self.said = json.loads(self.process.stdout.readline())
        self.seconds = time.monotonic() - begun
        self.process.stdout.close()
        self.port = self.said.get("port")
        self.pid = self.said.get("pid")
        self.kernel = None

    def state(self) -> dict:
        return json.loads(pathlib.Path(f"{self.place}.json").read_text())

    def log(self) -> str:
        return pathlib.Path(f"{self.place}.log").read_text()

    async def ask(self, method: str, path: str, body=None, headers: dict = {}, token: str = TOKEN, timeout=30):
        """Status and JSON of the answer."""
        given = {"Authorization": f"token {token}"} if token else {}
        request = HTTPRequest(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            headers={**given, **headers},
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,
            request_timeout=timeout,
        )
        answer = await AsyncHTTPClient(force_instance=True).fetch(request, raise_error=False)
        return answer.code, json.loads(answer.body) if answer.body else None

    async def start_kernel(self, **env) -> dict:
        body = {"name": "reprise", "path": str(self.root), "env": env}
        status, self.kernel = await self.ask("POST", "/api/kernels", body)
        assert status == 201, self.kernel
        return self.kernel

    async def window(self, session: "str | None" = None, read: bool = True) -> "Window":
        window = Window(self, session or uuid.uuid4().hex)
        await window.open(read)
        return window

    async def lease(self, owner: str = "window-1", **more) -> dict:
        status, lease = await self.ask("PUT", "/api/reprise/lease", {"owner": owner, **more})
        assert status == 200, lease
        return lease

    async def renew(self, owner: str = "window-1", **more) -> None:
        status, answer = await self.ask("PATCH", "/api/reprise/lease", {"owner": owner, **more})
        assert status == 204, answer

    def record(self, run: "str | None" = None) -> list:
        run = run or self.kernel["reprise"]["run"]
        text = (self.root / ".reprise" / "runs" / run / "record.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def kill(self) -> None:
        for pid in (self.process.pid, self.pid):
            with contextlib.suppress(ProcessLookupError, TypeError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


class Window:
    """A websocket. What was heard is in `messages`, each once, as the editor keeps it."""

    def __init__(self, server: Server, session: str):
        self.server = server
        self.session = session
        self.maker = Maker()
        self.messages = []
        self.closed = None
        self._ids = set()
        self._more = asyncio.Event()

    async def open(self, read: bool = True) -> None:
        path = f"/api/kernels/{self.server.kernel['id']}/channels?session_id={self.session}&token={TOKEN}"
        request = HTTPRequest(f"ws://127.0.0.1:{self.server.port}{path}")
        self.socket = await websocket_connect(request, subprotocols=[PROTOCOL], max_message_size=1 << 30)
        if read:
            self.read()

    def read(self) -> None:
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        while True:
            data = await self.socket.read_message()
            if data is None:
                self.closed = self.socket.close_code
                self._more.set()
                return
            message = from_websocket(data)
            if message.id not in self._ids:
                self._ids.add(message.id)
                self.messages.append(message)
                self._more.set()

    def close(self) -> None:
        self.socket.close()

    async def send(self, message) -> None:
        await self.socket.write_message(b"".join(to_websocket(message)), binary=True)

    async def execute(self, code: str, cell: str = "a1", index: int = 0) -> str:
        """Asks for a cell and does not wait; returns the request's id."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
        }
        message = self.maker.make("shell", "execute_request", content, self.session)
        message.parts[2] = json.dumps({"cellId": cell, "reprise": {"index": index}}).encode()
        await self.send(message)
        return message.id

    async def run(self, code: str, **cell) -> str:
        """What the cell printed and returned."""
        request = await self.execute(code, **cell)
        await self.done(request)
        return self.text(request)

    async def done(self, request: str) -> None:
        await self.until(lambda: self.reply(request) and self._idle(request))

    async def until(self, condition, seconds: float = 20.0) -> None:
        async def wait():
            while not condition():
                self._more.clear()
                await self._more.wait()

        await asyncio.wait_for(wait(), seconds)

    def of(self, request: str, kind: str) -> list:
        return [
            each.content()
            for each in self.messages
            if each.parent.get("msg_id") == request and each.kind == kind
        ]

    def reply(self, request: str):
        return next(iter(self.of(request, "execute_reply")), None)

    def text(self, request: str) -> str:
        printed = "".join(content["text"] for content in self.of(request, "stream"))
        returned = [content["data"]["text/plain"] for content in self.of(request, "execute_result")]
        return printed + "".join(returned)

    def states(self) -> list:
        return [each.content() for each in self.messages if each.kind == "status"]

    def death(self):
        return next((state["reprise"] for state in self.states() if state["execution_state"] == "dead"), None)

    def _idle(self, request: str) -> bool:
        return any(state["execution_state"] == "idle" for state in self.of(request, "status"))


async def refused(request: HTTPRequest, protocol: "str | None" = PROTOCOL) -> int:
    """HTTP status with which a websocket was refused."""
    try:
        await websocket_connect(request, subprotocols=[protocol] if protocol else None)
    except HTTPClientError as error:
        return error.code
    raise AssertionError("the websocket was opened")


def processes_of(mark: str, within: float = 0.0) -> list:
    """Processes that a server left, its own included; waits `within` seconds until there are none."""
    deadline = time.monotonic() + within
    while True:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if (
                    process.status() != psutil.STATUS_ZOMBIE
                    and process.environ().get("REPRISE_TEST_MARK") == mark
                ):
                    found.append(process.pid)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)
