"""A bundle that a pod fetches from an address, over connections that break; and one that it finds on a volume."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import threading

import pytest
from pods import NO_TIME, declared, files_of, pack
from reprise_agent.pod.downloading import download
from reprise_agent.pod.ending import Ending
from reprise_agent.pod.request import Refused

SECRET = "signature=5ecret"
KIB = 1 << 10


class _Store(http.server.BaseHTTPRequestHandler):
    """Gives `content` as a store does. `faults`, one a request: a status, or after how many bytes the connection is cut."""

    content = b""
    version = '"1"'
    has_ranges = True
    faults: list = []
    asked: list = []

    def do_GET(self):
        asked = self.headers.get("Range")
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, dict):
            type(self).content, type(self).version = fault["content"], fault["version"]
            fault = None
        if isinstance(fault, http.HTTPStatus):
            return self.send_error(fault)
        is_same = self.headers.get("If-Range") in (None, self.version)
        start = int(asked[len("bytes=") : -1]) if asked and self.has_ranges and is_same else 0
        body = self.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.version)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        self.end_headers()
        self.wfile.write(body if fault is None else body[:fault])
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def store():
    handler = type("Store", (_Store,), {"faults": [], "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.address = f"http://127.0.0.1:{server.server_port}/bundle?{SECRET}"
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetched(store, tmp_path, monkeypatch):
    """What arrives of the store's content, as a pod fetches it."""
    monkeypatch.setattr("reprise_agent.pod.downloading._PAUSE_SECONDS", 0.01)

    def fetch(size: int, address: "str | None" = None) -> bytes:
        monkeypatch.setenv("ADDRESS", store.address if address is None else address)
        download("ADDRESS", str(tmp_path / "bundle"), size, _ending(monkeypatch))
        return (tmp_path / "bundle").read_bytes()

    return fetch


def _ending(monkeypatch) -> Ending:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return Ending()


def test_a_run_whose_files_are_at_an_address_and_whose_sources_are_mounted(pod, store):
    show = "import os; print(os.environ.get('BUNDLE_URL'), open('data.txt').read())"
    store.content = pack([("data.txt", b"from the store")])
    store.faults = [60]
    pod.give(show, pod={"url": "BUNDLE_URL", "bundle": declared(store.content)}, files={})
    sources = declared((pod.given / "bundle.tar.gz").read_bytes())
    asked = json.loads((pod.given / "pod.json").read_text())
    (pod.given / "pod.json").write_text(json.dumps({**asked, "sources": sources}))
    assert pod.run(env={"BUNDLE_URL": store.address}) == 0
    assert pod.text(0) == "None from the store\n"
    assert pod.names()[:3] == ["pod", "fetching", "started"]
    assert store.asked == [None, "bytes=60-"]
    assert sorted(path.name for path in pod.work.glob("*.tar.gz")) == []
    said = json.dumps([pod.events, pod.record, pod.manifest]) + pod.told.read_text()
    assert "5ecret" not in said


@pytest.mark.parametrize(
    "wrong, came",
    [(b"short", "5 bytes came"), (os.urandom(300), "more than 200 bytes"), (os.urandom(200), "200 bytes")],
)
def test_what_is_not_the_bundle_is_40_and_says_so(pod, store, wrong, came):
    store.content = wrong
    right = {"sha256": hashlib.sha256(b"right").hexdigest(), "size": 200}
    assert pod.give("1", pod={"url": "URL", "bundle": right}).run(env={"URL": store.address}) == 40
    assert (pod.message["exit"], pod.message["reason"]) == (40, "bundle")
    said = pod.message["message"]
    assert "What is at the address is not the notebook's files" in said and came in said
    assert "5ecret" not in json.dumps(pod.events) + pod.told.read_text()


def test_an_address_that_gives_nothing_is_50_and_says_so(pod, store):
    store.faults = [http.HTTPStatus.FORBIDDEN]
    assert pod.give("1", pod={"url": "URL"}).run(env={"URL": store.address}) == 50
    assert pod.event("failed")["reason"] == pod.message["reason"] == "fetch"
    assert "its server answered 403: it has expired" in pod.message["message"]
    assert "5ecret" not in json.dumps(pod.events) + pod.told.read_text()


@pytest.mark.parametrize("cuts", [[1], [100 * KIB, 1], [KIB] * 20, [0, 0, KIB, 0, 0]])
def test_a_download_that_is_cut_goes_on_where_it_was(store, fetched, cuts):
    store.content, store.faults = os.urandom(300 * KIB), list(cuts)
    assert fetched(len(store.content)) == store.content
    starts = [sum(cuts[:n]) for n in range(len(cuts) + 1)]
    assert store.asked == [f"bytes={start}-" if start else None for start in starts]


def test_a_server_without_ranges_is_asked_for_all_of_it_again(store, fetched):
    store.content, store.has_ranges, store.faults = os.urandom(300 * KIB), False, [KIB, 2 * KIB]
    assert fetched(len(store.content)) == store.content


