"""Whose kernel it is, and when a server that nobody comes back to ends."""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
import subprocess
import sys

from support import processes_of

SHORT = {"REPRISE_LEASE_SECONDS": "1.5"}


async def test_a_second_window_is_refused_until_it_takes_the_kernel(servers):
    server = servers()
    await server.start_kernel()
    window = await server.window()
    await window.run("x = 5")
    status, answer = await server.ask("PUT", "/api/reprise/lease", {"owner": "window-2"})
    assert (status, answer) == (409, {"owner": "window-1"})
    lease = await server.lease("window-2", take=True)
    assert (lease["owner"], lease["kernel"]["id"]) == ("window-2", server.kernel["id"])
    assert await (await server.window()).run("x") == "5"


async def test_who_has_lost_it_cannot_renew_it_while_the_next_connects(servers):
    server = servers()
    await server.start_kernel()
    (await server.window()).close()
    await server.lease("window-2", take=True)
    status, answer = await server.ask("PATCH", "/api/reprise/lease", {"owner": "window-1"})
    assert (status, answer) == (409, {"owner": "window-2"})
    status, answer = await server.ask("DELETE", "/api/reprise/lease?owner=window-1")
    assert (status, answer) == (409, {"owner": "window-2"})
    assert await (await server.window()).run("1 + 1") == "2"


async def test_a_place_has_one_server(servers):
    first, second = servers(), servers()
    assert (first.said["event"], second.said["event"]) == ("ready", "taken")
    assert first.state()["pid"] == first.pid


async def test_a_server_goes_with_its_notebook(servers):
    server = servers()
    await server.start_kernel()
    place = server.place.parent / "renamed"
    body = {"place": str(place), "notebook": str(server.root / "renamed.ipynb")}
    assert (await server.ask("PATCH", "/api/reprise/place", body))[0] == 204
    assert not pathlib.Path(f"{server.place}.json").exists()
    server.place = place
    assert server.state()["notebook"].endswith("renamed.ipynb")
    assert servers("renamed").said["event"] == "taken"


async def test_nobody_left_ends_the_server_and_closes_the_record(servers):
    server = servers(env=SHORT)
    await server.start_kernel()
    window = await server.window()
    await window.run("1")
    window.close()
    assert processes_of(server.mark, within=8) == []
    assert server.record()[-1]["status"] == "ok"
    assert not pathlib.Path(f"{server.place}.json").exists()


async def test_a_running_cell_keeps_it(servers):
    server = servers(env=SHORT)
    await server.start_kernel()
    window = await server.window()
    await window.execute("import time; time.sleep(4); print(1)")
    await asyncio.sleep(0.5)
    window.close()
    await asyncio.sleep(3)
    assert processes_of(server.mark) != []
    assert processes_of(server.mark, within=8) == []
    assert server.record()[-1]["executed"] == 1


async def test_a_cell_that_only_waits_for_an_answer_does_not(servers):
    server = servers(env=SHORT)
    await server.start_kernel()
    window = await server.window()
    request = await window.execute("input('Never answered')")
    await window.until(lambda: window.of(request, "input_request"))
    window.close()
    assert processes_of(server.mark, within=10) == []


async def test_it_outlives_whoever_started_it(servers):
    server = servers(env={"REPRISE_LEASE_SECONDS": "30"}, start_new_session=True)
    await server.start_kernel()
    os.kill(server.pid, signal.SIGHUP)
    assert await (await server.window()).run("1 + 1") == "2"


async def test_killed_it_leaves_no_process_and_no_lock(servers):
    server = servers()
    await server.start_kernel()
    window = await server.window()
    code = "import multiprocessing as m\npool = m.get_context('fork').Pool(2)\nimport time; print('up', flush=True); time.sleep(60)"
    request = await window.execute(code)
    await window.until(lambda: window.text(request))
    os.kill(server.pid, signal.SIGKILL)
    assert processes_of(server.mark, within=5) == []
    again = servers()
    assert again.said["event"] == "ready"
    await again.start_kernel()


def test_without_ipykernel_it_says_so(tmp_path):
    entry = tmp_path / "entry.py"
    sources = pathlib.Path(__file__).resolve().parents[3] / "src" / "agent"
    entry.write_text(f"import sys\nsys.path.insert(0, {str(sources)!r})\nfrom reprise_agent.__main__ import main\nsys.exit(main())\n")
    request = '{"schema":"reprise/serve/0","token":"t","place":"%s","owner":"o","notebook":"n"}\n' % (tmp_path / "p")
    ended = subprocess.run([sys.executable, "-S", str(entry), "serve"], input=request, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, '"no-ipykernel"' in ended.stdout) == (5, True)


