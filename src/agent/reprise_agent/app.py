"""Starts the kernel process: configuration first, then ipykernel's application with our kernel in it."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
from typing import Any, List

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

from .config import Config
from .fingerprint import fingerprint
from .git import git_state
from .kernel import RepriseKernel
from .record.folder import run_folder, write_local
from .record.header import header, read_document
from .record.writer import RecordWriter


class RepriseApp(IPKernelApp):
    """ipykernel's application; outputs are never dropped for a slow reader."""

    kernel_class = RepriseKernel

    def init_iopub(self, context: Any) -> None:
        # The default high-water mark of 1,000 messages drops output without a word.
        context.sndhwm = 0
        super().init_iopub(context)

    def finish_answers(self) -> None:
        """At exit ipykernel stops the IOPub thread first, through which the threads that answer requests may still have
        something to say: then they wait for ever, and whoever asked the kernel to end kills it after a while."""
        for name in ("control_thread", "shell_channel_thread"):
            thread = getattr(self, name, None)
            if thread is not None and thread.is_alive():
                thread.stop()
                thread.join()

    def init_path(self) -> None:
        super().init_path()
        ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        if ours in sys.path:
            sys.path.remove(ours)
            sys.path.append(ours)


def serve_kernel(arguments: List[str], config: Config) -> int:
    if config.starter == "runner":
        _end_with_parent()
    _tell_of_crashes()
    app = RepriseApp.instance()
    if config.javascript is not None:
        from .javascript.kernel import JavaScriptKernel

        app.kernel_class = JavaScriptKernel
    elif not config.records:
        app.kernel_class = IPythonKernel
    app.initialize(arguments)
    if config.records:
        _begin_record(app.kernel, config)
    elif config.javascript is not None:
        app.kernel.prepare(config, "", "")
    try:
        app.start()
    finally:
        # `exit` in a cell ends the loop without a shutdown request.
        if config.records:
            app.kernel.end_record()
        app.finish_answers()
    return 0


def _begin_record(kernel: Any, config: Config) -> None:
    """Recording that cannot begin leaves a plain kernel, and says so once in the log."""
    try:
        folder, objects = run_folder(config, os.getcwd())
        if config.starter == "agent":
            write_local(folder, os.getpid(), os.getpid())
            notebook = os.path.join(config.root or os.getcwd(), config.notebook or "")
            document = read_document(notebook) if config.notebook else None
            line = header(
                config,
                str(config.run),
                document,
                objects,
                fingerprint(root=config.root),
                git_state(os.getcwd()),
            )
            RecordWriter(os.path.join(folder, "record.jsonl")).append(line)
        kernel.prepare(config, folder, objects)
    except Exception as error:
        print(f"Reprise cannot record this kernel: {type(error).__name__}: {error}", file=sys.__stderr__)


def _tell_of_crashes() -> None:
    """Where native code crashed is written to whoever started us: ipykernel takes descriptor 2 over, and what a dying
    process writes there nobody reads any more."""
    with contextlib.suppress(OSError):
        faulthandler.enable(file=os.dup(2), all_threads=False)


def _end_with_parent() -> None:
    """A kernel whose runner was killed does not stay behind (elsewhere than on Linux ipykernel's poller sees to it).

    Only for our runner: the signal comes when the *thread* that started the kernel ends, and front ends may use one."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(Exception):
        import ctypes
        import signal

        pr_set_pdeathsig = 1  # <sys/prctl.h>
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
