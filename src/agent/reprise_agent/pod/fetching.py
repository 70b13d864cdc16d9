"""The bundle from a git repository: `agent.pyz fetch IN WORK [SECRET]`, in a container that ends before the notebook's
begins. Only it has the credentials (files of a Secret in the folder `SECRET`), so no cell can read them.

In the commit the bundle is a file in parts. Nothing is checked out: no link, no name, no filter, no hook and no submodule
of what is there has any effect, and what comes is compared with the digest that was declared."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import IO, Dict, List, Optional, Tuple

from . import message
from .request import BUNDLE, INPUTS, NOTHING_RAN, OK, TERMINATED, GitSource, Refused, read_request

_BLOCK = 1 << 20
_SILENCE_SECONDS = 120
_TRIES = 3
_PAUSE_SECONDS = 1.0
_FETCHED = "refs/fetched"
# What a pack has beside what is in it, and more where it does not compress.
_PACK_BYTES = 4 << 20
_WORDS_BYTES = 16 << 10

_QUIET = {
    "core.hooksPath": "/dev/null",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "transfer.bundleURI": "false",
    "transfer.fsckObjects": "true",
    # All of it in one file, whose size is limited, and none of it in memory.
    "fetch.unpackLimit": "1",
    "core.bigFileThreshold": "1m",
    # A server that is still looking for what to send gives a sign of life every few seconds, of a few bytes.
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": str(_SILENCE_SECONDS),
    "credential.helper": "",
}
# Git gives a helper's answer to nobody but the server it is set for, whatever that leads to.
_HELPER = """!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' \
"$(cat "$REPRISE_GIT_SECRET/username" 2>/dev/null || echo git)" "$(cat "$REPRISE_GIT_SECRET/password")"; }; f"""


def fetch(given: str, work: str, secret: Optional[str] = None) -> int:
    """Leaves the bundle in the folder `work`, where `pod` looks for it and checks it. The exit codes are those of `pod`."""
    # The first process of a container has no default action for it.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(TERMINATED))
    told, run = message.place(), ""
    try:
        asked = read_request(given)
        run = asked.run
        if asked.git is None:
            raise Refused(NOTHING_RAN, "pod", "pod.json names no git repository. Nothing ran.")
        _fetch(asked.git, asked.bundle.size, work, secret)
        return OK
    except Refused as refused:
        code, reason, why = refused.code, refused.reason, str(refused)
    except OSError as error:
        code, reason = NOTHING_RAN, "disk"
        why = f"The bundle cannot be fetched: {error.strerror}. Nothing ran. Give the pod more room."
    print(why, file=sys.stderr)
    failed = {"run": run, "exit": code, "status": "failed", "reason": reason, "message": why}
    message.write_message(told, failed)
    return code


def _fetch(source: GitSource, size: int, work: str, secret: Optional[str]) -> None:
    if shutil.which("git") is None:
        why = "The image has no git, which fetches the notebook's files. Nothing ran. Take an image that has it, or send them on another way (bundle, in reprise.yaml)."
        raise Refused(NOTHING_RAN, "no-git", why)
    repository = os.path.join(work, ".fetched")
    shutil.rmtree(repository, ignore_errors=True)
    git = _Git(repository, source, secret)
    try:
        git.fetch(size)
        with open(os.path.join(work, BUNDLE), "wb") as file:
            for index in range(source.parts):
                git.copy(f"{source.commit}:{BUNDLE}.{index:03d}", file, size)
    finally:
        shutil.rmtree(repository, ignore_errors=True)


