"""The kernel: ipykernel's, with seeding before the first cell and a record of every cell."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from typing import Any, Dict, Optional

from ipykernel.ipkernel import IPythonKernel

from . import pinned
from .audit.deep import DeepAudit
from .cells import Cells
from .config import Config
from .data import install as data
from .entropy import EntropyLog
from .outputs import MESSAGES
from .recorder import Recorder
from .seeding import enforcing, states
from .seeding.draws import SOURCES, Draws
from .seeding.imports import ImportHooks
from .seeding.percell import PerCell
from .seeding.users import UserSeeds
from .statements import Statements
from .training import install as training


class RepriseKernel(IPythonKernel):
    """`prepare` is called once, before the first message is handled."""

    recorder: Optional[Recorder] = None
    control_msg_types = [*IPythonKernel.control_msg_types, "reprise_recall_request"]
    _cell_running = False

    def prepare(self, config: Config, folder: str, objects: str) -> None:
        cells, log, users = Cells(config.root, config.per_cell), EntropyLog(), UserSeeds()
        self.recorder = recorder = Recorder(self.shell, config, cells, log, folder, objects)
        self.statements = Statements(
            self.shell, cells, log, users, config.applies, recorder.fault
        )
        draws = Draws(config.streams(), cells, log, [row for row in SOURCES if config.applies(row)])
        hooks = ImportHooks(recorder.fault)
        with recorder.guard("seeding"):
            enforcing.install(config, draws, users, hooks, recorder.operations.note)
            if config.ledger != "off":
                training.install(hooks, recorder.ledger)
            if config.per_cell:
                recorder.per_cell = PerCell(draws.streams, cells, users, recorder.guard)
                recorder.per_cell.install(hooks)
            if config.audit == "deep":
                recorder.audit = DeepAudit(cells, hooks)
        with recorder.guard("telling child processes"):
            recorder.children.beside(getattr(self.parent, "abs_connection_file", ""))
            recorder.children.install(hooks)
        with recorder.guard("watching for data"):
            data.install(hooks, recorder.data)
        recorder.install()
        with recorder.guard("answering installs"):
            pinned.install(self.shell)
        with recorder.guard("watching statements"):
            self.statements.install()
        self._listen(recorder)

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
        recorder = self.recorder
        asked = {"cell_meta": cell_meta, "cell_id": cell_id}
        accepted = {name: value for name, value in asked.items() if name in self._base_parameters}
        arguments = (code, silent, store_history, user_expressions, allow_stdin)
        if recorder is None or silent:
            with self._aside():
                return await super().do_execute(*arguments, **accepted)
        with recorder.guard("beginning the cell"):
            request = self.get_parent("shell")
            told = (request.get("metadata") or {}).get("reprise") or {}
            message = request["header"]["msg_id"]
            recorder.begin(code, cell_id, told.get("index"), message, told.get("order"))
            self.statements.begin(code)
            self._cell_running = True
        try:
            return await super().do_execute(*arguments, **accepted)
        finally:
            with recorder.guard("timing the cell"):
                recorder.end()

    def finish_metadata(
        self, parent: Any, metadata: Dict[str, Any], reply_content: Dict[str, Any]
    ) -> Dict[str, Any]:
        metadata = super().finish_metadata(parent, metadata, reply_content)
        if self.recorder is not None and self._cell_running:
            self._cell_running = False
            with _uninterrupted(), self.recorder.guard("recording the cell"):
                metadata["reprise"] = self.recorder.finish(reply_content)
        return metadata

    def reprise_recall_request(self, socket: Any, identity: Any, parent: Dict[str, Any]) -> None:
        """Jupyter's servers drop what was on its way to a window that is reloaded."""
        message = str(parent["content"].get("msg_id"))
        content = self.recorder.recall(message) if self.recorder else {"state": "unknown", "outputs": []}
        self.session.send(socket, "reprise_recall_reply", {"status": "ok", **content}, parent, identity)

    def do_complete(self, code: str, cursor_pos: int) -> Any:
        with self._aside():
            return super().do_complete(code, cursor_pos)

    def do_inspect(self, *args: Any, **kwargs: Any) -> Any:
        with self._aside():
            return super().do_inspect(*args, **kwargs)

    def do_shutdown(self, restart: bool) -> Any:
        # In the control thread: a cell that still runs gets its line first, and the record its end after the loop's.
        if self.recorder is not None and not self.recorder.running:
            self.end_record()
        return super().do_shutdown(restart)

    def _aside(self) -> Any:
        """Around what is no cell. Without a recorder nothing is prepared, and the kernel is a plain one."""
        return contextlib.nullcontext() if self.recorder is None else _own_randomness()

    def end_record(self) -> None:
        if self.recorder is not None:
            self.recorder.close()

    @property
    def _base_parameters(self) -> "tuple[str, ...]":
        return IPythonKernel.do_execute.__code__.co_varnames

    def _listen(self, recorder: Recorder) -> None:
        """Hears every output that this process and its forked children send."""
        session = self.session
        send = session.send

        def heard(stream: Any, msg_or_type: Any, *args: Any, **kwargs: Any) -> Any:
            message = send(stream, msg_or_type, *args, **kwargs)
            kind = (
                msg_or_type if isinstance(msg_or_type, str) else msg_or_type.get("header", {}).get("msg_type")
            )
            if message is not None and kind in MESSAGES and session.pid == os.getpid():
                with recorder.guard("hearing an output"):
                    recorder.heard(_parent_id(message), kind, _as_sent(session, kind, message["content"]))
            return message

        session.send = heard
        thread = getattr(self, "iopub_thread", None) or getattr(self.iopub_socket, "io_thread", None)
        relay = getattr(thread, "_handle_pipe_msg", None)
        if thread is not None and relay is not None:
            thread._handle_pipe_msg = lambda frames: (self._hear_child(recorder, frames), relay(frames))[1]

    def _hear_child(self, recorder: Recorder, frames: Any) -> None:
        """A forked child's output arrives here as the frames it will be sent in."""
        with recorder.guard("hearing an output"):
            _, parts = self.session.feed_identities(frames[1:])
            header, parent, _, content = (json.loads(bytes(part)) for part in parts[1:5])
            if header["msg_type"] in MESSAGES:
                recorder.heard(parent.get("msg_id", ""), header["msg_type"], content)


def _parent_id(message: Dict[str, Any]) -> str:
    return (message.get("parent_header") or {}).get("msg_id", "")


def _as_sent(session: Any, kind: str, content: Dict[str, Any]) -> Dict[str, Any]:
    """Displays as JSON has them: tuples become lists, numbers what the wire carries."""
    if kind == "stream":
        return content
    packed = session.pack(content)
    return json.loads(packed)


class _own_randomness:
    """Within: draws that are not a cell's leave the global generators as they were."""

    def __enter__(self) -> None:
        self._kept = states.save()

    def __exit__(self, *error: object) -> None:
        states.restore(self._kept)


class _uninterrupted:
    """Within: an interrupt meant for the cell cannot cut its record in two."""

    def __enter__(self) -> None:
        self._main = threading.current_thread() is threading.main_thread()
        if self._main:
            self._handler = signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __exit__(self, *error: object) -> None:
        if self._main:
            signal.signal(signal.SIGINT, self._handler)
