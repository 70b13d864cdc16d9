"""Kernels that end: killed, on their own, before they began, restarted."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time

import pytest
from support import processes_of
from table import settings

WORKERS = """
import multiprocessing, time
pool = multiprocessing.get_context("fork").Pool(2)
print([worker.pid for worker in pool._pool], flush=True)
"""


async def test_a_kernel_killed_in_a_cell_is_told_at_once(servers):
    server = servers()
    kernel = await server.start_kernel()
    window = await server.window()
    await window.run("first = 1", cell="a1", index=0)
    request = await window.execute(WORKERS + "time.sleep(60)", cell="b2", index=4)
    await window.until(lambda: window.text(request))
    workers = [int(pid) for pid in window.text(request).strip("[]\n").split(", ")]
    begun = time.monotonic()
    os.kill(kernel["reprise"]["pid"], signal.SIGKILL)
    await window.until(window.death)
    assert time.monotonic() - begun < 10, "the cell takes a minute"
    assert window.death() == {"signal": "SIGKILL", "said": ""}
    summary = server.record()[-1]
    assert (summary["type"], summary["status"], summary["executed"]) == ("summary", "died", 1)
    assert summary["died"] == {"index": 4, "id": "b2", "signal": "SIGKILL"}
    # They are sent SIGKILL before the end is told; when they are gone is the kernel's to say.
    while any(_runs(pid) for pid in workers):
        await asyncio.sleep(0.01)
    lease = await server.lease()
    assert lease["kernel"]["execution_state"] == "dead"
    assert {each["state"] for each in lease["executions"]} == {"done"}
    # Another may be started in its place.
    await server.start_kernel()
    assert await (await server.window()).run("'again'") == "'again'"


async def test_the_last_words_of_a_kernel_are_passed_on(servers):
    server = servers()
    await server.start_kernel()
    window = await server.window()
    code = (
        "import os, time\nprint('printed', flush=True)\ntime.sleep(0.5)\n"
        "exec(compile('os.abort()', os.path.expanduser('~/x.py'), 'exec'))"
    )
    request = await window.execute(code)
    await window.until(window.death)
    assert (window.death()["signal"], window.text(request)) == ("SIGABRT", "printed\n")
    said = window.death()["said"]
    assert "Fatal Python error: Aborted" in said
    assert 'File "~/x.py", line 1' in said if os.path.expanduser("~") != "/" else "x.py" in said
    assert server.record()[-1]["died"]["signal"] == "SIGABRT"


async def test_a_kernel_that_the_user_leaves_has_ended_its_record(servers):
    server = servers()
    await server.start_kernel()
    window = await server.window()
    await window.run("1")
    await window.execute("exit")
    await window.until(window.death)
    assert window.death()["code"] == 0
    record = server.record()
    assert [line["type"] for line in record] == ["header", "cell", "cell", "summary"]
    assert record[-1]["status"] == "ok"


async def test_a_kernel_that_cannot_start_says_why(servers, tmp_path):
    server = servers()
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.exit('no licence today')")
    for env, path, why, said in (
        ({"PYTHONHOME": "/nowhere"}, server.root, "it ended before it could be asked anything", "Python"),
        ({"PYTHONPATH": str(tmp_path)}, server.root, "it ended before it could be asked anything", "no licence today"),
        ({}, server.root / "missing", "No such file or directory", ""),
        ({"REPRISE_CONFIG": "{"}, server.root, "REPRISE_CONFIG cannot be read", ""),
    ):  # fmt: skip
        status, answer = await server.ask("POST", "/api/kernels", {"path": str(path), "env": env})
        assert (status, answer.get("reason")) == (500, "kernel-start"), answer
        assert answer["message"].startswith(why) and said in answer["said"], answer
    assert (await server.ask("GET", "/api/kernels"))[1] == []
    runs = server.root / ".reprise" / "runs"
    assert not runs.exists() or list(runs.iterdir()) == []
    await server.start_kernel()


async def test_a_kernel_that_does_not_answer_is_given_up(servers, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import os, time\nif 'HANG' in os.environ: time.sleep(60)\n")
    server = servers(env={"REPRISE_START_SECONDS": "0.5"})
    env = {"PYTHONPATH": str(tmp_path), "HANG": "1"}
    status, answer = await server.ask("POST", "/api/kernels", {"path": str(server.root), "env": env})
    assert (status, answer["message"]) == (
        500,
        "it did not answer within 0.5 s (REPRISE_START_SECONDS sets another limit)",
    )
    await _only_server(server)


async def test_a_start_that_nobody_waits_for_is_cancelled(servers, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import os, time\nif 'HANG' in os.environ: time.sleep(60)\n")
    server = servers()
    env = {"PYTHONPATH": str(tmp_path), "HANG": "1"}
    asking = asyncio.ensure_future(
        server.ask("POST", "/api/kernels", {"path": str(server.root), "env": env}, timeout=0.5)
    )
    with pytest.raises(Exception, match="[Tt]imeout"):
        await asking
    await _only_server(server)
    assert (await server.ask("GET", "/api/kernels"))[1] == []
    await server.start_kernel()


async def test_a_restart_is_another_run_with_fresh_entropy(servers):
    server = servers()
    config = {
        "policy": "close",
        "settings": settings("close"),
        "seed": {"value": "5eed", "from": "fresh"},
    }
    kernel = await server.start_kernel(REPRISE_CONFIG=json.dumps(config))
    window = await server.window()
    drawn = await window.run("import random; random.random()", cell="a1")
    await window.done(await window.execute("raise ValueError", cell="b2", index=1))
    status, model = await server.ask("POST", f"/api/kernels/{kernel['id']}/restart")
    assert (status, model["id"]) == (200, kernel["id"])
    assert model["reprise"]["run"] != kernel["reprise"]["run"]
    first = server.record()
    assert (first[-1]["type"], first[-1]["status"]) == ("summary", "error")
    assert await window.run("import random; random.random()") != drawn
    second = server.record(model["reprise"]["run"])
    assert (first[0]["seed"]["value"], second[0]["seed"]["from"]) == ("5eed", "fresh")
    assert second[0]["seed"]["value"] != "5eed"
    assert window.death() is None


async def test_a_dead_kernel_is_restarted_and_a_new_window_does_not_hear_of_its_death(servers):
    server = servers()
    kernel = await server.start_kernel()
    window = await server.window()
    os.kill(kernel["reprise"]["pid"], signal.SIGKILL)
    await window.until(window.death)
    assert server.record()[-1]["status"] == "died" and "died" not in server.record()[-1]
    env = {"NEW": "1"}
    body = {"path": str(server.root), "env": env}
    assert (await server.ask("POST", f"/api/kernels/{kernel['id']}/restart", body))[0] == 200
    other = await server.window()
    assert await other.run("import os; os.environ['NEW']") == "'1'"
    assert other.death() is None


async def test_a_shutdown_ends_workers_record_and_a_cell_that_does_not_stop(servers):
    server = servers()
    kernel = await server.start_kernel()
    window = await server.window()
    await window.run(WORKERS, cell="a1", index=0)
    stubborn = "while True:\n    try: print('in', flush=True); time.sleep(60)\n    except KeyboardInterrupt: pass"
    request = await window.execute(stubborn, cell="b2", index=1)
    await window.until(lambda: window.text(request))
    begun = time.monotonic()
    assert (await server.ask("DELETE", f"/api/kernels/{kernel['id']}"))[0] == 204
    assert 5 < time.monotonic() - begun < 30
    await _only_server(server)
    summary = server.record()[-1]
    assert (summary["status"], summary["died"]["id"]) == ("died", "b2")
    assert (await server.ask("GET", "/api/kernels"))[1] == []


async def test_a_shutdown_interrupts_the_running_cell_and_records_it(servers):
    server = servers()
    kernel = await server.start_kernel()
    window = await server.window()
    await window.run("1", cell="a1", index=0)
    request = await window.execute("import time; print('in', flush=True); time.sleep(60)", cell="b2", index=1)
    await window.until(lambda: window.text(request))
    assert (await server.ask("DELETE", f"/api/kernels/{kernel['id']}"))[0] == 204
    record = server.record()
    assert [line["type"] for line in record] == ["header", "cell", "cell", "summary"]
    assert record[2]["error"]["ename"] == "KeyboardInterrupt"
    assert (record[-1]["status"], record[-1]["executed"]) == ("error", 2)


async def _only_server(server):
    """The server and its guard."""
    for _ in range(500):
        if len(processes_of(server.mark)) == 2:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(processes_of(server.mark))


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
