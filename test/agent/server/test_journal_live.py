"""A window that comes back misses nothing, whatever the kernel said meanwhile."""

from __future__ import annotations

import asyncio

import psutil
import pytest

COUNTING = """
import sys, time
for i in range(400):
    print(i)
    if i % 4 == 0:
        sys.stdout.flush()
        time.sleep(0.005)
"""
COUNTED = "".join(f"{i}\n" for i in range(400))


@pytest.mark.parametrize("session", ["same", "new"])
async def test_a_cell_that_printed_while_nobody_listened_is_heard_whole(shared, session):
    name = "reloaded" if session == "same" else None
    window = await shared.window(name)
    request = await window.execute(COUNTING)
    for _ in range(2):
        await window.until(lambda: len(window.of(request, "stream")) > 5)
        window.close()
        await asyncio.sleep(0.1)
        heard = window.messages if session == "same" else []
        window = await shared.window(name)
        # The same session is the same window, which has kept what it heard.
        window.messages, window._ids = list(heard), {message.id for message in heard}
    await window.done(request)
    assert window.text(request) == COUNTED
    assert [each["msgId"] for each in (await shared.lease())["executions"]][-1] == request


async def test_a_session_that_heard_everything_hears_nothing_twice(shared):
    window = await shared.window("complete")
    request = await window.execute("print('once')")
    await window.done(request)
    await window.run("pass")
    await asyncio.sleep(0.1)  # its websocket confirms
    window.close()
    await asyncio.sleep(0.05)
    again = await shared.window("complete")
    assert await again.run("'after'") == "'after'"
    assert again.text(request) == ""


async def test_a_new_window_hears_of_earlier_cells_with_their_order(shared):
    window = await shared.window()
    requests = [await window.execute(f"print({n})", cell=f"c{n}", index=n) for n in range(3)]
    await window.done(requests[-1])
    other = await shared.window()
    await other.done(requests[-1])
    assert [other.text(request) for request in requests] == ["0\n", "1\n", "2\n"]
    kept = {each["msgId"]: each for each in (await shared.lease())["executions"]}
    assert [kept[request]["cell"] for request in requests] == [{"id": f"c{n}", "index": n} for n in range(3)]
    assert {kept[request]["state"] for request in requests} == {"done"}


async def test_what_a_notebook_shows_is_not_offered_again(shared):
    window = await shared.window()
    first, second = [await window.execute(f"print({n})", cell=f"s{n}", index=n) for n in range(2)]
    await window.done(second)
    await shared.renew(seen=first)
    offered = [each["msgId"] for each in (await shared.lease())["executions"]]
    assert first not in offered and second in offered
    await shared.renew(seen=second)
    assert (await shared.lease())["executions"] == []


async def test_an_endless_loop_is_interrupted(shared):
    window = await shared.window()
    request = await window.execute("print('begun', flush=True)\nwhile True: pass")
    await window.until(lambda: window.text(request))
    assert (await shared.lease())["executions"][-1]["state"] == "running"
    status, _ = await shared.ask("POST", f"/api/kernels/{shared.kernel['id']}/interrupt")
    assert status == 204
    await window.done(request)
    assert window.reply(request)["ename"] == "KeyboardInterrupt"
    assert await window.run("'still there'") == "'still there'"


async def test_a_question_is_answered_by_the_window_that_comes_back(shared):
    window = await shared.window()
    request = await window.execute("name = input('Who? ')\nother = input('Else? ')\nprint(name, other)")
    await window.until(lambda: window.of(request, "input_request"))
    window.close()
    window = await shared.window()
    for prompt, answer in (("Who? ", "Ada"), ("Else? ", "Eve")):
        await window.until(
            lambda: any(each["prompt"] == prompt for each in window.of(request, "input_request"))
        )
        reply = window.maker.make("stdin", "input_reply", {"status": "ok", "value": answer}, window.session)
        await window.send(reply)
        if prompt == "Who? ":
            # A third window is asked only what is still open.
            await window.until(lambda: len(window.of(request, "input_request")) == 2)
            third = await shared.window()
            await third.until(lambda: third.of(request, "input_request"))
            assert [each["prompt"] for each in third.of(request, "input_request")] == ["Else? "]
    await window.done(request)
    assert window.text(request) == "Ada Eve\n"


async def test_a_request_that_is_sent_again_runs_once(shared):
    window = await shared.window()
    await window.run("ran = 0")
    content = {"code": "ran += 1", "silent": False, "store_history": True, "allow_stdin": False}
    message = window.maker.make("shell", "execute_request", content, window.session)
    await window.send(message)
    await window.send(message)
    assert await window.run("ran") == "1"


async def test_a_window_that_does_not_read_makes_nothing_wait(servers):
    server = servers()
    await server.start_kernel()
    slow, window = await server.window(read=False), await server.window()
    request = await window.execute("for _ in range(100): print('x' * 999_999, flush=True)")
    await window.done(request)
    assert len(window.text(request)) == 100_000_000
    assert _memory(server.pid) < 200
    slow.read()
    await slow.done(request)
    assert len(slow.text(request)) == 100_000_000


@pytest.mark.parametrize("how", ["in many prints", "in one"])
async def test_a_hundred_megabytes_for_nobody_stay_on_the_disk(servers, how):
    server = servers()
    await server.start_kernel()
    window = await server.window()
    many = "for _ in range(100): print('y' * 999_999, flush=True)"
    request = await window.execute(many if how == "in many prints" else "print('y' * 99_999_999)")
    window.close()
    highest = 0
    while not (kept := (await server.lease())["executions"]) or kept[0]["state"] == "running":
        highest = max(highest, _memory(server.pid))
        await asyncio.sleep(0.02)
    assert highest < 200
    again = await server.window()
    await again.done(request)
    assert len(again.text(request)) == 100_000_000


def _memory(pid: int) -> int:
    """Megabytes that the process holds."""
    return psutil.Process(pid).memory_info().rss >> 20


async def test_the_kernel_says_what_its_last_cells_show(shared):
    window = await shared.window()

    async def recall(request: str) -> dict:
        asked = window.maker.make("control", "reprise_recall_request", {"msg_id": request}, window.session)
        await window.send(asked)
        await window.until(lambda: window.of(asked.id, "reprise_recall_reply"))
        said = window.of(asked.id, "reprise_recall_reply")[0]
        return {"state": said["state"], "shown": [each.get("text") or each["data"]["text/plain"] for each in said["outputs"]]}

    ended = await window.execute("print('a'); print('b'); 3", cell="r1", index=0)
    await window.done(ended)
    running = await window.execute("import time\nprint('c', flush=True)\ntime.sleep(2)", cell="r2", index=1)
    await window.until(lambda: window.text(running))
    assert await recall(running) == {"state": "running", "shown": ["c\n"]}
    assert await recall(ended) == {"state": "done", "shown": ["a\nb\n", "3"]}
    assert (await recall("another"))["state"] == "unknown"
    await window.done(running)
