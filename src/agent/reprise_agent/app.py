"""Starts the kernel process: configuration first, then ipykernel's application with our kernel in it."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
from typing import Any, List

from ipykernel.kernelapp import IPKernelApp

from .config import Config
from .fingerprint import fingerprint
from .git import git_state
from .kernel import RepriseKernel
from .record.header import header, read_document
from .record.writer import RecordWriter


class RepriseApp(IPKernelApp):
    """ipykernel's application; outputs are never dropped for a slow reader."""

    kernel_class = RepriseKernel

    def init_iopub(self, context: Any) -> None:
        # The default high-water mark of 1,000 messages drops output without a word.
        context.sndhwm = 0
        super().init_iopub(context)

    def init_path(self) -> None:
        super().init_path()
        ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        if ours in sys.path:
            sys.path.remove(ours)
            sys.path.append(ours)


def serve_kernel(arguments: List[str], config: Config) -> int:
    if config.starter == "runner":
        _end_with_parent()
    app = RepriseApp.instance()
    app.initialize(arguments)
    _begin_record(app.kernel, config)
    app.start()
    return 0


def _begin_record(kernel: Any, config: Config) -> None:
    """Recording that cannot begin leaves a plain kernel, and says so once in the log."""
    try:
        folder, objects = _run_folder(config)
        if config.starter == "agent":
            notebook = os.path.join(config.root or os.getcwd(), config.notebook or "")
            document = read_document(notebook) if config.notebook else None
            line = header(config, str(config.run), document, objects, fingerprint(), git_state(os.getcwd()))
            RecordWriter(os.path.join(folder, "record.jsonl")).append(line)
        kernel.prepare(config, folder, objects)
    except Exception as error:
        print(f"Reprise cannot record this kernel: {type(error).__name__}: {error}", file=sys.__stderr__)


def _run_folder(config: Config) -> "tuple[str, str]":
    config.root = config.root or find_root(os.getcwd())
    store = os.path.join(config.root, ".reprise")
    if config.run_folder is None:
        config.run = config.run or time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(3)
        config.run_folder = os.path.join(store, "runs", config.run)
        os.makedirs(config.run_folder, exist_ok=True)
        with contextlib.suppress(FileExistsError), open(os.path.join(store, ".gitignore"), "x") as file:
            file.write("*\n")
    return config.run_folder, os.path.join(os.path.dirname(os.path.dirname(config.run_folder)), "objects")


def find_root(folder: str) -> str:
    """The nearest ancestor that has `.reprise/`, else the git root unless that is the home directory, else `folder`."""
    ancestors = [folder]
    while os.path.dirname(ancestors[-1]) != ancestors[-1]:
        ancestors.append(os.path.dirname(ancestors[-1]))
    for marker in (".reprise", ".git"):
        for ancestor in ancestors:
            if os.path.exists(os.path.join(ancestor, marker)):
                if marker == ".git" and ancestor == os.path.expanduser("~"):
                    break
                return ancestor
    return folder


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
