from __future__ import annotations

import os

from support import TOKEN, refused
from tornado.httpclient import HTTPRequest


async def test_a_cell_runs_through_the_api(shared):
    assert (await shared.ask("GET", "/api"))[1]["version"]
    assert (await shared.ask("GET", "/api/status"))[1]["kernels"] == 1
    assert (await shared.ask("GET", "/api/kernelspecs"))[1]["default"] == "reprise"
    kernel = shared.kernel
    assert (await shared.ask("GET", "/api/kernels"))[1][0]["id"] == kernel["id"]
    window = await shared.window()
    assert await window.run("print('hello'); 6 * 7") == "hello\n42"
    status, model = await shared.ask("GET", f"/api/kernels/{kernel['id']}")
    assert (status, model["execution_state"], model["connections"]) == (200, "idle", 1)


async def test_a_server_has_one_kernel(shared):
    status, answer = await shared.ask("POST", "/api/kernels", {"path": str(shared.root)})
    assert (status, answer["message"]) == (409, "This notebook has a kernel already.")


async def test_what_is_not_there_or_not_understood_is_refused(shared):
    kernel = f"/api/kernels/{shared.kernel['id']}"
    assert (await shared.ask("GET", "/api/kernels/other"))[0] == 404
    assert (await shared.ask("POST", "/api/kernels/other/interrupt"))[0] == 404
    assert (await shared.ask("GET", "/"))[0] == 404
    assert (await shared.ask("PUT", kernel))[0] == 405
    assert await shared.ask("PUT", "/api/reprise/lease", []) == (
        400,
        {"message": "The body is not a JSON object.", "reason": None},
    )
    plain = HTTPRequest(f"ws://127.0.0.1:{shared.port}{kernel}/channels?token={TOKEN}")
    assert await refused(plain, protocol=None) == 400
    nowhere = HTTPRequest(f"ws://127.0.0.1:{shared.port}/api/kernels/other/channels?token={TOKEN}")
    assert await refused(nowhere) == 404


async def test_only_who_has_the_token_is_answered(shared):
    for token in ("", "wrong", TOKEN + "x", "ünïcode"):
        status, answer = await shared.ask("GET", "/api/kernels", token=token)
        assert (status, answer["message"]) == (403, "The token is missing or wrong.")
    assert (await shared.ask("GET", f"/api/status?token={TOKEN}", token=""))[0] == 200
    assert (await shared.ask("GET", "/no/such/page", token=""))[0] == 403
    channels = f"ws://127.0.0.1:{shared.port}/api/kernels/{shared.kernel['id']}/channels"
    assert await refused(HTTPRequest(f"{channels}?token=wrong")) == 403
    assert await refused(HTTPRequest(channels)) == 403


async def test_pages_in_a_browser_are_refused(shared):
    channels = (
        f"ws://127.0.0.1:{shared.port}/api/kernels/{shared.kernel['id']}/channels?session_id=x&token={TOKEN}"
    )
    for headers in (
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        # A name of its own that was made to point here (DNS rebinding).
        {"Host": f"example.org:{shared.port}"},
    ):
        assert (await shared.ask("GET", "/api/status", headers=headers))[0] == 403, headers
        assert await refused(HTTPRequest(channels, headers=headers)) == 403, headers
    own = {"Origin": f"http://127.0.0.1:{shared.port}"}
    assert (await shared.ask("GET", "/api/status", headers=own))[0] == 200
    assert (await shared.ask("GET", "/api/status", headers={"Host": f"localhost:{shared.port}"}))[0] == 200


async def test_the_kernel_has_the_environment_that_was_asked_for_and_no_token(servers):
    server = servers(
        env={"JUPYTER_TOKEN": "of-jupyter", "KEPT": "1", "GONE": "1", "JPY_API_TOKEN": "of-jupyter"}
    )
    kernel = await server.start_kernel(GIVEN="yes", GONE=None)
    window = await server.window()
    seen = await window.run(
        "import os\n[os.environ.get(n) for n in ('GIVEN', 'KEPT', 'GONE', 'JUPYTER_TOKEN', 'JPY_API_TOKEN')]"
    )
    assert seen == "['yes', '1', None, None, None]"
    with open(f"/proc/{kernel['reprise']['pid']}/environ", "rb") as file:
        environment = file.read()
    assert b"GIVEN=yes" in environment and b"of-jupyter" not in environment
    await server.ask("GET", "/api/kernels/none?token=" + TOKEN)
    await window.run("import sys; print('to the log', file=sys.__stderr__, flush=True)")
    for text in (environment, server.log().encode()):
        assert TOKEN.encode() not in text
    assert os.stat(f"{server.place}.json").st_mode & 0o777 == 0o600
    assert os.stat(server.place.parent).st_mode & 0o777 == 0o700
