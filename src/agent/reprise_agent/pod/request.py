"""`pod.json`: what the submitter asks of a pod."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

OK, CELL_RAISED, DRIFT, INPUTS, NOTHING_RAN, DEADLINE, TERMINATED = 0, 20, 30, 40, 50, 60, 143

BUNDLE = "bundle.tar.gz"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_URL = re.compile(r"(https?|ssh)://\S+|[\w.][\w.-]*@[\w.][\w.-]*:[^-\s]\S*")
_RUN = re.compile(r"\d{8}-\d{6}-[0-9a-z]{6}")
# What a bundle holds besides its inputs: the notebook without outputs, and sources.
_SOURCES = 64 << 20
_PER_FILE = 4 << 10


class Refused(Exception):
    """Nothing runs: with which exit code, why (a word for programs, a sentence for people), and facts for the event."""

    def __init__(self, code: int, reason: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.facts = facts


@dataclass
class Input:
    path: str
    size: int
    sha256: str


@dataclass
class Archive:
    """A tar.gz; `unpacked`: bytes of the tar in it, the most that is read."""

    sha256: str
    size: int
    unpacked: int


@dataclass
class Conditional:
    """A locked package that some platforms have no use for."""

    name: str
    version: str
    marker: str


@dataclass
class GitSource:
    """A commit that holds the bundle in parts (`bundle.tar.gz.000` …), and the ref that leads to it."""

    url: str
    ref: str
    commit: str
    parts: int


@dataclass
class Request:
    run: str
    bundle: Archive
    inputs: List[Input]
    refuses_drift: bool
    python: Optional[str] = None
    packages: Dict[str, str] = field(default_factory=dict)
    conditional: List[Conditional] = field(default_factory=list)
    # Kernel, engine and lock that a notebook in JavaScript is pinned to.
    javascript: Optional[Dict[str, Any]] = None
    # Mounted, where the bundle comes from elsewhere and has only the files.
    sources: Optional[Archive] = None
    # The variable with the address that the bundle is fetched from.
    url: Optional[str] = None
    # Where another container has fetched the bundle from.
    git: Optional[GitSource] = None
    # A folder on a volume, in which the bundle is found by its digest, and kept.
    kept: Optional[str] = None
    # Seconds without a byte of a bundle that is brought; None where it is mounted, or fetched.
    patience: Optional[float] = None
    deadline: Optional[float] = None
    hold: float = 600.0
    # A folder on a volume, in which results are kept too.
    keep: Optional[str] = None
    # The variable with the address that they are sent to.
    send: Optional[str] = None


def read_request(given: str) -> Request:
    """Raises Refused where `pod.json` in the folder `given` is absent or not understood."""
    try:
        with open(os.path.join(given, "pod.json"), encoding="utf-8") as file:
            document = json.load(file)
        if document["schema"] != "reprise/pod/1":
            raise ValueError(f"its schema is {document['schema']!r}")
        return _request(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"pod.json cannot be used: {type(error).__name__}: {error}. Nothing ran."
        raise Refused(NOTHING_RAN, "pod", message) from None


def _request(document: Dict[str, Any]) -> Request:
    bundle, environment = document["bundle"], document.get("environment") or {}
    run = document["run"]
    if not _RUN.fullmatch(run):
        raise ValueError(f"{run!r} is no run id")
    inputs = [Input(item["path"], int(item["size"]), item["sha256"]) for item in document.get("inputs") or []]
    declared = sum(item.size + _PER_FILE for item in inputs) + _SOURCES
    supply = document.get("supply")
    kept = document.get("results") or {}
    deadline, hold = document.get("deadlineSeconds"), document.get("holdSeconds")
    return Request(
        run=run,
        bundle=_archive(bundle, declared),
        inputs=inputs,
        refuses_drift=environment.get("check") == "refuse",
        python=environment.get("python"),
        packages=dict(environment.get("packages") or {}),
        conditional=[
            Conditional(item["name"], item["version"], item["marker"])
            for item in environment.get("conditional") or []
        ],
        javascript=environment.get("javascript"),
        sources=_archive(document["sources"], _SOURCES) if "sources" in document else None,
        url=document.get("url"),
        git=_git(document["git"], run) if "git" in document else None,
        kept=document.get("kept"),
        patience=None if supply is None else float(supply["patienceSeconds"]),
        deadline=None if deadline is None else float(deadline),
        hold=600.0 if hold is None else float(hold),
        keep=kept.get("folder"),
        send=kept.get("url"),
    )


def _git(document: Dict[str, Any], run: str) -> GitSource:
    url, ref, commit = document["url"], f"refs/reprise/bundles/{run}", document["commit"]
    if not _COMMIT.fullmatch(commit):
        raise ValueError(f"{commit!r} is no commit")
    if not _URL.fullmatch(url):
        raise ValueError("its git repository has no https or ssh address")
    return GitSource(url, ref, commit, int(document["parts"]))


def _archive(document: Dict[str, Any], unpacked: int) -> Archive:
    sha256 = document["sha256"]
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is no sha256")
    return Archive(sha256, int(document["size"]), int(document.get("unpacked") or unpacked))
