"""Files of the Hugging Face Hub: its own client against a server on this machine that answers as the Hub does."""

from __future__ import annotations

import hashlib
import http.server
import socketserver
import threading

import pytest

pytest.importorskip("huggingface_hub", reason="optional: there is no huggingface_hub in this environment")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ROWS = b"a,b\n1,2\n"
ETAG = hashlib.sha1(b"blob %d\0" % len(ROWS) + ROWS).hexdigest()


class _Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = self.path.endswith("/rows.csv") and "/resolve/" in self.path
        body = ROWS if found else b"{}"
        self.send_response(200 if found else 404)
        if found:
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{ETAG}"')
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def ran(module_run):
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"
    settings = f"{{'HF_ENDPOINT': '{place}', 'HF_HOME': 'hub', 'HF_HUB_DISABLE_TELEMETRY': '1', 'HF_HUB_DISABLE_XET': '1'}}"
    yield module_run(
        f"import os; os.environ.update({settings})\nfrom huggingface_hub import HfApi, hf_hub_download as get",
        "open(get('me/study', 'rows.csv', repo_type='dataset', token='SECRET')).read()",
        "open(HfApi().hf_hub_download(repo_id='me/model', filename='rows.csv', revision='main')).read()",
        "open(get('me/study', 'rows.csv', repo_type='dataset', local_files_only=True)).read()",
        "open(get('me/study', 'rows.csv', repo_type='dataset', local_dir='here')).read()",
        "get('me/study', 'gone.csv', repo_type='dataset')",
        policy="observe",
        allowErrors=True,
    )
    server.shutdown()


def hub(ran, cell):
    return [entry for entry in ran.cells[cell].get("data", []) if entry["kind"] == "huggingface"]


VERSION = {"revision": COMMIT, "etag": ETAG}
STUDY = {"kind": "huggingface", "name": "datasets/me/study/rows.csv", "version": VERSION}


def test_a_file_has_the_commit_that_its_revision_was(ran):
    assert hub(ran, 1) == [STUDY]
    assert hub(ran, 2) == [{"kind": "huggingface", "name": "me/model/rows.csv", "version": VERSION}]
    assert ran.text(1) == repr(ROWS.decode())


def test_so_has_what_is_in_the_cache_already(ran):
    assert hub(ran, 3) == [STUDY]


def test_so_has_what_lies_in_a_folder_of_the_users(ran):
    assert hub(ran, 4) == [STUDY]


def test_what_is_not_there_fails_as_it_would(ran):
    assert hub(ran, 5) == []
    assert ran.cells[5]["error"]["ename"].endswith("EntryNotFoundError")
    assert "reprise_agent" not in str(ran.executed["cells"][5]["outputs"])


def test_no_secret_is_recorded_and_no_cell_has_a_fault(ran):
    assert "SECRET" not in str([cell.get("data") for cell in ran.cells])
    assert [cell["faults"] for cell in ran.cells] == [[]] * len(ran.cells)
