"""The kernel that front ends see: it passes cells on to a JavaScript kernel, and records what they did."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import zipfile
from typing import Any, Dict, Optional

from ipykernel.kernelbase import Kernel

from ..config import Config
from ..outputs import MESSAGES
from .child import Child, ChildDied
from .keeper import Keeper, NotAnswered
from .recorder import JavaScriptRecorder

_FAILED = re.compile(r"^(?:Uncaught )?(\w*(?:Error|Exception))(?:: (.*))?$", re.MULTILINE)
_PRELOAD = "import {createRequire} from 'node:module'; createRequire('/x/')(%s)"


class JavaScriptKernel(Kernel):
    """`prepare` is called once, before the first message is handled; the first answer waits for the JavaScript kernel."""

    implementation = "reprise"
    implementation_version = "1"
    banner = "Reprise"
    control_msg_types = [*Kernel.control_msg_types, "reprise_recall_request"]
    recorder: Optional[JavaScriptRecorder] = None
    _child: Optional[Child] = None
    _keeper: Optional[Keeper] = None
    _cell_running = False

    def prepare(self, config: Config, folder: str, objects: str) -> None:
        assert config.javascript is not None
        self._config, self._how = config, config.javascript
        self._errors = os.dup(2)
        self._folder = tempfile.mkdtemp(prefix="reprise-js-")
        if config.records:
            self.recorder = JavaScriptRecorder(config, folder, objects)
            self.recorder.install()

    @property
    def language_info(self) -> Dict[str, str]:  # type: ignore[override]
        typescript = self._how["language"] == "typescript"
        return {
            "name": self._how["language"],
            "mimetype": "text/typescript" if typescript else "text/javascript",
            "file_extension": ".ts" if typescript else ".js",
        }

    async def kernel_info_request(self, stream: Any, ident: Any, parent: Dict[str, Any]) -> None:
        """Who has this answer may run a cell, and interrupt it: a JavaScript kernel that is still starting would die of that."""
        if threading.current_thread() is threading.main_thread():
            try:
                await self._started()
            except (ChildDied, TimeoutError) as error:
                print(f"The JavaScript kernel did not start: {error}", file=sys.__stderr__, flush=True)
                self._die(error.code if isinstance(error, ChildDied) else 1)
        await super().kernel_info_request(stream, ident, parent)

    async def do_execute(  # type: ignore[override]
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: Optional[Dict[str, Any]] = None,
        allow_stdin: bool = False,
        *,
        cell_meta: Optional[Dict[str, Any]] = None,
        cell_id: Optional[str] = None,
    ) -> Dict[str, Any]:
        try:
            child = await self._started()
            if silent or not code.strip():
                reply = await child.execute(code, self._relay, silent=silent)
            else:
                await self._begin(code, cell_id)
                mark = self._keeper.mark if self._keeper is not None else None
                reply = await child.execute(code, self._relay, mark=mark)
                await self._end()
        except ChildDied as died:
            self._die(died.code)
        return self._as_reply(reply)

    async def _begin(self, code: str, cell_id: Optional[str]) -> None:
        recorder, self._said = self.recorder, ""
        if recorder is None:
            return
        request = self.get_parent("shell")
        told = (request.get("metadata") or {}).get("reprise") or {}
        with recorder.guard("beginning the cell"):
            key, number = recorder.next_execution(code, cell_id, told.get("index"))
            if self._keeper is not None:
                recorder.states_are(await self._keeper.begin(key, number))
            message = request["header"]["msg_id"]
            recorder.begin(code, key, told.get("index"), message, told.get("order"))
            self._cell_running = True

    async def _end(self) -> None:
        if self.recorder is None or not self._cell_running:
            return
        with self.recorder.guard("timing the cell"):
            self.recorder.end()
        with self.recorder.guard("reading what the cell drew"):
            if self._keeper is not None:
                self.recorder.drew(await self._keeper.end())

    def finish_metadata(
        self, parent: Any, metadata: Dict[str, Any], reply_content: Dict[str, Any]
    ) -> Dict[str, Any]:
        metadata = super().finish_metadata(parent, metadata, reply_content)
        if self.recorder is not None and self._cell_running:
            self._cell_running = False
            with self.recorder.guard("recording the cell"):
                metadata["reprise"] = self.recorder.finish(reply_content)
        return metadata

    def reprise_recall_request(self, socket: Any, identity: Any, parent: Dict[str, Any]) -> None:
        """Jupyter's servers drop what was on its way to a window that is reloaded."""
        message = str(parent["content"].get("msg_id"))
        content = self.recorder.recall(message) if self.recorder else {"state": "unknown", "outputs": []}
        self.session.send(socket, "reprise_recall_reply", {"status": "ok", **content}, parent, identity)

    async def do_complete(self, code: str, cursor_pos: int) -> Dict[str, Any]:  # type: ignore[override]
        nothing = {"matches": [], "cursor_start": cursor_pos, "cursor_end": cursor_pos, "metadata": {}}
        return await self._asked("complete", code, cursor_pos) or {**nothing, "status": "ok"}

    async def do_inspect(  # type: ignore[override]
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()
    ) -> Dict[str, Any]:
        found = await self._asked("inspect", code, cursor_pos, detail_level)
        return found or {"status": "ok", "data": {}, "metadata": {}, "found": False}

    async def do_is_complete(self, code: str) -> Dict[str, Any]:  # type: ignore[override]
        return await self._asked("is_complete", code) or {"status": "unknown"}

    async def do_shutdown(self, restart: bool) -> Dict[str, Any]:  # type: ignore[override]
        await self._look_around()
        if self._child is not None:
            await self._child.stop()
        self.end_record()
        return {"status": "ok", "restart": restart}

    async def _look_around(self) -> None:
        """A kernel that was interrupted in a cell it does not leave says nothing, and the record has none of it."""
        if self.recorder is None or self._keeper is None or self._child is None:
            return
        with self.recorder.guard("reading what was loaded"), contextlib.suppress(NotAnswered):
            self.recorder.loaded_is(await self._keeper.about())

    def end_record(self) -> None:
        if self.recorder is not None:
            self.recorder.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def pre_handler_hook(self) -> None:
        """An interrupt goes to our whole process group, and so to the kernel that runs the cell: here it is ignored."""
        self.saved_sigint_handler = signal.signal(signal.SIGINT, signal.SIG_IGN)

    async def _asked(self, method: str, *args: Any) -> Optional[Dict[str, Any]]:
        """Completion and inspection while a cell runs would take its answer."""
        if self._child is None or self._cell_running:
            return None
        return await self._child.ask(method, *args)

    async def _started(self) -> Child:
        if self._child is not None:
            return self._child
        child = Child(self._how["argv"], self._folder, late=self._how["kernel"] == "deno")
        agent = _agent_file(self._folder)
        environment = dict(os.environ)
        if self.recorder is not None:
            self._keeper = keeper = Keeper(self._folder)
            await keeper.listen()
            environment.update(self._agents_environment(keeper, agent))
        await child.start(environment, self._errors)
        if self.recorder is not None and self._how["kernel"] == "deno":
            await child.execute(_PRELOAD % json.dumps(agent), lambda kind, content: None, silent=True)
        self._child = child
        return child

    def _agents_environment(self, keeper: Keeper, agent: str) -> Dict[str, str]:
        config = self._config
        given = {
            "policy": config.policy,
            "seed": config.seed["value"],
            "osEntropy": config.entropy,
            "perCell": config.per_cell,
            "keeper": os.getpid(),
            "socket": keeper.socket,
            "log": keeper.log,
            "root": config.root or os.getcwd(),
        }
        required = f"--require {json.dumps(agent)}"
        options = " ".join(filter(None, (os.environ.get("NODE_OPTIONS"), required)))
        return {"REPRISE_JS": json.dumps(given), "NODE_OPTIONS": options}

    def _relay(self, kind: str, content: Dict[str, Any]) -> None:
        if kind not in MESSAGES:
            return
        if kind == "execute_result":
            content = {**content, "execution_count": self.execution_count}
        if kind == "stream" and content["name"] == "stderr":
            self._said = content["text"]
        message = self.send_response(self.iopub_socket, kind, content)
        if self.recorder is not None and self._cell_running:
            with self.recorder.guard("hearing an output"):
                self.recorder.heard((message["parent_header"] or {}).get("msg_id", ""), kind, content)

    def _as_reply(self, reply: Dict[str, Any]) -> Dict[str, Any]:
        content = {**reply, "execution_count": self.execution_count}
        if reply.get("status") == "ok":
            return {"payload": [], "user_expressions": {}, **content}
        # tslab prints what was thrown, and its reply does not say.
        thrown = _FAILED.search(self._said)
        name, value = (thrown.group(1), thrown.group(2) or "") if thrown else ("Error", "")
        return {"ename": name, "evalue": value, "traceback": [], **content, "status": "error"}

    def _die(self, code: int) -> None:
        """As the kernel died, so do we: whoever started us reads from it what happened."""
        with contextlib.suppress(Exception):
            self.iopub_thread.flush()
        if code < 0:
            os.kill(os.getpid(), -code)
        os._exit(code if code > 0 else 1)


def _agent_file(folder: str) -> str:
    """`agent.cjs` as a file: beside this module, in the checkout that this is run from, or out of the archive."""
    here = os.path.dirname(os.path.abspath(__file__))
    built = os.path.join(here, "..", "..", "..", "..", "dist", "agent.cjs")
    for path in (os.path.join(here, "agent.cjs"), built):
        if os.path.isfile(path):
            return os.path.abspath(path)
    archive = here[: here.index(".pyz") + len(".pyz")]
    with zipfile.ZipFile(archive) as members:
        return members.extract("reprise_agent/javascript/agent.cjs", folder)
