"""A bundle that comes from git, over http with a token and over ssh with a key; and repositories that mean no good."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
from typing import Optional

import pytest
from pods import NO_TIME, RUN, declared, pack

TOKEN = "t0ken-5ecret"
REF = f"refs/reprise/bundles/{RUN}"
SHOW = "import os; print([n for n, v in os.environ.items() if 't0ken' in v], open('data.txt').read())"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


class _Server(http.server.BaseHTTPRequestHandler):
    """`git http-backend` behind a token."""

    repositories = pathlib.Path()
    authorization: Optional[str] = None
    # Where another server is, to which this one leads.
    leads_to = ""
    asked: list = []

    def do_GET(self):
        given = self.headers.get("Authorization")
        self.asked.append((self.path, given))
        if self.leads_to:
            self.send_response(302)
            self.send_header("Location", self.leads_to + self.path)
            return self.end_headers()
        if self.authorization is not None and given != self.authorization:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            return self.end_headers()
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        answer = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE).stdout
        head, _, rest = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(rest)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    servers = []

    def served(**facts):
        handler = type("Server", (_Server,), {"asked": [], **facts})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        handler.url = f"http://127.0.0.1:{server.server_port}/team.git"
        return handler

    yield served
    for server in servers:
        server.shutdown()
        server.server_close()


class Remote:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder / "team.git"
        self._index = folder / "index"
        subprocess.run(["git", "init", "-q", "--bare", str(self.folder)], check=True)

    def git(self, *args: str, data: bytes = b"") -> str:
        who = {f"GIT_{role}_{of}": "a@b" for role in ("AUTHOR", "COMMITTER") for of in ("NAME", "EMAIL")}
        env = {**os.environ, **who, "GIT_INDEX_FILE": str(self._index), "GIT_CONFIG_GLOBAL": "/dev/null"}
        command = ["git", "--git-dir", str(self.folder), *args]
        return (
            subprocess.run(command, input=data, env=env, check=True, stdout=subprocess.PIPE)
            .stdout.decode()
            .strip()
        )

    def push(self, *files: "tuple[str, bytes]", mode: str = "100644") -> str:
        """The commit that holds these files, which the ref leads to from now on."""
        blobs = [(name, self.git("hash-object", "-w", "--stdin", data=data)) for name, data in files]
        listed = "".join(f"{mode} blob {blob}\t{name}\n" for name, blob in blobs)
        commit = self.git("commit-tree", self.git("mktree", data=listed.encode()), "-m", "files")
        self.git("update-ref", REF, commit)
        return commit


@pytest.fixture
def remote(tmp_path):
    return Remote(tmp_path)


@pytest.fixture
def secret(tmp_path):
    folder = tmp_path / "secret"
    folder.mkdir()
    return folder


@pytest.fixture
def fetched(pod, monkeypatch):
    """The exit code of the container that fetches, and what it said; `pod` goes on from what it left."""

    def fetch(secret: Optional[pathlib.Path] = None, env: dict = {}) -> "tuple[int, str]":
        command = [sys.executable, "-I", str(pod._entry), "fetch", str(pod.given), str(pod.work)]
        environment = {**os.environ, "REPRISE_TERMINATION_LOG": str(pod.told), **env}
        ended = subprocess.run(
            [*command, *([str(secret)] if secret else [])], env=environment, capture_output=True, text=True
        )
        said = ended.stdout + ended.stderr + (pod.told.read_text() if pod.told.exists() else "")
        assert TOKEN not in said
        assert not (pod.work / ".fetched").exists()
        return ended.returncode, said

    return fetch


def _give(pod, url: str, commit: str, archive: bytes, parts: int = 1, **asked: object) -> None:
    """A notebook whose sources are mounted, and whose file is in `archive`, which comes from git."""
    source = {"url": url, "commit": commit, "parts": parts}
    pod.give(SHOW, pod={"bundle": declared(archive), "git": source, **asked})
    document = json.loads((pod.given / "pod.json").read_text())
    document["sources"] = declared((pod.given / "bundle.tar.gz").read_bytes())
    (pod.given / "pod.json").write_text(json.dumps(document))


def _basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{TOKEN}".encode()).decode()


ARCHIVE = pack([("data.txt", b"from git")])
PART = ("bundle.tar.gz.000", ARCHIVE)


@pytest.mark.parametrize("user", [None, "robot"])
def test_a_run_whose_files_are_in_a_repository_behind_a_token(pod, remote, serve, secret, fetched, user):
    server = serve(repositories=remote.folder.parent, authorization=_basic(user or "git"))
    # As an editor leaves it.
    (secret / "password").write_text(TOKEN + "\n")
    if user:
        (secret / "username").write_text(user)
    half = len(ARCHIVE) // 2
    commit = remote.push((PART[0], ARCHIVE[:half]), ("bundle.tar.gz.001", ARCHIVE[half:]))
    _give(pod, server.url, commit, ARCHIVE, parts=2)
    assert fetched(secret) == (0, "")
    assert pod.run() == 0
    assert pod.text(0) == "[] from git\n"
    assert not list(pod.work.glob("*.tar.gz"))
    said = json.dumps([pod.events, pod.record, pod.manifest]) + pod.told.read_text()
    assert TOKEN not in said


def test_a_public_repository_needs_no_secret(pod, remote, serve, fetched):
    server = serve(repositories=remote.folder.parent)
    _give(pod, server.url, remote.push(PART), ARCHIVE, **NO_TIME)
    assert fetched() == (0, "")
    pod.start().unpack()


def test_a_token_goes_to_no_other_server(pod, remote, serve, secret, fetched):
    other = serve(repositories=remote.folder.parent, authorization=_basic("git"))
    server = serve(leads_to=other.url.rsplit("/", 1)[0])
    (secret / "password").write_text(TOKEN)
    _give(pod, server.url, remote.push(PART), ARCHIVE)
    code, said = fetched(secret)
    assert code == 50 and "bundle.git.secret in reprise.yaml" in said
    assert {given for _, given in other.asked} == {None}


def test_a_repository_that_is_not_open_is_50_and_says_so(pod, remote, serve, secret, fetched, monkeypatch):
    server = serve(repositories=remote.folder.parent, authorization="Basic other")
    _give(pod, server.url, remote.push(PART), ARCHIVE)
    code, said = fetched()
    assert (code, pod.message["reason"]) == (50, "fetch")
    assert f"cannot be fetched from {server.url}" in said and "bundle.git.secret in reprise.yaml" in said
    (secret / "password").write_text(TOKEN)
    code, said = fetched(secret)
    assert code == 50 and "Authentication failed" in said


def test_a_secret_without_what_the_address_needs_is_named(pod, remote, secret, fetched):
    commit = remote.push(PART)
    _give(pod, "https://git.example/team.git", commit, ARCHIVE)
    code, said = fetched(secret)
    assert code == 50 and "The Secret for git has no password, which https://git.example/team.git" in said
    (secret / "ssh-privatekey").write_text("key")
    _give(pod, "git@git.example:team.git", commit, ARCHIVE)
    code, said = fetched(secret)
    assert code == 50 and "has no known_hosts" in said


def test_an_image_without_git_says_so(pod, remote, fetched, tmp_path):
    _give(pod, "https://git.example/team.git", remote.push(PART), ARCHIVE)
    code, said = fetched(env={"PATH": str(tmp_path)})
    assert (code, pod.message["reason"]) == (50, "no-git")
    assert "The image has no git" in said and "another way" in said


def test_files_that_were_not_fetched_are_50(pod, remote):
    _give(pod, "https://git.example/team.git", remote.push(PART), ARCHIVE)
    assert pod.run() == 50
    assert "were not fetched from git" in pod.message["message"]


@pytest.mark.parametrize(
    "files, mode, why",
    [
        ([("bundle.tar.gz.000", b"something else")], "100644", "14 bytes came"),
        ([("bundle.tar.gz.000", b"/etc/passwd")], "120000", "11 bytes came"),
        ([("other", ARCHIVE)], "100644", "does not hold the notebook's files"),
        ([("bundle.tar.gz.000", ARCHIVE + bytes(9 << 20))], "100644", "more than"),
    ],
)
def test_a_commit_that_holds_something_else_is_40(pod, remote, serve, fetched, files, mode, why):
    server = serve(repositories=remote.folder.parent)
    _give(pod, server.url, remote.push(*files, mode=mode), ARCHIVE)
    # What is no file of ours at all, is seen by who fetches; what it is not, by who knows the digest.
    code = fetched()[0] or pod.run()
    assert (code, pod.message["reason"]) == (40, "bundle")
    assert why in pod.message["message"] and not pod.root.joinpath("data.txt").exists()


def test_another_commit_under_the_ref_is_40(pod, remote, serve, fetched):
    server = serve(repositories=remote.folder.parent)
    commit = remote.push(PART)
    remote.push(PART, ("readme", b"!"))
    _give(pod, server.url, commit, ARCHIVE)
    code, said = fetched()
    assert code == 40 and f"{REF} is not the commit that was pushed" in said


@pytest.mark.parametrize("name", [".git", "..", ".gitmodules", "post-checkout"])
def test_names_that_would_do_harm_in_a_working_tree_are_refused_or_do_nothing(
    pod, remote, serve, fetched, name
):
    server = serve(repositories=remote.folder.parent)
    harm = pod.work / "harm"
    commit = remote.push((name, f"#!/bin/sh\ntouch {harm}\n".encode()), PART, mode="100755")
    _give(pod, server.url, commit, ARCHIVE)
    code, _ = fetched()
    assert code in (0, 50)
    assert not harm.exists()
    assert {path.name for path in pod.work.iterdir()} <= {"bundle.tar.gz"}


def test_more_than_was_declared_is_cut_off(pod, remote, serve, fetched):
    server = serve(repositories=remote.folder.parent)
    commit = remote.push(PART, ("huge", os.urandom(12 << 20)))
    _give(pod, server.url, commit, ARCHIVE)
    code, said = fetched()
    assert code == 40 and "holds more than the" in said, said


def test_addresses_that_start_a_program_are_no_addresses(pod, remote, fetched):
    commit = remote.push(PART)
    for url in ("ext::sh -c true", f"file://{remote.folder}", str(remote.folder), "git@-oProxyCommand=x:y"):
        _give(pod, url, commit, ARCHIVE)
        code, said = fetched()
        assert code == 50 and "has no https or ssh address" in said


# There is no ssh server on this machine: a program in its place does what one would, if it is asked as one would be.
_SSH = """#!/bin/sh
key=; known=; strict=; batch=
while [ $# -gt 0 ]; do
  case "$1" in
    -o) case "$2" in IdentityFile=*) key=${2#*=};; UserKnownHostsFile=*) known=${2#*=};;
          StrictHostKeyChecking=yes) strict=1;; BatchMode=yes) batch=1;; esac; shift 2;;
    -p) shift 2;;
    *) break;;
  esac