def test_what_was_replaced_meanwhile_is_taken_whole(store, fetched):
    old, new = os.urandom(300 * KIB), os.urandom(300 * KIB)
    store.content, store.faults = old, [KIB, {"content": new, "version": '"2"'}]
    assert fetched(len(new)) == new


def test_a_server_that_has_a_bad_moment_is_asked_again(store, fetched):
    busy, limit = http.HTTPStatus.SERVICE_UNAVAILABLE, http.HTTPStatus.TOO_MANY_REQUESTS
    store.content, store.faults = b"content", [busy, limit]
    assert fetched(7) == b"content"


def test_no_more_is_read_than_a_block_over_what_was_declared(store, fetched):
    store.content = bytes(20 << 20)
    assert 1000 < len(fetched(1000)) <= 1000 + (1 << 20)


@pytest.mark.parametrize(
    "faults, why",
    [
        ([http.HTTPStatus.NOT_FOUND], "answered 404: nothing is there"),
        ([http.HTTPStatus.BAD_GATEWAY] * 9, "answered 502 (0 of 7 bytes came)"),
        ([2, 0, 0, 0, 0], "the connection was lost (2 of 7 bytes came)"),
    ],
)
def test_it_is_given_up_with_words(store, fetched, faults, why):
    store.content, store.faults = b"content", faults
    with pytest.raises(Refused, match="Nothing ran") as refused:
        fetched(7)
    assert why in str(refused.value) and (refused.value.code, refused.value.reason) == (50, "fetch")


@pytest.mark.parametrize(
    "address, why",
    [
        ("http://127.0.0.1:1/5ecret", "NetworkPolicy"),
        ("file:///etc/passwd?5ecret", "ADDRESS holds no address"),
        ("", "ADDRESS holds no address"),
        ("http://[5ecret", "it is no address"),
    ],
)
def test_an_address_that_cannot_be_reached_is_said_without_it(fetched, address, why):
    with pytest.raises(Refused) as refused:
        fetched(7, address)
    assert why in str(refused.value) and "5ecret" not in str(refused.value)


def test_a_download_ends_when_the_run_is_ended(store, tmp_path, monkeypatch):
    store.content = bytes(5 << 20)
    monkeypatch.setenv("ADDRESS", store.address)
    ending = _ending(monkeypatch)
    ending.cancel()
    with pytest.raises(Refused) as refused:
        download("ADDRESS", str(tmp_path / "bundle"), len(store.content), ending)
    assert (refused.value.code, refused.value.reason) == (143, "terminated")


class _Volume:
    """A volume that knows files by their digest, and a run whose files are to be there."""

    def __init__(self, pod, folder):
        self.folder = folder / "team"
        self.archive = pack([("data.txt", b"from the volume")])
        self.path = self.folder / f"{hashlib.sha256(self.archive).hexdigest()}.tar.gz"
        kept = {"kept": str(self.folder), "supply": {"patienceSeconds": 60}}
        sources = pack(sorted(files_of("1").items()))
        asked = {**NO_TIME, **kept, "sources": declared(sources), "bundle": declared(self.archive)}
        pod.give(archive=sources, pod=asked)


@pytest.fixture
def volume(pod, tmp_path):
    return _Volume(pod, tmp_path)


def test_files_that_are_on_the_volume_are_taken_from_there_and_stay(pod, volume):
    volume.folder.mkdir()
    volume.path.write_bytes(volume.archive)
    pod.start().unpack()
    assert (pod.root / "data.txt").read_text() == "from the volume"
    received = pod.event("received")
    assert (received["from"], received["size"], pod.names()[1]) == ("volume", len(volume.archive), "received")
    assert volume.path.read_bytes() == volume.archive


def test_files_that_are_not_there_are_brought_once_and_kept(pod, volume):
    pod.start().until("wanting")
    assert pod.receive(0, volume.archive)["wanting"] is False
    pod.unpack()
    assert (pod.root / "data.txt").read_text() == "from the volume"
    assert [path.name for path in volume.folder.iterdir()] == [volume.path.name]
    assert volume.path.read_bytes() == volume.archive


def test_files_on_the_volume_that_were_changed_are_40_and_left_there(pod, volume):
    volume.folder.mkdir()
    volume.path.write_bytes(b"changed")
    assert pod.run() == 40
    assert "on the volume is not what its name says" in pod.message["message"]
    assert "Delete it there" in pod.message["message"] and volume.path.read_bytes() == b"changed"


def test_a_volume_that_takes_no_files_costs_the_run_nothing(pod, volume):
    volume.folder.write_text("no folder")
    pod.start().until("wanting")
    pod.receive(0, volume.archive)
    pod.unpack()
    assert (pod.root / "data.txt").read_text() == "from the volume"
    assert "cannot be kept on the volume" in pod.event("unkept")["message"]
