"""A bundle that is brought to a pod that waits for it: pieces in any order, twice, cut off, wrong, and none at all."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from pods import NO_TIME, files_of, pack

PIECE = 4 << 20
DATA = "import hashlib; print(hashlib.sha256(open('data.bin', 'rb').read()).hexdigest())"


class Sender:
    """A pod that waits for its bundle, and the commands that bring it."""

    def __init__(self, pod, patience: float = 60, size: int = 5 << 20, **asked):
        self.pod, self.data = pod, os.urandom(size)
        self.archive = pack(sorted(files_of(DATA, files={"data.bin": self.data}).items()))
        pod.give(
            DATA,
            files={"data.bin": self.data},
            archive=self.archive,
            pod={"supply": {"patienceSeconds": patience}, **asked},
        )
        (pod.given / "bundle.tar.gz").unlink()

    def start(self) -> "Sender":
        self.pod.start()
        self.wanting = self.pod.until("wanting")
        return self

    def begin(self, *words: object) -> subprocess.Popen:
        entry = str(self.pod.told.parent / "agent_entry.py")
        command = [sys.executable, "-I", entry, "receive", str(self.pod.given), str(self.pod.work)]
        return subprocess.Popen(
            [*command, *(str(word) for word in words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def tell(self, *words: object, data: bytes = b"") -> "tuple[int, dict, str]":
        command = self.begin(*words)
        out, errors = command.communicate(data, timeout=60)
        return command.returncode, json.loads(out) if out else {}, errors.decode()

    def bring(self, start: int, end: int) -> dict:
        data = self.archive[start:end]
        code, said, errors = self.tell(start, len(data), hashlib.sha256(data).hexdigest(), data=data)
        assert code == 0, errors
        return said

    def bring_all(self, start: int = 0) -> None:
        for offset in range(start, len(self.archive), PIECE):
            self.bring(offset, offset + PIECE)

    def expect_unpacked(self) -> None:
        self.pod.unpack()
        assert (self.pod.root / "data.bin").read_bytes() == self.data
        assert self.pod.event("received")["size"] == len(self.archive)
        assert not (self.pod.work / "bundle.tar.gz").exists()


@pytest.fixture
def sender(pod):
    return Sender(pod, **NO_TIME).start()


def test_it_says_what_it_wants_and_runs_when_it_has_it(pod):
    sender = Sender(pod).start()
    size = len(sender.archive)
    wanting = {"have": 0, "size": size, "piece": PIECE, "seconds": 60}
    assert sender.wanting == {**sender.wanting, **wanting}
    assert sender.tell() == (0, {"wanting": True, "have": 0, "size": size}, "")
    assert sender.bring(0, PIECE) == {"wanting": True, "have": PIECE, "size": size}
    sender.bring_all(PIECE)
    assert pod.wait() == 0, pod.events
    assert pod.text(0) == hashlib.sha256(sender.data).hexdigest() + "\n"
    assert sender.pod.names()[:4] == ["pod", "wanting", "received", "started"]


def test_a_piece_that_comes_again_or_overlaps_changes_nothing(sender):
    sender.bring(0, PIECE)
    assert sender.bring(0, PIECE)["have"] == PIECE
    assert sender.bring(PIECE // 2, PIECE + 1000)["have"] == PIECE + 1000
    sender.bring_all(PIECE)
    sender.expect_unpacked()


def test_the_same_pieces_from_two_senders_at_once(sender):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sender.bring(0, PIECE), range(4)))
    assert sender.tell()[1]["have"] == PIECE
    sender.bring_all(PIECE)
    sender.expect_unpacked()


def test_after_the_last_piece_nothing_more_is_wanted(sender):
    sender.bring_all()
    sender.expect_unpacked()
    assert sender.bring(0, 1000) == {"wanting": False, "have": 0, "size": len(sender.archive)}


def test_a_piece_that_is_not_what_its_digest_says_is_refused(sender):
    said = sender.tell(0, 5, hashlib.sha256(b"right").hexdigest(), data=b"wrong")[1]
    assert (said["refused"], said["have"]) == ("digest", 0)
    sender.bring_all()
    sender.expect_unpacked()


def test_a_piece_that_would_leave_a_gap_is_refused(sender):
    assert {**sender.bring(PIECE, PIECE + 10)} == {
        "wanting": True,
        "have": 0,
        "size": len(sender.archive),
        "refused": "gap",
    }
    sender.bring_all()
    sender.expect_unpacked()


def test_a_piece_that_breaks_off_leaves_nothing_and_one_that_hangs_stops_nobody(sender):
    data = sender.archive[:PIECE]
    sha256 = hashlib.sha256(data).hexdigest()
    said = sender.tell(0, len(data), sha256, data=data[: PIECE // 2])[1]
    assert (said["refused"], said["have"]) == ("short", 0)
    hanging = sender.begin(0, len(data), sha256)
    hanging.stdin.write(data[:1000])
    hanging.stdin.flush()
    sender.bring_all()
    sender.expect_unpacked()
    hanging.kill()
    hanging.communicate()


def test_what_cannot_be_a_piece_is_refused_unread(sender):
    no_pieces = [
        ("-1", "5", "x"),
        ("0", "-5", "x"),
        ("0", str(PIECE + 1), "x"),
        ("0", str(1 << 62), "x"),
        (str(1 << 70), "5", "x"),
        ("beyond", "5", "x"),
        (str(len(sender.archive)), "1", "x"),
        ("0", "5"),
        ("0", "5", "x", "y"),
    ]
    for words in no_pieces:
        code, said, errors = sender.tell(*words)
        assert (words, code, said) == (words, 2, {})
        assert errors.startswith("Nothing was received: ") and "Traceback" not in errors
        assert (sender.pod.work / "bundle.tar.gz").stat().st_size == 0


def test_pieces_of_another_bundle_are_not_run(sender):
    other = os.urandom(len(sender.archive))
    for offset in range(0, len(other), PIECE):
        data = other[offset : offset + PIECE]
        sender.tell(offset, len(data), hashlib.sha256(data).hexdigest(), data=data)
    assert sender.pod.wait() == 40
    assert sender.pod.event("failed")["reason"] == "bundle"
    assert not (sender.pod.work / "bundle.tar.gz").exists()


def test_it_stops_waiting_when_nothing_more_comes(pod):
    sender = Sender(pod, patience=2).start()
    sender.bring(0, PIECE)
    assert pod.wait() == 50
    failed = pod.event("failed")
    assert failed["reason"] == pod.message["reason"] == "not-brought"
    assert f"{PIECE} of {len(sender.archive)} bytes are here" in failed["message"]


def test_it_waits_for_as_long_as_something_comes(pod):
    sender = Sender(pod, patience=2.5, size=2000, **NO_TIME).start()
    began, step = time.monotonic(), len(sender.archive) // 5 + 1
    for offset in range(0, len(sender.archive), step):
        time.sleep(1)
        sender.bring(offset, offset + step)
    assert time.monotonic() - began > 4
    sender.expect_unpacked()


@pytest.mark.parametrize(
    "how, code, reason", [(signal.SIGTERM, 143, "terminated"), (signal.SIGUSR1, 143, "cancelled")]
)
def test_it_can_be_ended_while_it_waits(sender, how, code, reason):
    began = time.monotonic()
    sender.pod.process.send_signal(how)
    assert sender.pod.wait() == code
    assert time.monotonic() - began < 10
    assert (sender.pod.message["reason"], sender.pod.names()) == (reason, ["pod", "wanting", "failed"])


def test_the_deadline_counts_from_when_the_bundle_is_there(pod):
    # Shorter than any kernel takes to start: it ends the run, and not the time in which the bundle came.
    sender = Sender(pod, size=2000, deadlineSeconds=0.1).start()
    time.sleep(1)
    assert sender.tell()[1]["wanting"] is True
    sender.bring_all()
    assert pod.wait() == 60
    assert (pod.names()[:3], pod.message["reason"]) == (["pod", "wanting", "received"], "deadline")


def test_a_second_start_goes_on_with_what_is_there(pod):
    sender = Sender(pod, **NO_TIME).start()
    sender.bring(0, PIECE)
    (runner,) = pathlib.Path(f"/proc/{pod.process.pid}/task/{pod.process.pid}/children").read_text().split()
    os.kill(int(runner), signal.SIGKILL)
    assert pod.wait() == 137
    pod.events.clear()
    assert pod.start().until("wanting")["have"] == PIECE
    sender.bring_all(PIECE)
    sender.expect_unpacked()
