"""The line to `agent.cjs` in the JavaScript kernel: cells begin and end over it, and it answers with what they drew."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from typing import Any, Dict, List, Optional

ANSWER_SECONDS = 20.0
ABOUT_SECONDS = 2.0


class NotAnswered(Exception):
    """The JavaScript agent did not answer: the kernel hangs, or never loaded it."""


class Keeper:
    """One connection, from the kernel's main thread; its worker threads and children write to `log` instead."""

    def __init__(self, folder: str) -> None:
        self.socket = os.path.join(folder, "js.sock")
        self.log = os.path.join(folder, "draws.jsonl")
        self._read = 0
        self._loop = asyncio.get_running_loop()
        self._connected: "asyncio.Future[Any]" = self._loop.create_future()
        self._server: Optional[asyncio.AbstractServer] = None

    async def listen(self) -> None:
        self._server = await asyncio.start_unix_server(self._accept, self.socket, limit=1 << 26)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._connected.done():
            writer.close()
            return
        self._connected.set_result((reader, writer))

    async def begin(self, cell: str, execution: int) -> Dict[str, str]:
        """States of the generators as the cell finds them."""
        answer = await self._ask({"op": "begin", "cell": cell, "execution": execution})
        return answer.get("rng") or {}

    async def end(self) -> Dict[str, Any]:
        """`rng`, `draws` and `code`, as `src/agent-js/entropy.ts` describes them, with the draws of workers and children
        that have ended since."""
        answer = await self._ask({"op": "end"})
        return {**answer, "draws": [*answer.get("draws", []), *self._elsewhere()]}

    async def mark(self, marker: str) -> None:
        """Has the kernel write it as outputs are written. Raises nothing: what does not come is waited for, but not for ever."""
        with contextlib.suppress(NotAnswered):
            await self._ask({"op": "mark", "marker": marker})

    async def about(self) -> Dict[str, Any]:
        """Versions, and what TensorFlow.js runs on. Raises NotAnswered, sooner than others: the kernel is about to be ended."""
        # Shutdown is asked for on ipykernel's control thread, which has a loop of its own.
        asked = asyncio.run_coroutine_threadsafe(self._ask({"op": "about"}, ABOUT_SECONDS), self._loop)
        answer = await asyncio.wrap_future(asked)
        return answer.get("about") or {}

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._connected.done() and not self._connected.cancelled():
            self._connected.result()[1].close()

    async def _ask(self, message: Dict[str, Any], seconds: float = ANSWER_SECONDS) -> Dict[str, Any]:
        try:
            return await asyncio.wait_for(self._asked(message), seconds)
        except (asyncio.TimeoutError, OSError, ValueError) as error:
            raise NotAnswered(str(error) or type(error).__name__) from None

    async def _asked(self, message: Dict[str, Any]) -> Dict[str, Any]:
        reader, writer = await asyncio.shield(self._connected)
        writer.write(json.dumps(message).encode() + b"\n")
        await writer.drain()
        line = await reader.readline()
        if not line:
            raise OSError("the JavaScript agent is gone")
        return json.loads(line)

    def _elsewhere(self) -> List[Dict[str, Any]]:
        found: List[Dict[str, Any]] = []
        with contextlib.suppress(FileNotFoundError), open(self.log, "rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                with contextlib.suppress(ValueError, KeyError):
                    found += json.loads(line)["draws"]
        return found
