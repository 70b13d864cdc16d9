"""What happened in each cell, from the kernel's side: begins, ends, and writes the cell's line of the record."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import threading
import time
import traceback
from typing import Any, Dict, Iterator, List, Optional

from .audit.deep import DeepAudit
from .cells import Cells
from .children import told
from .children.giving import Givers
from .config import Config
from .data.dvc import DvcFiles
from .data.log import DataLog
from .data.pachyderm import PachydermInputs
from .entropy import EntropyLog
from .fingerprint.loaded import loaded
from .identity import Identity
from .outputs import OutputArea, digest_form, raw_form
from .record.header import now
from .record.summary import append_summary
from .record.writer import RecordWriter, put_object
from .reruns import Reruns
from .seeding import states
from .seeding.percell import PerCell
from .shown import Shown
from .tracking.clocks import clock_reads
from .tracking.files import FileTracker
from .tracking.surroundings import Surroundings, families_of
from .tracking.variables import VariableTracker
from .tracking.warnings import WarningTracker
from .training.ledger import Ledger

_FILES_IN_REPLY = 200


class Recorder:
    """Owns the trackers. A fault of ours is caught, noted in the cell's `faults`, and never reaches the user's cell."""

    def __init__(
        self, shell: Any, config: Config, cells: Cells, log: EntropyLog, folder: str, objects: str
    ) -> None:
        self._shell = shell
        self._states: Any = states
        self._cells = cells
        self._log = log
        self._objects = objects
        self._writer = RecordWriter(os.path.join(folder, "record.jsonl"), soon=True)
        root = config.root or os.getcwd()
        told_children = os.path.join(os.path.abspath(folder), "children")
        ignored = [path for path in (config.notebook, *config.ignore, told_children) if path]
        self._variables = VariableTracker(shell, config.value_budget_ms)
        self._files = FileTracker(root, os.getcwd(), ignored)
        self._warnings = WarningTracker(cells)
        self._surroundings = Surroundings(root)
        self.operations = self._warnings.operations
        self.per_cell: Optional[PerCell] = None
        self.audit: Optional[DeepAudit] = None
        self.ledger = Ledger(cells, config.ledger == "indices", self.fault)
        drew = functools.partial(log.unreached, "sql.random", cells)
        self.data = DataLog(self.fault, self._files.name_of, self._files.expect, drew)
        self.children = Givers(cells, config.for_children(), told_children)
        self._dvc = DvcFiles(root, self.data)
        self._pachyderm = PachydermInputs(dict(os.environ), self.data)
        self._reruns = Reruns(shell.user_ns, config.per_cell)
        self._identity = Identity(os.path.join(root, config.notebook) if config.notebook else None)
        self._order: Optional[List[str]] = self._identity.keys
        self._moved: Optional[List[str]] = None
        self._shown = Shown()
        self.heard, self.recall = self._shown.heard, self._shown.recall
        self._faults: List[str] = []
        self._incomplete = False
        self._seq = 0
        self._home = os.path.expanduser("~").rstrip(os.sep)
        self.running = False
        self._ends_record = config.starter == "agent"
        self._enforces = config.enforces
        self._closed = False
        self._closing = threading.Lock()

    def install(self) -> None:
        self._generators, self._rng_after = self._states.save(), self._states.digests()
        for name, tracker in (
            ("variables", self._variables),
            ("files", self._files),
            ("warnings", self._warnings),
        ):
            with self.guard(f"tracking {name}"):
                tracker.install()

    @contextlib.contextmanager
    def guard(self, what: str) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            # Digests call the user's code, which may raise anything, an exit included.
            self.fault(what, error)

    def fault(self, what: str, error: BaseException) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1:] or [None]
        where = f" ({os.path.basename(last[0].filename)}:{last[0].lineno})" if last[0] else ""
        self._faults.append(f"{what}: {type(error).__name__}{where}")

    def begin(
        self,
        code: str,
        cell_id: Optional[str],
        index: Optional[int],
        message: str,
        order: Optional[List[str]] = None,
    ) -> None:
        """`order`: the keys of the document's cells as they are now, where the front end says."""
        self.running = True
        self._code = code
        self._moved = order if order is not None and order != self._order else None
        self._order = order if order is not None else self._order
        self._started = now()
        key, position = self._identity.find(code, cell_id, index)
        self.execution = self._cells.begin(key, position, self._code_name(code))
        self._shown.begin(message)
        self._rng_before: Dict[str, str] = {}
        with self.guard("tracking variables"):
            self._variables.before(key, code)
        with self.guard("tracking files"):
            self._files.before(code)
        with self.guard("tracking warnings"):
            self._warnings.before()
        self._process: Dict[str, str] = {}
        with self.guard("reading the process"):
            self._process = self._surroundings.digests()
        self.ledger.begin()
        self.data.begin()
        with self.guard("reading generator states"):
            # Comms, timers and our own work between cells must not move the user's streams; where nothing is enforced,
            # a thread that draws between cells draws what it would without us.
            if self._enforces:
                self._states.restore(self._generators)
            self._rng_before = self._rng_after if self._enforces else self._states.digests()
            if self.per_cell is not None:
                self.per_cell.begin(self.execution)
                self._rng_before = self._states.digests()
        with self.guard("auditing operations"):
            if self.audit is not None:
                self.audit.begin()
        self._clock = time.perf_counter()

    def _code_name(self, code: str) -> str:
        return self._shell.compile.get_code_name(code, code, self._shell.execution_count)

    def _clock_reads(self, code: str) -> List[Dict[str, Any]]:
        return clock_reads(self._shell, code)

    def end(self) -> None:
        self._duration = (time.perf_counter() - self._clock) * 1000
        with self.guard("auditing operations"):
            if self.audit is not None:
                self.audit.end()

    def finish(self, reply: Dict[str, Any]) -> Dict[str, Any]:
        """The cell's line, already appended to the record; called after the streams were flushed."""
        execution = self.execution
        line: Dict[str, Any] = {
            "type": "cell",
            "seq": self._seq,
            "index": execution.index,
            "id": execution.key,
            "execution": execution.number,
            "executionCount": reply.get("execution_count"),
            "status": "ok" if reply.get("status") == "ok" else "error",
            "startedAt": self._started,
            "durationMs": round(self._duration, 3),
            "source": hashlib.sha256(self._code.encode("utf-8", "replace")).hexdigest(),
            "error": self._error(reply),
            "reads": [],
            "readDigests": {},
            "writes": [],
            "deletes": [],
            "precision": "static",
            "notObserved": [],
            "files": [],
            "clock": [],
            "warnings": [],
            "operations": [],
            "entropy": [],
            "outputs": {"raw": "", "layout": "", "count": 0},
        }
        with self.guard("reading generator states"):
            self._rng_after = self._states.digests()
            line["rng"] = {
                "before": self._rng_before,
                "after": self._rng_after,
                "drew": sorted(execution.drew),
                "seeded": sorted(execution.seeded),
            }
            if self.per_cell is not None:
                self.per_cell.end(execution)
        self._generators = self._states.save()
        with self.guard("reading the process"):
            self._surroundings.modules.note(self._variables.trees, self._shell.user_ns)
            line["process"] = {"before": self._process, "after": self._surroundings.digests()}
        with self.guard("tracking variables"):
            line.update(self._variables.after(line["status"] == "error"))
        with self.guard("tracking files"):
            line["files"] = self._files.after()
            line["notObserved"] = [*line["notObserved"], *self._files.not_observed()]
            folders = self._files.folders_made()
            if folders:
                line["folders"] = folders
        with self.guard("reading versions of DVC"):
            self._dvc.note(line["files"])
        with self.guard("reading commits of Pachyderm"):
            self._pachyderm.note(self._files.read_paths)
        with self.guard("noting data versions"):
            data, unseen = self.data.take()
            line["notObserved"] = [*line["notObserved"], *unseen]
            if data:
                line["data"] = data
        with self.guard("tracking warnings"):
            line["warnings"] = self._warnings.after()
            line["operations"] = self.operations.found()
        with self.guard("keeping the training ledger"):
            training, unseen = self.ledger.take(self._keep)
            line["notObserved"] = [*line["notObserved"], *unseen]
            if training is not None:
                line["training"] = training
        with self.guard("tracking clocks"):
            line["clock"] = [
                {"call": read["call"], "at": {"cell": execution.index, "line": read["line"]}}
                for read in self._clock_reads(self._code)
            ]
        with self.guard("hearing child processes"):
            told.take(self.children.folder, self._log)
        line["entropy"] = self._log.take()
        with self.guard("comparing with the execution before"):
            rerun = self._reruns.compare(line, execution)
            if rerun is not None:
                line["rerun"] = rerun
        with self.guard("auditing operations"):
            audited = self.audit.log.take(self._keep) if self.audit is not None else None
            if audited is not None:
                line["audit"] = audited
        with self.guard("digesting outputs"):
            line["outputs"] = self._outputs(self._shown.area)
        with self.guard("reading the process"):
            # A cell that shows and makes nothing depends on no setting.
            if line["outputs"]["count"] or self._variables.made_values():
                line["process"]["used"] = self._surroundings.used(families_of(self._variables.mentioned()))
        with self.guard("digesting outputs"):
            revised = [
                {"index": earlier.index, "id": earlier.key, **self._outputs(area)}
                for earlier, area in self._shown.revised()
            ]
            if revised:
                line["revised"] = revised
        if self._moved is not None:
            line["order"] = self._moved
        self._shown.end(execution)
        self._cells.end()
        self._seq += 1
        reply = self._append(line)
        self.running = False
        return reply

    def _error(self, reply: Dict[str, Any]) -> Optional[Dict[str, str]]:
        if "ename" not in reply:
            return None
        evalue = reply["evalue"]
        return {
            "ename": reply["ename"],
            "evalue": evalue.replace(self._home, "~") if len(self._home) > 1 else evalue,
        }

    def close(self) -> None:
        """The last lines of ours, once: files that were still open when the last cell had ended, the libraries that
        were loaded by then, and the summary of a run that has no runner to write it."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        found: Dict[str, Any] = {}
        with self.guard("tracking files"):
            found["files"] = self._files.close()
        with self.guard("reading what was loaded"):
            found["loaded"] = self._loaded()
        with self.guard("tracking files"):
            if any(found.values()):
                closing = {"files": [], **{name: value for name, value in found.items() if value}}
                self._writer.append({"type": "closing", **closing})
        self.children.forget()
        if self._ends_record:
            with self.guard("ending the record"):
                append_summary(self._writer.path)

    def _loaded(self) -> Optional[Dict[str, Any]]:
        return loaded()

    def _outputs(self, area: OutputArea) -> Dict[str, Any]:
        outputs = area.finished()
        raw, data = digest_form(raw_form(outputs))
        layout, _ = digest_form(raw_form(outputs, across_displays=False))
        self._keep(data, raw)
        return {"raw": raw, "layout": layout, "count": len(outputs)}

    def _keep(self, data: bytes, digest: Optional[str] = None) -> str:
        digest = digest or hashlib.sha256(data).hexdigest()
        try:
            put_object(self._objects, data, digest)
        except OSError as error:
            self._unwritten(error)
        return digest

    def _unwritten(self, error: OSError) -> None:
        self._faults.append(f"writing the record: {error.strerror or type(error).__name__}")
        self._incomplete = True

    def _append(self, line: Dict[str, Any]) -> Dict[str, Any]:
        """The reply carries the line, and says so where something of it is not on disk."""
        self._keep(self._code.encode("utf-8", "replace"), line["source"])
        line["faults"] = self._faults
        try:
            if self._closed:
                raise OSError(errno.EPERM, "the record had ended")
            self._writer.append(line)
        except OSError as error:
            self._unwritten(error)
        reply = {**line, "unwritten": True} if self._incomplete else line
        if len(line["files"]) > _FILES_IN_REPLY:
            # The record has them all; a front end is not made to wait for megabytes of them.
            reply = {**reply, "files": line["files"][:_FILES_IN_REPLY], "filesInRecord": len(line["files"])}
        self._faults, self._incomplete = [], False
        return reply
