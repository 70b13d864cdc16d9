"""Facts of files: where they lie, what they hold. Standard library only and self-contained: a helper process runs this
very text, so that many files can be hashed beside the cell that reads them."""

import hashlib
import json
import marshal
import os
import select
import stat
import sys
import time
import zipfile
import zlib

_CHUNK = 1 << 20
_CONTENT_LIMIT = 1 << 30
_CACHED = 200_000
_RACY_NS = 50_000_000
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_TIMES = {"metadata.json": ("date_saved",)}  # what a .keras file says of the moment it was saved
_HOUSEKEEPING = ("/.reprise/", "/__pycache__/", "/.ipynb_checkpoints/", "/site-packages/", "/.git/")
_UNSTABLE_MEMBERS = (".data/serialization_id",)


class Places:
    """Names files the way a record does: relative to the root, `~/…` under home, else by their last part. `ignored` are
    files and folders that are never reported; `libraries` folders that are not, unless the root lies in them."""

    def __init__(self, root, home, ignored, libraries):
        self.arguments = (root, home, ignored, libraries)
        self._root = _folder(os.path.realpath(root))
        self._home = _folder(os.path.realpath(home))
        self._ignored = frozenset(ignored)
        self._never = tuple(
            [_folder(path) for path in ignored] + [path for path in libraries if path.startswith(self._root)]
        )
        self._libraries = tuple(libraries)

    def resolve(self, folder, path):
        """The absolute path by which a file is known; links are followed only for what lies outside the root."""
        path = os.path.join(folder, path)
        if "//" in path or "/." in path or path.endswith("/"):
            path = os.path.normpath(path)
        return path if path.startswith(self._root) else os.path.realpath(path)

    def concerns(self, path):
        """Whether a resolved path is the notebook's business: not Python's, the system's, ours."""
        if path in self._ignored or path.startswith(self._never) or path.endswith(".pyc"):
            return False
        if any(part in path for part in _HOUSEKEEPING):
            return False
        return path.startswith(self._root) or not path.startswith(self._libraries)

    def label(self, path):
        if path.startswith(self._root):
            return path[len(self._root) :].replace(os.sep, "/")
        if path.startswith(self._home):
            return "~/" + path[len(self._home) :].replace(os.sep, "/")
        return os.path.basename(path)

    def is_inside(self, path):
        return path.startswith(self._root)


def _folder(path):
    return path.rstrip(os.sep) + os.sep


def key_of(status):
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def digest_file(path, cache):
    """(status, sha256, content) of a regular file; None where there is none. `content` digests what a container holds,
    without times: of zip (npz, keras, pt) and gzip files, else None. `cache` keeps digests by `key_of`."""
    try:
        known = cache.get(key_of(os.stat(path))) if cache else None
        if known is not None:
            return known
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        known = (status, *_digest(path, descriptor, status.st_size))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    # A file written this very moment can be written again without its time or size telling.
    if time.time_ns() - status.st_mtime_ns > _RACY_NS:
        if len(cache) >= _CACHED:
            cache.clear()
        cache[key_of(status)] = known
    return known


def _digest(path, descriptor, size):
    data = os.read(descriptor, min(size + 1, _CHUNK))
    magic, hashed = data[:4], hashlib.sha256(data)
    while data and size >= _CHUNK or len(data) > size:
        data = os.read(descriptor, _CHUNK)
        hashed.update(data)
        size = max(size, _CHUNK)
    return hashed.hexdigest(), _content(path, magic)


def _content(path, magic):
    try:
        if magic == b"PK\x03\x04":
            return _zip_content(path)
        if magic[:2] == b"\x1f\x8b":
            return _gzip_content(path)
    except Exception:
        pass  # damaged, or none after all: its bytes are what there is to compare
    return None


def _zip_content(path):
    members = []
    with open_quietly(path) as file, zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > _CONTENT_LIMIT:
            return None
        for info in infos:
            name = info.filename
            if path.endswith((".pt", ".pth")):
                name = name.partition("/")[2]  # the folder inside is called like the file
            if name in _UNSTABLE_MEMBERS:
                continue
            with archive.open(info) as member:
                members.append([name, _member_digest(name, member)])
    return hashlib.sha256(json.dumps(sorted(members)).encode()).hexdigest()


def _member_digest(name, member):
    if name in _TIMES:
        facts = json.loads(member.read())
        for field in _TIMES[name]:
            facts.pop(field, None)
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    hashed = hashlib.sha256()
    for data in iter(lambda: member.read(_CHUNK), b""):
        hashed.update(data)
    return hashed.hexdigest()


def _gzip_content(path):
    hashed, total = hashlib.sha256(), 0
    stream = zlib.decompressobj(31)
    with open_quietly(path) as file:
        for data in iter(lambda: file.read(_CHUNK), b""):
            while data:
                part = stream.decompress(data, _CHUNK)
                total += len(part)
                if total > _CONTENT_LIMIT:
                    return None
                hashed.update(part)
                data = stream.unconsumed_tail
                if stream.eof:
                    data, stream = stream.unused_data, zlib.decompressobj(31)
    return hashed.hexdigest()


def open_quietly(path):
    """Opens past the tracker, which wraps the public openers only."""
    import _io

    return _io.open(path, "rb")


def entry_of(places, path, mode, facts):
    status, sha256, content = facts
    entry = {
        "path": places.label(path),
        "mode": mode,
        "sha256": sha256,
        "size": status.st_size,
        "attribution": "exact",
    }
    if not places.is_inside(path):
        entry["outside"] = True
    if content is not None:
        entry["content"] = content
    return entry


def read_entry(places, path, cache):
    """(time of last change in ns, entry) of a file that was read, by its resolved path; None where it is nobody's
    business."""
    facts = digest_file(path, cache) if places.concerns(path) else None
    return None if facts is None else (facts[0].st_mtime_ns, entry_of(places, path, "read", facts))


def serve():
    """Requests are marshalled values, each after its length in 8 bytes: first the arguments of `Places`, then pairs
    (folder, paths). Each pair is answered with a list of (resolved path, ns of last change, entry, position among the
    paths). Ends with its standard input, and with the process that started it."""
    parent = os.getppid()
    source, target = sys.stdin.buffer.raw, sys.stdout.buffer.raw
    places, cache = Places(*_receive(source, parent)), {}
    while True:
        folder, paths = _receive(source, parent)
        found = []
        for position, path in enumerate(paths):
            try:
                path = places.resolve(folder, path)
            except (OSError, ValueError):
                continue  # no file can have that name
            facts = read_entry(places, path, cache)
            if facts is not None:
                found.append((path, *facts, position))
        send(target, found)


def _receive(source, parent):
    length = int.from_bytes(_exactly(source, 8, parent), "little")
    return marshal.loads(_exactly(source, length, parent))


def _exactly(source, length, parent):
    data = b""
    while len(data) < length:
        while not select.select([source], [], [], 5)[0]:
            if os.getppid() != parent:
                os._exit(0)
        part = source.read(length - len(data))
        if not part:
            os._exit(0)
        data += part
    return data


def send(target, value):
    data = marshal.dumps(value)
    data = memoryview(len(data).to_bytes(8, "little") + data)
    while data:
        data = data[target.write(data) :]


if __name__ == "__main__":
    serve()
