"""A pod's program as Kubernetes starts it, with folders for its mounts, and bundles to put there."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import time

from reprise_agent.streams import Streams
from table import settings

SOURCES = pathlib.Path(__file__).resolve().parents[3] / "src" / "agent"
RUN = "20260101-000000-abcdef"
# In pod.json: less than any kernel takes to start, from when the files are there.
NO_TIME = {"deadlineSeconds": 0.01}


def files_of(*sources: str, files: dict = {}, seed: str = "5eed", **given: object) -> dict:
    """Path below the root → bytes of what `reprise` sends: bundle, notebook and inputs."""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    bundle = {
        "schema": "reprise/bundle/1",
        "run": RUN,
        "root": "../../..",
        "notebook": "study.ipynb",
        "document": "notebook.ipynb",
        "agent": {
            "policy": "close",
            "settings": settings("close"),
            "seed": {"value": seed, "from": "fresh"},
            "valueBudgetMs": None,
        },
        "environment": {"PYTHONHASHSEED": Streams(seed).hash_seed()},
        "detached": True,
        "out": ".",
        "objects": "../../objects",
        **given,
    }
    return {
        f".reprise/runs/{RUN}/bundle.json": json.dumps(bundle).encode(),
        f".reprise/runs/{RUN}/notebook.ipynb": json.dumps(document).encode(),
        **{name: data if isinstance(data, bytes) else data.encode() for name, data in files.items()},
    }


def pack(members: list) -> bytes:
    """A tar.gz of (name, bytes) or of ready TarInfos with their bytes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, data in members:
            member = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            if member.isreg():
                member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0)


def declared(archive: bytes) -> dict:
    return {"sha256": hashlib.sha256(archive).hexdigest(), "size": len(archive)}


class Pod:
    """One pod: `pod.give(...)` fills its mount, `pod.start()` runs its program, `pod.wait()` reads it to the end."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.given, self.work = folder / "in", folder / "work"
        self.root, self.told = self.work / "root", folder / "termination-log"
        for place in (self.given, self.work):
            place.mkdir()
        self._entry = folder / "agent_entry.py"
        self._entry.write_text(
            f"import sys\nsys.path.insert(0, {str(SOURCES)!r})\n"
            "from reprise_agent.__main__ import main\nsys.exit(main())\n"
        )
        self.process = None
        self.events: list = []

    def give(
        self,
        *sources: str,
        files: dict = {},
        pod: dict = {},
        archive: "bytes | None" = None,
        parts: int = 0,
        **given,
    ):
        """A notebook of these cells, or an `archive` as it is. `pod` replaces fields of pod.json."""
        content = files_of(*sources, files=files, **given)
        archive = pack(sorted(content.items())) if archive is None else archive
        inputs = [
            {"path": name, "size": len(content[name]), "sha256": hashlib.sha256(content[name]).hexdigest()}
            for name in sorted(files)
        ]
        document = {
            "schema": "reprise/pod/1",
            "run": RUN,
            "bundle": declared(archive),
            "inputs": inputs,
            "environment": {"check": "record"},
            "holdSeconds": 0,
            **pod,
        }
        (self.given / "pod.json").write_text(json.dumps(document))
        if not parts:
            (self.given / "bundle.tar.gz").write_bytes(archive)
        length = -(-len(archive) // parts) if parts else 0
        for i in range(parts):
            part = archive[i * length : (i + 1) * length]
            (self.given / f"bundle.tar.gz.{i:03d}").write_bytes(part)
        return self

    def start(self, env: dict = {}, prefix: list = [], stderr: int = subprocess.DEVNULL):
        # What only this test run has would change the kernels: ipykernel knows pytest, and a pod has nothing of ours.
        ours = ("PYTEST", "REPRISE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        kept.pop("PYTHONPATH", None)
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-I", str(self._entry), "pod", str(self.given), str(self.work)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**kept, "REPRISE_TERMINATION_LOG": str(self.told), **env},
        )
        return self

    def until(self, event: str, **fields: object) -> dict:
        """Reads events up to and with this one."""
        for line in self.process.stdout:
            found = json.loads(line)
            self.events.append(found)
            if found["event"] == event and all(found.get(name) == value for name, value in fields.items()):
                return found
        raise AssertionError(f"no {event} came: {self.events}")

    def wait(self) -> int:
        self.events += [json.loads(line) for line in self.process.stdout]
        self.process.stdout.close()
        return self.process.wait(timeout=60)

    def run(self, **how) -> int:
        return self.start(**how).wait()

    def unpack(self) -> None:
        """Reads it to its end, of a run whose time is over (`NO_TIME`) as soon as all of its files are there."""
        assert self.wait() == 60, self.events
        assert self.message["reason"] == "deadline"

    def receive(self, offset: int, data: bytes) -> dict:
        """Brings a piece of the bundle, as a command in the container; what the pod has then."""
        piece = [str(offset), str(len(data)), hashlib.sha256(data).hexdigest()]
        command = [sys.executable, "-I", str(self._entry), "receive", str(self.given), str(self.work), *piece]
        return json.loads(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.terminate()
            (self.work / "ack").touch()
            try:
                self.process.wait(timeout=40)
            finally:
                self.process.kill()

    def event(self, name: str) -> dict:
        return next(event for event in self.events if event["event"] == name)

    def names(self) -> list:
        return [event["event"] for event in self.events]

    @property
    def message(self) -> dict:
        return json.loads(self.told.read_bytes())

    @property
    def manifest(self) -> dict:
        return json.loads((self.work / "results" / "manifest.json").read_text())

    @property
    def record(self) -> list:
        text = (self.root / ".reprise" / "runs" / RUN / "record.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def text(self, index: int) -> str:
        """What a cell printed."""
        executed = json.loads((self.root / ".reprise" / "runs" / RUN / "executed.ipynb").read_text())
        return "".join("".join(output.get("text", [])) for output in executed["cells"][index]["outputs"])

    def listed(self) -> list:
        return [file["path"] for file in self.manifest["files"]]


def soon(condition, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)
