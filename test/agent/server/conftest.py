"""Real servers, real kernels and real websockets, as a window uses them."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from support import Server, processes_of


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Tests may be coroutines; one that hangs fails."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), 60))
    return True


@pytest.fixture
def servers(tmp_path):
    """Starts servers; whatever a test did, none of their processes is left behind it."""
    with _servers(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server with one kernel for the tests of a module that leave it usable."""
    with _servers(tmp_path_factory.mktemp("shared")) as start:
        server = start()
        asyncio.run(server.start_kernel())
        yield server


class _servers:
    def __init__(self, folder):
        self._folder = folder
        self._started = []

    def __enter__(self):
        return self

    def __call__(self, place="place", **given):
        server = Server(self._folder, place, **given)
        self._started.append(server)
        return server

    def __exit__(self, *error):
        left = []
        for server in self._started:
            server.kill()
            left += processes_of(server.mark, within=5)
        assert left == []
