"""What can be fetched from a pod, and the message that stays of it."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import os
import subprocess
import tarfile
import threading

import pytest
from pods import RUN
from reprise_agent.pod.message import cells_of, encoded
from reprise_agent.pod.results import write_results
from reprise_agent.pod.sending import _headers_for, send

FOLDER = f".reprise/runs/{RUN}"


def test_run_folder_new_objects_and_written_files_are_listed(pod):
    cells = (
        "import os\nos.mkdir('out')\nopen('out/a b.txt', 'w').write('a')\nopen('gone.txt', 'w').write('x')",
        "os.unlink('gone.txt')\nopen('größe.csv', 'a').write('1')\nopen('data.csv').read()",
        "file = open('late.txt', 'w'); file.write('late')",
    )
    sent = {".reprise/objects/" + "0" * 64: b"sent", "data.csv": b"1"}
    assert pod.give(*cells, files=sent).run() == 0
    listed = pod.listed()
    assert listed == sorted(listed)
    assert [path for path in listed if not path.startswith(".reprise/")] == [
        "größe.csv",
        "late.txt",
        "out/a b.txt",
    ]
    names = ("bundle.json", "executed.ipynb", "manifest.json", "notebook.ipynb", "record.jsonl")
    assert [path for path in listed if path.startswith(FOLDER)] == [f"{FOLDER}/{name}" for name in names]
    objects = {path.rpartition("/")[2] for path in listed if path.startswith(".reprise/objects/")}
    cell_lines = [line for line in pod.record if line["type"] == "cell"]
    assert {line["source"] for line in cell_lines} | {
        line["outputs"]["raw"] for line in cell_lines
    } <= objects
    assert "0" * 64 not in objects
    assert "left" not in pod.manifest


def test_results_are_kept_on_a_volume_with_the_end_of_the_run_written_last(pod, tmp_path):
    volume = tmp_path / "volume"
    volume.mkdir()
    cells = ("open('größe.csv', 'w').write('1')", "raise ValueError('no')")
    pod.give(*cells, pod={"results": {"folder": str(volume / "team")}})
    assert pod.run(env={"REPRISE_POD_UID": "u-1"}) == 20
    kept = volume / "team" / RUN / "u-1"
    assert sorted(path.name for path in kept.iterdir()) == ["end.json", "files", "manifest.json"]
    manifest = (kept / "manifest.json").read_bytes()
    end = json.loads((kept / "end.json").read_text())
    assert {**end, "kept": True} == pod.message
    assert (end["manifest"], end["size"]) == (hashlib.sha256(manifest).hexdigest(), len(manifest))
    listed = json.loads(manifest)["files"]
    assert "größe.csv" in [file["path"] for file in listed]
    for file in listed:
        data = (kept / "files" / file["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
    assert pod.names()[-3:] == ["kept", "holding", "released"]


def test_a_volume_that_takes_nothing_is_said_and_costs_nothing(pod, tmp_path):
    (tmp_path / "full").write_text("no folder")
    assert pod.give("1 + 1", pod={"results": {"folder": str(tmp_path / "full")}}).run() == 0
    said = pod.event("unkept")
    assert "Fetch them while the pod holds them" in said["message"]
    assert "kept" not in pod.message and pod.manifest["files"]


class _Store(http.server.BaseHTTPRequestHandler):
    """Takes what is put there, as a store does at a presigned address; the first answers are its `refusals`."""

    refusals: list = []
    bodies: list = []
    blobs: list = []

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is None:
            self.bodies.append(body)
            self.blobs.append(self.headers["x-ms-blob-type"])
        self.send_response(refusal or 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def store():
    handler = type("Store", (_Store,), {"refusals": [], "bodies": [], "blobs": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.address = f"http://127.0.0.1:{server.server_address[1]}/results?signature=s3cr3t"
    yield handler
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("query, blob", [("", None), ("&sv=2024-11-04&sr=b&sig=x", "BlockBlob")])
def test_a_blob_is_put_where_the_address_is_signed_as_azure_signs(store, tmp_path, query, blob):
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "record.jsonl").write_text("")
    send(
        store.address + query, str(tmp_path), write_results(str(tmp_path / "out"), str(tmp_path), RUN, set())
    )
    assert store.blobs == [blob]


@pytest.mark.parametrize("cloud", ["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"])
def test_azure_is_known_by_its_host(cloud):
    assert _headers_for(f"https://team.blob.{cloud}/results/x?sig=1") == {"x-ms-blob-type": "BlockBlob"}
    assert _headers_for(f"https://blob.{cloud}.example/results/x?sig=1") == {}


def _sent(pod, address: str) -> int:
    asked = {"results": {"url": "REPRISE_RESULTS_URL"}}
    name = "deep/" * 30 + "größe.csv"
    cell = f"import os\nos.makedirs({os.path.dirname(name)!r})\nopen({name!r}, 'w').write('1' * 700)"
    look = "print([name for name in os.environ if 'RESULTS' in name])"
    return pod.give(cell, look, pod=asked).run(env={"REPRISE_RESULTS_URL": address})


def test_results_are_put_to_an_address_as_one_tar_and_nobody_sees_the_address(pod, store):
    store.refusals.append(503)
    assert _sent(pod, store.address) == 0
    with tarfile.open(fileobj=io.BytesIO(store.bodies[0])) as archive:
        content = {name: archive.extractfile(name).read() for name in archive.getnames()}
    manifest = content.pop("manifest.json")
    assert hashlib.sha256(manifest).hexdigest() == pod.message["manifest"]
    listed = json.loads(manifest)["files"]
    assert list(content) == [f"files/{file['path']}" for file in listed]
    for file in listed:
        data = content[f"files/{file['path']}"]
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
    assert "kept" in pod.names() and pod.message["kept"] is True
    assert pod.text(1) == "[]\n"
    said = [json.dumps(pod.events), pod.told.read_text(), json.dumps(pod.record), json.dumps(pod.manifest)]
    assert not [text for text in said if "s3cr3t" in text]


@pytest.mark.parametrize("code, why", [(403, "the server answered 403"), (0, "no address")])
def test_an_address_that_takes_nothing_is_said_and_costs_nothing(pod, store, code, why):
    store.refusals.append(code)
    assert _sent(pod, store.address if code else "ftp://s3cr3t") == 0
    said = pod.event("unkept")["message"]
    assert why in said and "s3cr3t" not in said and "Fetch them" in said
    assert "kept" not in pod.message


def test_every_listed_file_is_fetched_as_it_was_listed(pod):
    pod.give(
        "import os; open('big.bin', 'wb').write(os.urandom(3_000_000))", pod={"holdSeconds": 600}
    ).start()
    held = pod.until("holding")["manifest"]
    assert [hashlib.sha256(_fetched(held["path"])).hexdigest(), held["sha256"]] == [
        pod.message["manifest"]
    ] * 2
    assert len(_fetched(held["path"])) == held["size"]
    for file in pod.manifest["files"]:
        data = _fetched(str(pod.root / file["path"]))
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])


def _fetched(path: str, step: int = 1 << 20) -> bytes:
    found, more = b"", b"x"
    while more:
        command = 'tail -c +"$1" "$0" | head -c "$2"'
        more = subprocess.run(
            ["sh", "-c", command, path, str(len(found) + 1), str(step)], capture_output=True
        ).stdout
        found += more
    return found


def test_no_link_is_followed_out_of_the_root(pod, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.txt").write_text("key")
    through = (
        f"import os\nos.symlink({str(tmp_path / 'secret')!r}, 'out')\nopen('out/key.txt', 'a').write('')\n"
    )
    single = (
        f"os.symlink({str(tmp_path / 'secret' / 'key.txt')!r}, 'key.txt')\nopen('key.txt', 'a').write('')\n"
    )
    inside = "open('real.txt', 'w').write('real')\nos.symlink('real.txt', 'latest.txt')\nos.mkfifo('pipe')"
    assert pod.give(through + single + inside).run() == 0
    left = {entry["path"]: entry["reason"] for entry in pod.manifest["left"]}
    assert (left["out/key.txt"], left["key.txt"]) == ("outside", "outside")
    assert left.get("pipe", "not a file") == "not a file"
    assert {"out/key.txt", "key.txt", "pipe"}.isdisjoint(pod.listed())
    assert "real.txt" in pod.listed()


def test_a_record_that_a_cell_forged_lists_nothing_outside(pod, tmp_path):
    (tmp_path / "secret.txt").write_text("key")
    paths = ["../../secret.txt", "a/../../../secret.txt", str(tmp_path / "secret.txt"), "a\0b", ""]
    lines = [{"type": "cell", "files": [{"path": path, "mode": "write"}]} for path in paths]
    lines += [{"type": "cell", "files": 3}, {"type": "cell", "files": [{}]}, []]
    text = "".join(json.dumps(line) + "\n" for line in lines).encode() + b"\xff\n"
    pod.give(f"open('{FOLDER}/record.jsonl', 'ab').write({text!r})").run()
    assert not any("secret" in path for path in pod.listed())
    assert f"{FOLDER}/record.jsonl" in pod.listed()


def test_names_that_cannot_be_written_elsewhere_and_forged_objects_are_left(pod):
    names = "open('a\\\\b.txt', 'w').close()\nopen('a\\nb.txt', 'w').close()\nopen('good.txt', 'w').close()\n"
    forged = f"open('.reprise/objects/{'1' * 64}', 'w').write('forged')"
    assert pod.give(names + forged).run() == 0
    left = {entry["path"]: entry["reason"] for entry in pod.manifest["left"]}
    assert left == {
        "a\\b.txt": "name",
        "a\nb.txt": "name",
        f".reprise/objects/{'1' * 64}": "not what its name says",
    }
    assert "good.txt" in pod.listed()


def test_an_unfinished_line_is_kept_beside_the_record(pod):
    tear = f"import os\nfile = open('{FOLDER}/record.jsonl', 'a'); file.write('{{\"type\"'); file.flush(); os.kill(os.getpid(), 9)"
    assert pod.give(tear).run() == 50
    assert f"{FOLDER}/record.jsonl.torn" in pod.listed()


def test_the_manifest_of_the_same_files_is_the_same(tmp_path):
    (tmp_path / FOLDER).mkdir(parents=True)
    written = [{"path": name, "mode": "write"} for name in ("b.txt", "a.txt", "é.txt")]
    (tmp_path / FOLDER / "record.jsonl").write_text(json.dumps({"type": "cell", "files": written}) + "\n")
    for name in ("é.txt", "b.txt", "a.txt"):
        (tmp_path / name).write_text(name)
    made = [write_results(str(tmp_path / place), str(tmp_path), RUN, set()) for place in ("one", "two")]
    assert made[0].sha256 == made[1].sha256
    assert (tmp_path / "one" / "manifest.json").read_bytes() == (
        tmp_path / "two" / "manifest.json"
    ).read_bytes()
    assert (made[0].files, made[0].bytes) == (4, 16 + (tmp_path / FOLDER / "record.jsonl").stat().st_size)


@pytest.mark.parametrize("text", ["x", "é", "𝄞", '"\\\n', "\x00", "\udcff"])
@pytest.mark.parametrize("length", [0, 100, 1000, 100_000])
def test_a_message_fits_whatever_it_has_to_say(text, length):
    facts = {
        "run": RUN,
        "exit": 50,
        "status": "died",
        "root": "a" * 64,
        "results": "b" * 64,
        "manifest": "c" * 64,
        "reason": "disk",
        "message": text * length,
        "gpu": text * (length // 10),
        "first": {"index": 3, "id": text * (length // 20)},
        "cells": cells_of(["0123456789abcdef" * 4] * 500),
    }
    data = encoded(facts)
    assert len(data) <= 4096
    document = json.loads(data.decode("utf-8"))
    assert (document["exit"], document["manifest"], document["cells"]) == (
        50,
        "c" * 64,
        "0123456789abcdef" * 200,
    )


def test_a_message_says_nothing_of_the_notebook_or_its_variables(pod):
    cells = (
        "secret = 'n0tebook-text'",
        "class Hidden_error(Exception): pass\nraise Hidden_error('n0tebook-text ' + secret)",
    )
    assert (
        pod.give(*cells, environment={"PASSWORD": "5ecret-value"}).run(env={"API_TOKEN": "5ecret-value"})
        == 20
    )
    said = pod.told.read_text() + json.dumps(
        [event for event in pod.events if event["event"] != "environment"]
    )
    for text in ("n0tebook-text", "Hidden_error", "5ecret-value"):
        assert text not in said


def test_a_message_that_cannot_be_written_changes_nothing(pod):
    assert pod.give("print(1)").run(env={"REPRISE_TERMINATION_LOG": "/proc/nowhere/log"}) == 0
