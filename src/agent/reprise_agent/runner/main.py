"""Executes a bundle: events while it runs; record, executed notebook and manifest when it has ended."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import threading
import time
from typing import Any, Dict, List, Optional

from ..config import from_document
from ..fingerprint import fingerprint
from ..git import git_state
from ..guard import Guard
from ..javascript.finding import NoKernel, located
from ..outputs import OutputArea, digest_form, raw_form
from ..record.folder import write_local
from ..record.header import header, now
from ..record.writer import RecordWriter, cut_torn_line
from .bundle import Bundle, BundleError, Step, read_bundle
from .events import Control, Events, Owner
from .executed import write_executed, write_manifest

INFRASTRUCTURE = 5


def run_bundle(folder: str, events: Optional[Events] = None, control: Optional[Control] = None) -> int:
    """Exit code 0 when the run came to an end of any kind (the events say which), 5 when nothing could run. Without
    a `control` the owner at the other end of stdin cancels, unless the bundle is detached."""
    events = events or Events()
    try:
        bundle = read_bundle(folder)
        _require_ipykernel()
        bundle.agent = located(bundle.agent, bundle.working_folder)
        return _Run(bundle, events, control).execute()
    except BundleError as error:
        return _failed(events, "bad-bundle", str(error))
    except _NoIpykernel:
        return _failed(
            events, "no-ipykernel", "This Python has no ipykernel, which Reprise runs notebooks with."
        )
    except NoKernel as error:
        return _failed(events, "no-javascript-kernel", str(error))
    except OSError as error:
        return _failed(events, "disk", f"The run folder cannot be written: {error.strerror}.")


class _NoIpykernel(Exception):
    pass


def _require_ipykernel() -> None:
    if importlib.util.find_spec("ipykernel") is None or importlib.util.find_spec("jupyter_client") is None:
        raise _NoIpykernel


def _failed(events: Events, reason: str, message: str) -> int:
    events.send("failed", reason=reason, message=message)
    return INFRASTRUCTURE


class _Run:
    def __init__(self, bundle: Bundle, events: Events, control: Optional[Control] = None) -> None:
        self._bundle = bundle
        self._events = events
        self._control = control
        self._record = os.path.join(bundle.out, "record.jsonl")
        self._outputs: Dict[int, "tuple[OutputArea, Optional[int]]"] = {}
        self._raws: List[str] = []
        self._faults: List[str] = []
        self._skipped: List[Dict[str, Any]] = []
        self._how_it_ended: Dict[str, Any] = {}
        self._started = time.monotonic()

    def execute(self) -> int:
        guard = Guard()
        from .client import Cancelled, Client

        bundle = self._bundle
        control = self._control or Control()
        if self._control is None and not bundle.detached:
            Owner(control).start()
        client = Client(
            self._argv(), self._environment(), bundle.working_folder, control.cancelled, control.wake
        )
        environment: Dict[str, Any] = {}
        status = "cancelled"
        # The header needs the fingerprint and git; the kernel starts meanwhile.
        gathering = threading.Thread(target=lambda: environment.update(self._surroundings()), daemon=True)
        gathering.start()
        try:
            write_local(bundle.out, os.getpid(), None)
            try:
                client.start(guard.protect)
            except Cancelled:
                return _failed(self._events, "cancelled", "Cancelled before the kernel had started.")
            except Exception as error:
                return _failed(self._events, "kernel-start", f"The kernel did not start: {error}.")
            gathering.join()
            self._write_header(environment)
            write_local(bundle.out, os.getpid(), client.pid)
            self._events.send("started", run=bundle.run, pid=os.getpid(), kernelPid=client.pid)
            self._events.send("environment", environment=environment["environment"])
            status = self._run_cells(client)
        finally:
            with contextlib.suppress(Exception):
                client.stop(now=status == "cancelled" or "died" in self._how_it_ended)
            guard.dismiss()
        self._finish(status)
        return 0

    def _run_cells(self, client: Any) -> str:
        from .client import Cancelled, KernelDied, TimedOut

        status = "ok"
        steps = self._bundle.steps
        for number, step in enumerate(steps):
            if not step.source.strip():
                self._outputs[step.index] = (OutputArea(), None)
                continue
            self._events.send("cell-start", index=step.index, id=step.id, number=number + 1, of=len(steps))
            area, began = OutputArea(), time.monotonic()
            self._outputs[step.index] = (area, None)
            stop = not (self._bundle.allow_errors or step.may_raise)
            try:
                reply = client.execute(step.source, step.id, step.index, area, self._bundle.timeout, stop)
            except Cancelled:
                self._end_cell(step, "error", began, None, area)
                self._skip(steps[number + 1 :])
                self._how_it_ended = {"interrupted": {"index": step.index, "id": step.id}}
                return "cancelled"
            except (KernelDied, TimedOut) as error:
                self._end_cell(step, "error", began, None, area)
                self._skip(steps[number + 1 :])
                place = {"index": step.index, "id": step.id}
                if isinstance(error, TimedOut):
                    self._fault(
                        f"cell {step.index} did not stop when it was interrupted after its time; the kernel was killed"
                    )
                    self._how_it_ended = {"died": {**place, "signal": "SIGKILL"}}
                    return "error"
                self._how_it_ended = {"died": {**place, "signal": error.signal} if error.signal else place}
                return "died"
            self._outputs[step.index] = (area, reply.execution_count)
            if reply.status == "timeout":
                self._fault(
                    f"cell {step.index} ran longer than {self._bundle.timeout:g} s and was interrupted"
                )
            ok = reply.status == "ok"
            self._end_cell(step, "ok" if ok else "error", began, reply.record, area)
            if not ok and not step.may_raise and not self._bundle.allow_errors:
                status = "error"
                self._skip(steps[number + 1 :])
                break
        return status

    def _end_cell(self, step: Step, status: str, began: float, record: Any, area: OutputArea) -> None:
        arrived, _ = digest_form(raw_form(area.finished()))
        self._raws.append(arrived)
        duration = round((time.monotonic() - began) * 1000, 3)
        fields: Dict[str, Any] = {"record": record, "durationMs": duration, "outputs": {"raw": arrived}}
        if record is not None and record["outputs"]["raw"] != arrived:
            fields["lost"] = True
        for fault in (record or {}).get("faults", []):
            self._fault(f"cell {step.index}: {fault}", "disk" if record.get("unwritten") else "run")
        self._events.send("cell-end", index=step.index, id=step.id, status=status, **fields)

    def _fault(self, message: str, where: str = "run") -> None:
        self._faults.append(message)
        self._events.send("fault", where=where, message=message)

    def _skip(self, steps: List[Step]) -> None:
        self._skipped.extend({"index": step.index, "id": step.id} for step in steps)

    def _finish(self, status: str) -> None:
        results = hashlib.sha256("".join(self._raws).encode()).hexdigest()
        duration = round((time.monotonic() - self._started) * 1000, 3)
        root = ""
        try:
            if cut_torn_line(self._record):
                self._fault("the record's last line was unfinished; it is kept beside the record")
            summary: Dict[str, Any] = {
                "type": "summary",
                "status": status,
                "endedAt": now(),
                "durationMs": duration,
                "results": results,
                "executed": len(self._raws),
                "skipped": self._skipped,
                "faults": self._faults,
                **self._how_it_ended,
            }
            root = RecordWriter(self._record).append(summary)
            write_executed(self._bundle, self._outputs)
            # A kernel that was killed leaves it.
            shutil.rmtree(os.path.join(self._bundle.out, "children"), ignore_errors=True)
            write_manifest(self._bundle.out)
        except OSError as error:
            self._events.send("fault", where="disk", message=f"writing the run: {error.strerror}")
        ended = {"results": results, "root": root, "durationMs": duration, **self._how_it_ended}
        self._events.send("end", status=status, **ended)

    def _surroundings(self) -> Dict[str, Any]:
        environment = fingerprint(self._environment(), self._bundle.root)
        given = "git" in self._bundle.agent.get(
            "header", {}
        )  # by the starter: then it need not be asked again
        return {"environment": environment, "git": None if given else git_state(self._bundle.working_folder)}

    def _write_header(self, surroundings: Dict[str, Any]) -> None:
        config = from_document({**self._bundle.agent, "notebook": self._bundle.notebook, "starter": "runner"})
        line = header(
            config,
            self._bundle.run,
            self._bundle.document,
            self._bundle.objects,
            surroundings["environment"],
            surroundings["git"],
        )
        RecordWriter(self._record).append(line)

    def _argv(self) -> List[str]:
        agent = os.path.abspath(sys.argv[0])
        # In memory: a headless run leaves no trace in the user's history.
        return [sys.executable, agent, "-f", "{connection_file}", "--HistoryManager.hist_file=:memory:"]

    def _environment(self) -> Dict[str, str]:
        config = {
            **self._bundle.agent,
            "root": self._bundle.root,
            "notebook": self._bundle.notebook,
            "run": self._bundle.run,
            "runFolder": self._bundle.out,
            "starter": "runner",
        }
        environment = {**os.environ, "REPRISE_CONFIG": json.dumps(config)}
        for name, value in self._bundle.environment.items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        return environment
