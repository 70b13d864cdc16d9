"""Every way in which a pod ends: exit code, termination message, what the record says, what can be fetched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from pods import RUN, soon

LONG = "import time\nopen('began', 'w').close()\ntime.sleep(600)"


def test_a_run_to_the_end_is_0(pod):
    environment = {"REPRISE_POD": "run-x", "REPRISE_POD_UID": "u-1", "REPRISE_NODE": "node-a"}
    cells = (
        "import os\nprint(sorted(name for name in os.environ if name.startswith('REPRISE')))",
        "print(1)",
    )
    assert pod.give(*cells).run(env=environment) == 0
    assert [event["n"] for event in pod.events] == list(range(1, len(pod.events) + 1))
    facts = {"pod": "run-x", "uid": "u-1", "node": "node-a"}
    assert pod.events[0] == {"n": 1, "event": "pod", **facts, "gpus": []}
    assert pod.names()[-3:] == ["end", "holding", "released"]
    assert pod.event("released")["exit"] == 0
    cell = pod.event("cell-end")
    assert "record" not in cell
    assert {"status", "durationMs", "outputs"} <= set(cell)
    ended = pod.event("end")
    raws = [event["outputs"]["raw"] for event in pod.events if event["event"] == "cell-end"]
    manifest = pod.event("holding")["manifest"]
    assert pod.message == {
        "schema": "reprise/end/1",
        "run": RUN,
        "exit": 0,
        "status": "ok",
        "root": ended["root"],
        "results": ended["results"],
        "manifest": manifest["sha256"],
        "size": manifest["size"],
        "cells": "".join(raw[:16] for raw in raws),
    }
    assert pod.text(0) == "[]\n"  # no cell sees where it runs


def test_a_notebook_runs_in_its_folder_even_if_nothing_else_is_there(pod):
    assert pod.give("import os; print(os.getcwd())", notebook="deep/study/train.ipynb").run() == 0
    assert pod.text(0) == f"{pod.root}/deep/study\n"


def test_a_cell_that_raises_is_20(pod):
    assert pod.give("1 / 0", "print('never')").run() == 20
    assert pod.event("end")["status"] == "error"
    assert (pod.message["status"], pod.message["reason"]) == ("error", "cell-error")
    assert pod.message["first"] == {"index": 0, "id": "c0"}
    assert pod.record[-1]["skipped"] == [{"index": 1, "id": "c1"}]
    assert f".reprise/runs/{RUN}/record.jsonl" in pod.listed()


def test_a_cell_that_may_raise_does_not_count(pod):
    assert pod.give("1 / 0", "print('on')", allowErrors=True).run() == 0


def test_a_kernel_that_was_killed_is_50_and_its_results_are_kept(pod):
    # As where the system ran out of memory and killed the kernel alone.
    assert pod.give("open('a.txt', 'w').write('a')", "import os; os.kill(os.getpid(), 9)").run() == 50
    assert (pod.message["status"], pod.message["reason"]) == ("died", "kernel-died")
    assert "SIGKILL" in pod.message["message"] and "memory" in pod.message["message"]
    assert pod.message["first"] == {"index": 1, "id": "c1"}
    assert pod.record[-1]["status"] == "died"
    assert "a.txt" in pod.listed()


def test_a_kernel_that_does_not_start_is_50(pod):
    assert pod.give("1", environment={"PYTHONHOME": "/nowhere"}).run() == 50
    assert pod.event("failed")["reason"] == "kernel-start"
    assert (pod.message["status"], pod.message["reason"]) == ("failed", "kernel-start")
    assert "holding" not in pod.names()


def test_the_deadline_is_60_and_closes_the_record(pod):
    assert pod.give("print('first')", LONG, pod={"deadlineSeconds": 4}).run() == 60
    assert (pod.message["status"], pod.message["reason"]) == ("cancelled", "deadline")
    assert pod.record[-1]["status"] == "cancelled"
    assert pod.record[-1]["interrupted"] == {"index": 1, "id": "c1"}
    assert f".reprise/runs/{RUN}/executed.ipynb" in pod.listed()


def test_a_deadline_that_passed_before_the_kernel_had_started_is_60(pod):
    assert pod.give("1", pod={"deadlineSeconds": 0}).run() == 60
    assert pod.message["reason"] == "deadline"


@pytest.mark.parametrize("cell", ["while True:\n    print('x' * 1000)", "while True:\n    display(1)"])
def test_endless_outputs_do_not_outlive_the_deadline(pod, cell):
    began = time.monotonic()
    assert pod.give(cell, pod={"deadlineSeconds": 4}).run() == 60
    assert time.monotonic() - began < 30
    assert pod.record[-1]["status"] == "cancelled"


def test_sigterm_is_143_closes_the_record_and_leaves_a_moment_to_fetch(pod):
    pod.give("print('first')", LONG, pod={"holdSeconds": 600}).start()
    pod.until("cell-start", index=1)
    soon((pod.root / "began").exists)
    pod.terminate()
    assert pod.until("holding")["seconds"] == 20
    assert pod.message["exit"] == 143  # before the hold: the time until SIGKILL is not ours
    (pod.work / "ack").touch()
    assert pod.wait() == 143
    assert (pod.message["status"], pod.message["reason"]) == ("cancelled", "terminated")
    assert pod.event("released") == {**pod.event("released"), "by": "ack", "exit": 143}
    assert pod.record[-1]["status"] == "cancelled"
    assert "began" in pod.listed()


def test_its_owner_cancels_it_with_sigusr1_and_has_all_the_time_to_fetch(pod):
    pod.give("print('first')", LONG, pod={"holdSeconds": 600}).start()
    pod.until("cell-start", index=1)
    soon((pod.root / "began").exists)
    pod.process.send_signal(signal.SIGUSR1)
    assert pod.until("holding")["seconds"] == 600
    (pod.work / "ack").touch()
    assert pod.wait() == 143
    assert (pod.message["status"], pod.message["reason"]) == ("cancelled", "cancelled")
    assert pod.record[-1]["status"] == "cancelled"


def test_sigterm_before_the_kernel_has_started_is_143(pod):
    pod.give("1").start()
    pod.until("pod")
    pod.terminate()
    assert pod.wait() == 143
    assert pod.message["reason"] == "terminated"


def test_a_runner_that_was_killed_leaves_a_message(pod):
    pod.give(LONG).start()
    runner = pod.until("started")["pid"]
    os.kill(runner, signal.SIGKILL)
    assert pod.wait() == 137
    assert (pod.message["exit"], pod.message["reason"]) == (137, "runner-killed")


def test_an_ack_releases_the_hold(pod):
    pod.give("print(1)", pod={"holdSeconds": 600}).start()
    held = pod.until("holding")
    assert (held["seconds"], held["files"]) == (600, len(pod.manifest["files"]))
    assert held["bytes"] == sum(file["size"] for file in pod.manifest["files"])
    assert pod.process.poll() is None
    (pod.work / "ack").touch()
    assert pod.wait() == 0
    assert pod.event("released")["by"] == "ack"


def test_a_hold_ends_after_its_time_with_the_exit_code_of_the_run(pod):
    assert pod.give("1 / 0", pod={"holdSeconds": 0.5}).run() == 20
    assert (pod.event("released")["by"], pod.event("released")["exit"]) == ("timeout", 20)


def test_sigterm_ends_a_hold_with_the_exit_code_of_the_run(pod):
    pod.give("print(1)", pod={"holdSeconds": 600}).start()
    pod.until("holding")
    pod.terminate()
    assert pod.wait() == 0
    assert pod.event("released")["by"] == "signal"


def test_a_second_start_runs_anew(pod):
    assert pod.give("import os; print(os.path.exists('left.txt'))\nopen('left.txt', 'w').close()").run() == 0
    (pod.work / "ack").touch()
    pod.events.clear()
    assert pod.run() == 0
    assert pod.text(0) == "False\n"
    assert len([line for line in pod.record if line["type"] == "header"]) == 1
    assert pod.event("released")["by"] == "timeout"  # the old ack is not this one's


def test_two_starts_at_once_do_not_mix(pod, tmp_path):
    pod.give("print(1)", pod={"holdSeconds": 600}).start()
    pod.until("holding")
    first, before = pod.process, (pod.work / "results" / "manifest.json").read_bytes()
    assert pod.run(env={"REPRISE_TERMINATION_LOG": str(tmp_path / "second")}) == 50
    assert pod.event("failed")["reason"] == "busy"
    assert (pod.work / "results" / "manifest.json").read_bytes() == before
    pod.process = first
    (pod.work / "ack").touch()
    assert pod.wait() == 0


def test_what_cells_leave_behind_is_reaped_and_has_ended_before_the_results_are_listed(pod):
    # A daemon of its own session, which goes on writing; and one that has ended, for whoever is its parent then.
    daemon = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    writes = "        while True:\n            open('log.txt', 'a').write('x'); time.sleep(0.01)\n    os._exit(0)\n"
    ended = "import subprocess\nsubprocess.run(['sh', '-c', 'true & echo $! > ended.txt'])\ntime.sleep(0.5)\n"
    there = "print(os.path.exists('/proc/' + open('ended.txt').read().strip()))"
    pod.give(daemon + writes + "os.wait()\ntime.sleep(0.3)", ended + there, pod={"holdSeconds": 600}).start()
    pod.until("holding")
    size = (pod.root / "log.txt").stat().st_size
    time.sleep(0.3)
    assert size > 0 and (pod.root / "log.txt").stat().st_size == size
    assert pod.text(1) == "False\n"


def test_as_the_first_process_of_a_container(pod):
    namespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    try:
        possible = subprocess.run([*namespace, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        possible = False
    if not possible:
        pytest.skip("no process namespace can be made here")
    # A first process has no default action for SIGTERM; here it comes from inside, as it does from the kubelet.
    inside = "import os, signal\nprint(os.getppid() > 1)\nos.kill(1, signal.SIGTERM)\n" + LONG
    assert pod.give(inside).run(prefix=namespace) == 143
    assert pod.text(0).startswith("True")
    assert pod.record[-1]["status"] == "cancelled"


def test_the_same_results_as_here(pod, tmp_path):
    cells = (
        "import random; print(random.random())",
        "open('a.txt', 'w').write('a')",
        "print({'b', 'a', 'c'})",
    )
    assert pod.give(*cells).run() == 0
    here = tmp_path / "here"
    subprocess.run(["mkdir", "-p", str(here)], check=True)
    subprocess.run(["tar", "-xzf", str(pod.given / "bundle.tar.gz"), "-C", str(here)], check=True)
    entry, folder = str(tmp_path / "agent_entry.py"), str(here / ".reprise" / "runs" / RUN)
    subprocess.run([sys.executable, entry, "run", folder], check=True, stdout=subprocess.DEVNULL)
    last = (here / ".reprise" / "runs" / RUN / "record.jsonl").read_text().splitlines()[-1]
    assert f'"results":"{pod.event("end")["results"]}"' in last
