"""Facts of files: where they lie, what they hold. Standard library only and self-contained: a helper process runs the text
of `containers.py` and this very text, so that many files can be hashed beside the cell that reads them."""

import hashlib
import marshal
import os
import select
import stat
import sys
import time

try:
    from .containers import content_of
    from .libraries import read_with_library
except ImportError:  # in the helper, which has the text of the first, and no library
    read_with_library = None

_CHUNK = 1 << 20
_CACHED = 200_000
_RACY_NS = 50_000_000
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_HOUSEKEEPING = ("/.reprise/", "/__pycache__/", "/.ipynb_checkpoints/", "/site-packages/", "/.git/")


class Places:
    """Names files the way a record does: relative to the root, `~/…` under home, else by their last part. `ignored` are
    files and folders, absolute or relative to the root, that are never reported; `libraries` folders that are not, unless
    the root lies in them."""

    def __init__(self, root, home, ignored, libraries):
        self.arguments = (root, home, ignored, libraries)
        self._root = _folder(os.path.realpath(root))
        self._home = _folder(os.path.realpath(home))
        self._ignored = frozenset(self.resolve(self._root, path) for path in ignored)
        self._never = (
            *(_folder(path) for path in self._ignored),
            *(path for path in libraries if path.startswith(self._root)),
        )
        self._libraries = tuple(libraries)

    def resolve(self, folder, path, real=os.path.realpath):
        """The absolute path by which a file is known; links are followed, by `real`, only for what lies outside the
        root."""
        path = os.path.join(folder, path)
        if "//" in path or "/." in path or path.endswith("/"):
            path = os.path.normpath(path)
        return path if path.startswith(self._root) else real(path)

    def concerns(self, path):
        """Whether a resolved path is the notebook's business: not Python's, the system's, ours."""
        if path in self._ignored or path.startswith(self._never) or path.endswith(".pyc"):
            return False
        if any(part in path for part in _HOUSEKEEPING):
            return False
        return path.startswith(self._root) or not path.startswith(self._libraries)

    def label(self, path):
        if path.startswith(self._root):
            inside = path[len(self._root) :].replace(os.sep, "/")
            # A folder may be named `~`.
            return "./" + inside if inside.startswith("~/") else inside
        if path.startswith(self._home):
            return "~/" + path[len(self._home) :].replace(os.sep, "/")
        return os.path.basename(path)

    def is_inside(self, path):
        return path.startswith(self._root)

    def marks(self, path):
        """What an entry says of a file outside the root. `place` tells apart those of which it names the last part only."""
        if path.startswith(self._root):
            return {}
        if path.startswith(self._home):
            return {"outside": True}
        folder = os.path.dirname(path).encode("utf-8", "surrogateescape")
        return {"outside": True, "place": hashlib.sha256(folder).hexdigest()[:16]}


def _folder(path):
    return path.rstrip(os.sep) + os.sep


def key_of(status):
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def digest_file(path, cache):
    """(status, sha256, content, unread) of a regular file; None where there is none. `content` digests what a container
    holds, without times, else None; `unread` says why that could not be had. `cache` keeps digests by `key_of`."""
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
    magic, hashed = data[:8], hashlib.sha256(data)
    while data and size >= _CHUNK or len(data) > size:
        data = os.read(descriptor, _CHUNK)
        hashed.update(data)
        size = max(size, _CHUNK)
    return (hashed.hexdigest(), *content_of(path, magic, size, read_with_library))


def entry_of(places, path, mode, facts):
    status, sha256, content, unread = facts
    entry = {
        "path": places.label(path),
        "mode": mode,
        "sha256": sha256,
        "size": status.st_size,
        "attribution": "exact",
    }
    entry.update(places.marks(path))
    if content is not None:
        entry["content"] = content
    if unread is not None:
        entry["unread"] = unread
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
