"""What arrives in a pod: parts, and archives that nobody should unpack."""

from __future__ import annotations

import gzip
import os
import tarfile

import pytest
from pods import RUN, declared, files_of, pack


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mode = kind, link, mode
    return made


def bundle(*more: tuple) -> bytes:
    return pack([*sorted(files_of("print(1)").items()), *more])


def rewritten(archive: bytes, change) -> bytes:
    return gzip.compress(change(gzip.decompress(archive)), mtime=0)


def negative() -> bytes:
    """A header that claims fewer than no bytes, with a right checksum."""
    made = bytearray(member("data.bin").tobuf(tarfile.GNU_FORMAT))
    made[124:136] = b"\xff" * 4 + (-512).to_bytes(8, "big", signed=True)
    made[148:156] = b" " * 8
    made[148:156] = b"%06o\0 " % sum(made)
    return gzip.compress(bytes(made) + bytes(1024), mtime=0)


def large_header() -> bytes:
    """An extended header that says it is 8 GiB long."""
    made = member("x", tarfile.XHDTYPE)
    made.size = 8 << 30
    return gzip.compress(made.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20), mtime=0)


def renamed(data: bytes, before: bytes, after: bytes) -> bytes:
    """Renames the member `before`, keeping its header's checksum right."""
    start = data.index(before)
    header = bytearray(data[start : start + 512].replace(before, after))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return data[:start] + bytes(header) + data[start + 512 :]