done
[ "$1" = git@git.example ] && [ "$(cat "$key")" = t0ken-5ecret ] && [ -s "$known" ] && [ $strict$batch = 11 ] || exit 255
shift
exec sh -c "$*"
"""


def test_a_run_whose_files_are_behind_an_ssh_key(pod, remote, secret, fetched, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "ssh").write_text(_SSH)
    (programs / "ssh").chmod(0o755)
    (secret / "ssh-privatekey").write_text(TOKEN)
    (secret / "known_hosts").write_text("git.example ssh-ed25519 AAAA")
    _give(pod, f"git@git.example:{remote.folder}", remote.push(PART), ARCHIVE, **NO_TIME)
    assert fetched(secret, env={"PATH": f"{programs}:{os.environ['PATH']}"}) == (0, "")
    pod.start().unpack()


@pytest.mark.parametrize(
    "words, hint",
    [
        ("org-1@git.example: Permission denied (publickey).", "bundle.git.secret"),
        ("No user exists for uid 1000", "/etc/passwd"),
        ("Host key verification failed.", "known_hosts"),
    ],
)
def test_what_ssh_says_is_told(pod, remote, secret, fetched, tmp_path, words, hint):
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "ssh").write_text(f"#!/bin/sh\necho '{words}' >&2\necho @@@@ >&2\nexit 255\n")
    (programs / "ssh").chmod(0o755)
    (secret / "ssh-privatekey").write_text(TOKEN)
    (secret / "known_hosts").write_text("git.example ssh-ed25519 AAAA")
    # As an organisation's certificates have it.
    _give(pod, "org-1@git.example:team.git", remote.push(PART), ARCHIVE)
    code, said = fetched(secret, env={"PATH": f"{programs}:{os.environ['PATH']}"})
    assert (code, pod.message["reason"]) == (50, "fetch")
    assert words.rstrip(".") in said and hint in said
