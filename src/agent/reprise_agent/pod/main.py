"""`agent.pyz pod IN WORK`: from the bundle in a mount to results that wait to be fetched."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
from typing import Any, Dict, Optional

from ..fingerprint.gpus import listed
from ..fingerprint.reading import Readings
from ..javascript.finding import lend_packages
from ..runner.bundle import BundleError, read_bundle
from ..runner.main import run_bundle
from . import message, request
from .bringing import bring, mounted
from .checking import check_environment, check_inputs
from .ending import Ending
from .events import PodEvents
from .holding import AFTER_SIGNAL_SECONDS, hold
from .init import end_orphans, under_init
from .keeping import keep
from .request import Archive, Refused, Request, read_request
from .results import Results, objects_in, write_results
from .sending import Unsent, send
from .unpacking import unpack


def pod(given: str, work: str) -> int:
    """The exit code says how it ended: `request.py` names them."""
    told = message.place()
    _see_what_the_kernel_sees()

    def killed(code: int) -> None:
        if not os.path.exists(told) or os.path.getsize(told) == 0:
            facts = {"run": "", "exit": code, "status": "failed", "reason": "runner-killed"}
            message.write_message(
                told, {**facts, "message": "The runner was killed; memory may have run out."}
            )

    return under_init(lambda init: _Pod(given, os.path.abspath(work), told, init).run(), killed)


def _see_what_the_kernel_sees() -> None:
    """`-I` hides PYTHONPATH from us, through which an image may bring its packages, and not from the kernel."""
    if sys.flags.isolated:
        given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        sys.path[1:1] = [folder for folder in given if os.path.isabs(folder)]


class _Pod:
    def __init__(self, given: str, work: str, told: str, init: int) -> None:
        self._ending = Ending()
        self._events = PodEvents()
        self._given = given
        self._work = work
        self._root = os.path.join(work, "root")
        self._told = told
        self._init = init
        self._run = ""
        self._uid = ""
        self._address = ""
        self._gpu: Optional[str] = None

    def run(self) -> int:
        self._introduce()
        try:
            asked = read_request(self._given)
            self._run = asked.run
            # A secret: the notebook does not see it.
            self._address = os.environ.pop(asked.send or "", "")
            self._prepare(asked)
        except Refused as refused:
            self._events.send("failed", reason=refused.reason, message=str(refused), **refused.facts)
            return self._say(refused.code, refused.reason, str(refused))
        except OSError as error:
            why = f"The bundle cannot be unpacked: {error.strerror}. Nothing ran. Give the pod more room."
            self._events.send("failed", reason="disk", message=why)
            return self._say(request.NOTHING_RAN, "disk", why)
        return self._execute(asked)

    def _introduce(self) -> None:
        """Who we are is for the log only: the notebook does not see it."""
        named = {"pod": "REPRISE_POD", "uid": "REPRISE_POD_UID", "node": "REPRISE_NODE"}
        gpus = listed(Readings())
        self._gpu = ", ".join(gpu.get("product", "GPU") for gpu in gpus) or None
        facts = {field: os.environ.pop(variable, "") for field, variable in named.items()}
        self._uid = facts["uid"]
        self._events.send("pod", **facts, gpus=gpus)

    def _prepare(self, asked: Request) -> None:
        self._begin_anew()
        if asked.sources is not None:
            path = os.path.join(self._work, "sources.tar.gz")
            self._unpack(mounted(asked.sources, self._given, path), asked.sources)
        self._unpack(bring(asked, self._given, self._work, self._events.send, self._ending), asked.bundle)
        if asked.deadline is not None:
            self._ending.limit(asked.deadline)
        check_inputs(asked.inputs, self._root)
        folder = self._root
        # Of a notebook that reads nothing from its own folder, the bundle has no file there. What else may be wrong
        # with the bundle, the runner says.
        with contextlib.suppress(BundleError):
            folder = read_bundle(self._folder(asked)).working_folder
            os.makedirs(folder, exist_ok=True)
        check_environment(asked, self._root, folder)

    def _unpack(self, path: str, archive: Archive) -> None:
        unpack(path, self._root, archive.unpacked)
        # On a volume it is kept for the next run.
        if os.path.dirname(path) == self._work:
            os.unlink(path)

    def _begin_anew(self) -> None:
        """Kubernetes may start a container twice: what an earlier start left is no input of this one."""
        os.makedirs(os.path.join(self._work, "home"), exist_ok=True)
        os.environ["HOME"] = os.path.join(self._work, "home")
        # Held until the process ends.
        self._lock = os.open(os.path.join(self._work, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            why = "Another run uses this folder. Nothing ran."
            raise Refused(request.NOTHING_RAN, "busy", why) from None
        for name in ("root", "results"):
            if os.path.lexists(os.path.join(self._work, name)):
                shutil.rmtree(os.path.join(self._work, name))
        if os.path.lexists(self._ack):
            os.unlink(self._ack)
        os.mkdir(self._root)
        # Above the root, so that it is no file of the notebook's.
        lend_packages(self._work)

    def _execute(self, asked: Request) -> int:
        before = objects_in(self._root)
        run_bundle(self._folder(asked), self._events, self._ending)
        self._ending.lift()
        end_orphans(self._init)
        code, reason, why = self._outcome()
        if self._events.ended is None:
            return self._say(code, reason, why)
        try:
            results = write_results(os.path.join(self._work, "results"), self._root, asked.run, before)
        except OSError as error:
            why = f"The list of results cannot be written: {error.strerror}. Give the pod more room."
            self._events.send("failed", reason="disk", message=why)
            return self._say(request.NOTHING_RAN, "disk", why)
        self._say(code, reason, why, results)
        # The message stands already: a store that takes long, or ends us, loses no verdict.
        if self._keep(asked, results, self._document(code, reason, why, results)):
            self._say(code, reason, why, results, kept=True)
        self._hold(asked.hold, code, reason, results)
        return code

    def _outcome(self) -> "tuple[int, Optional[str], Optional[str]]":
        """Exit code, and why it is not 0."""
        failed, ended = self._events.failed or {}, self._events.ended or {}
        cell = f"cell {self._events.last['index']}" if self._events.last else "the first cell"
        if "cancelled" in (failed.get("reason"), ended.get("status")):
            if self._ending.by == "deadline":
                return request.DEADLINE, "deadline", f"The deadline passed; the run was cancelled in {cell}."
            if self._ending.by == "owner":
                return request.TERMINATED, "cancelled", f"Its owner cancelled the run, in {cell}."
            why = f"The pod was told to end; the run was cancelled in {cell}."
            return request.TERMINATED, "terminated", why
        if failed:
            return request.NOTHING_RAN, failed["reason"], failed["message"]
        if self._events.unwritten is not None:
            return request.NOTHING_RAN, "disk", f"Not all of the record is written: {self._events.unwritten}."
        if ended["status"] == "died":
            signal = ended["died"].get("signal")
            how = (
                f"was killed ({signal}); memory may have run out"
                if signal == "SIGKILL"
                else "ended by itself"
            )
            return request.NOTHING_RAN, "kernel-died", f"The kernel {how}, in {cell}."
        if ended["status"] == "error":
            return request.CELL_RAISED, "cell-error", f"An error ended the run in {cell}."
        return request.OK, None, None

    def _keep(self, asked: Request, results: Results, end: Dict[str, Any]) -> bool:
        """Whether all of it is where it was asked to be; what is not can be fetched all the same."""
        if asked.keep is None and asked.send is None:
            return False
        try:
            if asked.keep is not None:
                keep(os.path.join(asked.keep, asked.run), self._uid, self._root, results, end)
            if asked.send is not None:
                send(self._address, self._root, results)
        except OSError as error:
            why = f"The results cannot be kept on the volume: {error.strerror}. Fetch them while the pod holds them."
            self._events.send("unkept", message=why)
            return False
        except Unsent as error:
            self._events.send("unkept", message=str(error))
            return False
        self._events.send("kept", files=results.files, bytes=results.bytes)
        return True

    def _say(
        self, code: int, reason: Any, why: Any, results: Optional[Results] = None, kept: Optional[bool] = None
    ) -> int:
        message.write_message(self._told, {**self._document(code, reason, why, results), "kept": kept})
        return code

    def _document(self, code: int, reason: Any, why: Any, results: Optional[Results]) -> Dict[str, Any]:
        ended = self._events.ended or {}
        return {
            "run": self._run,
            "exit": code,
            "status": ended.get("status", "failed"),
            "root": ended.get("root"),
            "results": ended.get("results"),
            "manifest": results.sha256 if results else None,
            "size": results.size if results else None,
            "reason": reason,
            "message": why,
            "gpu": self._gpu,
            "first": self._events.last if code != request.OK else None,
            "cells": message.cells_of(self._events.cells) if ended else None,
        }

    def _hold(self, seconds: float, code: int, reason: Optional[str], results: Results) -> None:
        cancelled = self._ending.terminated
        seconds = min(seconds, AFTER_SIGNAL_SECONDS) if cancelled else seconds
        manifest = {"path": results.path, "size": results.size, "sha256": results.sha256}
        held: Dict[str, Any] = {"files": results.files, "bytes": results.bytes, "seconds": seconds}
        if reason is not None:
            held["reason"] = reason
        self._events.send("holding", manifest=manifest, **held)
        by = hold(self._ack, seconds, self._ending, cancelled)
        self._events.send("released", by=by, exit=code)

    def _folder(self, asked: Request) -> str:
        return os.path.join(self._root, ".reprise", "runs", asked.run)

    @property
    def _ack(self) -> str:
        return os.path.join(self._work, "ack")
