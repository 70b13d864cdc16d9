"""A PostgreSQL server of a test's own, without which its tests are skipped."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

PASSWORD = "hunter2 SECRET"
_PATIENCE = 30  # seconds


@contextlib.contextmanager
def running():
    """Gives its port on 127.0.0.1, and the folder of its socket. Whoever calls itself `postgres` is let in."""
    tools = {name: shutil.which(name) for name in ("initdb", "postgres")}
    if None in tools.values():
        pytest.skip("optional: there is no PostgreSQL server on the PATH")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postgres-"))
    # A server that root starts refuses to run.
    owner = {"user": "nobody"} if os.getuid() == 0 else {}
    if owner:
        shutil.chown(folder, "nobody")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    make = [
        tools["initdb"],
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
        "--locale=C",
        "-E",
        "UTF8",
    ]
    serve = [tools["postgres"], "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F"]
    try:
        subprocess.run(make, check=True, capture_output=True, cwd="/", **owner)
        with subprocess.Popen(
            serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **owner
        ) as server:
            try:
                _wait_for(folder / "data", server)
                yield port, folder
            finally:
                server.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(data, server):
    """Its socket is open before it lets anybody in."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError):
            if "ready" in (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace"):
                return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL did not start")