class _Git:
    def __init__(self, repository: str, source: GitSource, secret: Optional[str]) -> None:
        self._repository = repository
        self._source = source
        self._secret = secret
        self._config = {**_QUIET, **self._access()}

    def fetch(self, size: int) -> None:
        """Raises Refused where it is not to be had, or another commit is there."""
        code, said = self._run("init", "--quiet", "--bare", self._repository)
        if code != 0:
            raise _unfetched(self._source.url, said)
        ref, url = self._source.ref, self._source.url
        limit = size + size // 50 + _PACK_BYTES
        asked = ["fetch", "--quiet", "--depth=1", "--no-tags", "--"]
        for attempt in range(_TRIES):
            time.sleep(_PAUSE_SECONDS * attempt)
            code, said = self._run("-C", self._repository, *asked, url, f"+{ref}:{_FETCHED}", limit=limit)
            if code == 0:
                break
            if self._has_file_of(limit):
                raise _other(f"{ref} holds more than the {size} bytes that were declared")
        else:
            raise _unfetched(url, said)
        if not self._is_commit(_FETCHED):
            raise _other(f"{ref} is not the commit that was pushed")

    def _has_file_of(self, limit: int) -> bool:
        packs = os.path.join(self._repository, "objects", "pack")
        return any(os.path.getsize(os.path.join(packs, name)) >= limit for name in os.listdir(packs))

    def copy(self, name: str, file: IO[bytes], size: int) -> None:
        """Appends what is there by this name to `file`, at most a block more than makes `size` bytes."""
        command = self._command("-C", self._repository, "cat-file", "blob", name)
        with subprocess.Popen(
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as reading:
            assert reading.stdout is not None
            while file.tell() <= size:
                block = reading.stdout.read(_BLOCK)
                if not block:
                    break
                file.write(block)
            else:
                reading.kill()
        # What was killed is too long, which the digest says; what is absent has none.
        if reading.returncode > 0:
            raise _other(f"{self._source.ref} does not hold the notebook's files")

    def _is_commit(self, name: str) -> bool:
        command = self._command(
            "-C", self._repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"
        )
        found = subprocess.run(
            command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        return found.stdout.decode("ascii", "replace").strip() == self._source.commit

    def _run(self, *args: str, limit: int = _PACK_BYTES) -> "Tuple[int, str]":
        """The exit code, and why. `limit`: bytes of the largest file that it may write; beyond it git is ended, without a word."""

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        # In a file, as a server may have any number of words.
        with tempfile.TemporaryFile() as words:
            ended = subprocess.run(
                self._command(*args),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                preexec_fn=limited,
            )
            words.seek(max(0, os.fstat(words.fileno()).st_size - _WORDS_BYTES))
            return ended.returncode, self._said(words.read())

    def _command(self, *args: str) -> List[str]:
        config = [word for name, value in self._config.items() for word in ("-c", f"{name}={value}")]
        return ["git", *config, *args]

    def _environment(self) -> Dict[str, str]:
        """Of the container's own only what leads to the programs and out of the network."""
        kept = ("PATH", "LD_LIBRARY_PATH", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
        return {
            **{name: value for name, value in os.environ.items() if name.upper() in kept},
            "HOME": self._repository,
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "https:http:ssh",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_SSH_VARIANT": "ssh",
            "GIT_SSH_COMMAND": " ".join(["ssh", *(word for each in self._ssh() for word in ("-o", each))]),
            **({} if self._secret is None else {"REPRISE_GIT_SECRET": self._secret}),
        }

    def _access(self) -> Dict[str, str]:
        """Configuration that names the credentials' files, and holds none."""
        url = self._source.url
        access = {"http.sslCAInfo": self._file("ca.crt")} if self._has("ca.crt") else {}
        if self._secret is None:
            return access
        if not url.startswith(("https://", "http://")):
            self._require("ssh-privatekey", "known_hosts")
            return access
        if not access or self._has("password"):
            self._require("password")
            host = "/".join(url.split("/")[:3])
            access[f"credential.{host}.helper"] = _HELPER
        return access

    def _ssh(self) -> List[str]:
        known = self._file("known_hosts") if self._has("known_hosts") else "/dev/null"
        key = [f"IdentityFile={self._file('ssh-privatekey')}"] if self._has("ssh-privatekey") else []
        return [
            *key,
            *("BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=20"),
            *(f"UserKnownHostsFile={known}", "GlobalKnownHostsFile=/dev/null"),
            f"ServerAliveInterval={_SILENCE_SECONDS // 4}",
        ]

    def _require(self, *names: str) -> None:
        absent = [name for name in names if not self._has(name)]
        if absent:
            why = f"The Secret for git has no {' and no '.join(absent)}"
            raise Refused(NOTHING_RAN, "fetch", f"{why}, which {self._source.url} needs. Nothing ran.")

    def _has(self, name: str) -> bool:
        return self._secret is not None and os.path.isfile(self._file(name))

    def _file(self, name: str) -> str:
        return os.path.join(self._secret or "", name)

    def _said(self, stderr: bytes) -> str:
        """The line that says why; a server may repeat what it was given."""
        lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        at = next((i for i, line in enumerate(lines) if line.startswith(("fatal:", "error:"))), -1)
        # What ssh or the server said is why.
        before = [line for line in lines[: max(at, 0)] if re.search(r"\w{3}", line)]
        said = lines[at] if lines else "git failed"
        if before and ("Could not read from remote" in said or "hung up" in said):
            said = before[-1]
        for name in ("password", "ssh-privatekey"):
            with contextlib.suppress(OSError):
                with open(self._file(name), encoding="utf-8", errors="replace") as file:
                    secret = file.read().strip()
                said = said.replace(secret, "…") if secret else said
        return said[:500]


def _unfetched(url: str, said: str) -> Refused:
    hint = ""
    if "certificate" in said:
        hint = " The image has to trust its certificate; or put it into the Secret (ca.crt)."
    elif "Could not resolve" in said or "connect" in said:
        hint = (
            " A NetworkPolicy has to let pods of Reprise reach it and the names' server (deploy/README.md)."
        )
    elif "No user exists for uid" in said:
        hint = " The image's ssh wants a user of that number in /etc/passwd; or give an https address (bundle.git.remote)."
    elif "Host key verification failed" in said:
        hint = " The server's key has to be in the Secret (known_hosts)."
    elif "could not read" in said or "Authentication failed" in said or "Permission denied" in said:
        hint = " What may read there goes into a Secret that bundle.git.secret in reprise.yaml names."
    why = f"The notebook's files cannot be fetched from {url}: {said.rstrip('.')}. Nothing ran.{hint}"
    return Refused(NOTHING_RAN, "fetch", why)


def _other(what: str) -> Refused:
    why = f"What git gives is not the notebook's files: {what}. Nothing ran. Submit the run again."
    return Refused(INPUTS, "bundle", why)
