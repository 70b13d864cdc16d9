"""A runner that takes longer to keep an output than the cell takes to write one."""

from __future__ import annotations

import os
import sys
import threading
import time

from reprise_agent.outputs import OutputArea
from reprise_agent.runner import client


class SlowArea(OutputArea):
    def add(self, kind, content):
        time.sleep(0.02)
        super().add(kind, content)


def test_a_deadline_is_kept_though_outputs_come_faster_than_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "GRACE_SECONDS", 3.0)
    ended = []
    read, write = os.pipe()
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = client.Client(argv, dict(os.environ), str(tmp_path), lambda: False, read)
    try:
        kernel.start(lambda group: None)
        cell = "from IPython.display import display\nwhile True:\n    display(1)"
        waiting = threading.Thread(target=lambda: ended.append(_end(kernel, cell)), daemon=True)
        waiting.start()
        waiting.join(60)
        assert ended == ["timeout"]
    finally:
        kernel.stop(now=True)
        os.close(read)
        os.close(write)


def _end(kernel: client.Client, cell: str) -> str:
    try:
        return kernel.execute(cell, "a", 0, SlowArea(), 1.0, True).status
    except client.TimedOut:
        # What it wrote before it was interrupted could not be read within the time of grace.
        return "timeout"