HOSTILE = {
    "parent": lambda: bundle(("../escaped", b"x")),
    "parent-inside": lambda: bundle(("a/../../escaped", b"x")),
    "parent-that-stays": lambda: bundle(("a/../b", b"x")),
    "absolute": lambda: bundle(("/tmp/reprise-escaped", b"x")),
    "root-itself": lambda: bundle((member(".", tarfile.DIRTYPE), b"")),
    "dot": lambda: bundle(("./a", b"x")),
    "double-slash": lambda: bundle(("a//b", b"x")),
    "link": lambda: bundle((member("a", tarfile.SYMTYPE, "/etc/passwd"), b"")),
    "link-as-folder": lambda: bundle((member("a", tarfile.SYMTYPE, ".."), b""), ("a/escaped", b"x")),
    "hard-link": lambda: bundle((member("a", tarfile.LNKTYPE, "/etc/passwd"), b"")),
    "device": lambda: bundle((member("a", tarfile.CHRTYPE), b"")),
    "block-device": lambda: bundle((member("a", tarfile.BLKTYPE), b"")),
    "pipe": lambda: bundle((member("a", tarfile.FIFOTYPE), b"")),
    "sparse": lambda: bundle((member("a", tarfile.GNUTYPE_SPARSE), b"")),
    "unknown-type": lambda: bundle((member("a", b"Z"), b"")),
    "twice": lambda: bundle(("a", b"x"), ("a", b"y")),
    "file-as-folder": lambda: bundle(("a", b"x"), ("a/b", b"y")),
    "folder-as-file": lambda: bundle(("a/b", b"x"), ("a", b"y")),
    "not-utf-8": lambda: rewritten(
        bundle(("AAAA", b"x")), lambda data: renamed(data, b"AAAA", b"A\xff\xfeA")
    ),
    "long-name": lambda: bundle(("n" * 300, b"x")),
    "long-path": lambda: bundle(("/".join(["n" * 200] * 25), b"x")),
    "bomb": lambda: bundle(("zeros", bytes(100 << 20))),
    "negative-size": lambda: negative(),
    "large-header": lambda: large_header(),
    "cut-gzip": lambda: bundle()[:-40],
    "damaged-gzip": lambda: bundle()[:60] + b"\x00\xff\x00\xff" + bundle()[64:],
    "cut-tar": lambda: rewritten(bundle(), lambda data: data[:1000]),
    "no-gzip": lambda: b"no gzip at all",
    "empty": lambda: b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_damaged_archive_is_refused(pod, tmp_path, name):
    around = {path.name for path in tmp_path.iterdir()} | {"termination-log"}
    assert pod.give(archive=HOSTILE[name]()).run() == 40
    assert pod.event("failed")["reason"] == "bundle"
    assert pod.names() == ["pod", "failed"]
    assert (pod.message["exit"], pod.message["reason"]) == (40, "bundle")
    assert len(pod.told.read_bytes()) <= 4096
    assert {path.name for path in tmp_path.iterdir()} == around
    assert not (pod.work / "escaped").exists() and not os.path.exists("/tmp/reprise-escaped")
    assert all(path.is_dir() or path.is_file() for path in pod.root.rglob("*"))


def test_modes_are_two_and_folders_may_be_named(pod):
    more = [
        (member("tool.sh", mode=0o4777), b"#!/bin/sh\necho ran\n"),
        (member("folder", tarfile.DIRTYPE, mode=0o700), b""),
        (member("folder/data.txt", mode=0o666), b"x"),
    ]
    show = (
        "import subprocess, os\nprint(subprocess.run(['./tool.sh'], capture_output=True, text=True).stdout)\n"
    )
    modes = "print([oct(os.stat(name).st_mode) for name in ('tool.sh', 'folder/data.txt')])"
    assert pod.give(archive=pack([*sorted(files_of(show + modes).items()), *more])).run() == 0
    assert pod.text(0) == "ran\n\n['0o100755', '0o100644']\n"


def test_a_declared_total_is_the_limit(pod):
    assert pod.give("print(1)", files={"zeros": bytes(1 << 20)}).run() == 0
    pod.events.clear()
    archive = (pod.given / "bundle.tar.gz").read_bytes()
    given = {"bundle": {**declared(archive), "unpacked": 1 << 20}}
    assert pod.give("print(1)", files={"zeros": bytes(1 << 20)}, pod=given).run() == 40
    assert "more than was declared" in pod.message["message"]


def test_members_count_even_if_they_are_empty(pod):
    archive = bundle(*((f"d/{i}", b"") for i in range(3000)))
    assert pod.give(archive=archive, pod={"bundle": {**declared(archive), "unpacked": 1 << 20}}).run() == 40
    assert "more than was declared" in pod.message["message"]


def test_parts_are_joined_in_their_order(pod):
    assert (
        pod.give("print(len(open('data').read()))", files={"data": os.urandom(4000).hex()}, parts=12).run()
        == 0
    )
    assert pod.text(0) == "8000\n"


@pytest.mark.parametrize("what", ["first", "middle", "last", "all", "swapped", "grown", "changed"])
def test_parts_that_are_not_those_that_were_sent(pod, what):
    pod.give("print(1)", files={"data": os.urandom(4000)}, parts=4)
    parts = [pod.given / f"bundle.tar.gz.{i:03d}" for i in range(4)]
    gone = {"first": parts[:1], "middle": parts[1:2], "last": parts[3:], "all": parts}
    for part in gone.get(what, []):
        part.unlink()
    if what == "swapped":
        parts[1].rename(pod.given / "x")
        parts[2].rename(parts[1])
        (pod.given / "x").rename(parts[2])
    if what in ("grown", "changed"):
        data = parts[3].read_bytes()
        parts[3].write_bytes(data + b"x" if what == "grown" else b"x" + data[1:])
    assert pod.run() == 40
    assert pod.event("failed")["reason"] == "bundle"
    assert not any(pod.root.iterdir())


@pytest.mark.parametrize(
    "document",
    [
        None,
        "",
        "[]",
        "{}",
        '{"schema": "reprise/pod/2"}',
        '{"schema": "reprise/pod/1", "run": "../x", "bundle": {}}',
    ],
)
def test_a_pod_json_that_is_not_understood_is_50(pod, document):
    pod.give("1")
    if document is None:
        (pod.given / "pod.json").unlink()
    else:
        (pod.given / "pod.json").write_text(document)
    assert pod.run() == 50
    assert (pod.event("failed")["reason"], pod.message["reason"]) == ("pod", "pod")


def test_a_bundle_without_a_notebook_is_50(pod):
    content = files_of("1")
    del content[f".reprise/runs/{RUN}/notebook.ipynb"]
    assert pod.give(archive=pack(sorted(content.items()))).run() == 50
    assert pod.event("failed")["reason"] == "bad-bundle"
