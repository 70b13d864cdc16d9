"""Reads of URLs: what is recorded of them, from a real server."""

from __future__ import annotations

import http.server
import socketserver
import threading

import pytest


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/data.csv?token=SECRET")
            self.end_headers()
            return
        if path == "/gone":
            self.send_error(404)
            return
        body = b"a,b\n1,2\n"
        self.send_response(200)
        if path == "/data.csv":
            self.send_header("ETag", '"v1"')
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        if path == "/object":
            self.send_header("x-goog-generation", "1716")
            self.send_header("x-amz-version-id", "3/L4kqt")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site():
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def ran(module_run, site):
    return module_run(
        "import urllib.request as u, http.client as h",
        f"u.urlopen('http://{site}/data.csv?token=SECRET#part').read()\nu.urlopen('http://{site}/data.csv').read()",
        f"import pandas as pd\npd.read_csv('http://{site}/moved')",
        f"u.urlopen('http://{site}/object').read(), u.urlopen('http://{site}/plain').read()",
        f"try:\n    u.urlopen('http://{site}/gone')\nexcept Exception as error:\n    print(error)",
        f"u.urlopen('http://{site}/data.csv', data=b'x').read()",
        "h.HTTPConnection('127.0.0.1', 9).putrequest('GET', 'a b')",
        f"c = h.HTTPConnection('{site}')\nc.request('GET', 'http://me:SECRET@proxied.example:81/x?key=SECRET')\nc.getresponse().read()",
        "h.HTTPConnection('127.0.0.1', 1).getresponse()",
        policy="observe",
        allowErrors=True,
    )


DATA = {"etag": '"v1"', "modified": "Thu, 01 Jan 2026 00:00:00 GMT"}


def test_nothing_is_noted_where_nothing_was_read(ran):
    assert "data" not in ran.cells[0]


def test_a_url_has_the_version_that_its_server_says_once(ran, site):
    assert ran.cells[1]["data"] == [{"kind": "url", "name": f"http://{site}/data.csv", "version": DATA}]


def test_pandas_and_redirects_are_seen_where_they_end(ran, site):
    assert ran.cells[2]["data"] == [{"kind": "url", "name": f"http://{site}/data.csv", "version": DATA}]


def test_object_stores_have_generations_and_others_a_size(ran, site):
    assert ran.cells[3]["data"] == [
        {
            "kind": "url",
            "name": f"http://{site}/object",
            "version": {"generation": "1716", "versionId": "3/L4kqt"},
        },
        {"kind": "url", "name": f"http://{site}/plain", "version": {"size": "8"}},
    ]


def test_what_was_not_there_and_what_was_sent_is_no_data(ran):
    assert "data" not in ran.cells[4] and "404" in ran.text(4)
    assert "data" not in ran.cells[5]


def test_a_request_that_makes_no_sense_fails_as_it_would(ran):
    assert ran.cells[6]["error"]["ename"] == "InvalidURL"


def test_a_proxy_is_not_taken_for_the_source(ran):
    assert [entry["name"] for entry in ran.cells[7]["data"]] == ["http://proxied.example:81/x"]


def test_no_secret_is_recorded(ran):
    assert "SECRET" not in str([cell.get("data") for cell in ran.cells])


def test_our_frames_are_in_no_traceback(ran):
    [output] = ran.executed["cells"][8]["outputs"]
    assert output["ename"] == "ResponseNotReady"
    assert "reprise_agent" not in "".join(output["traceback"])


def test_no_cell_has_a_fault(ran):
    assert [cell["faults"] for cell in ran.cells] == [[]] * len(ran.cells)
