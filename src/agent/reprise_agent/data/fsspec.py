"""Files opened through fsspec, which s3fs, gcsfs, adlfs, pandas, Dask and Arrow read object stores with."""

from __future__ import annotations

import functools
import hashlib
from typing import Any, Dict
from urllib.parse import urlsplit, urlunsplit

from ..seeding.imports import ImportHooks
from .log import DataLog

# Local files are tracked as files; an archive is a file or was opened by one of the others.
_NOT_ELSEWHERE = {"file", "local", "zip", "tar", "libarchive", "dir", "dirfs", "reference"}
# A cache may serve an older version than the one which is there now.
_CACHES = {"simplecache", "filecache", "blockcache", "cached"}
_WITH_HOST = {"ftp", "ftps", "sftp", "ssh", "smb", "hdfs", "webhdfs"}
_DIGESTED = 64 << 20
# What fixes a version, by the names that file systems have for it.
_FIELDS = {
    "etag": ("ETag", "etag"),
    "modified": ("LastModified", "Last-Modified", "last_modified", "updated", "mtime"),
    "versionId": ("VersionId", "version_id"),
    "generation": ("generation",),
    "md5": ("md5Hash", "Content-MD5", "content_md5"),
    "blob": ("blob_id",),
}


def install(hooks: ImportHooks, log: DataLog) -> None:
    hooks.after("fsspec.spec", lambda module: _watch(module, log), "watching fsspec")


def _watch(module: Any, log: DataLog) -> None:
    original = module.AbstractFileSystem.open

    @functools.wraps(original)
    def noting_open(self: Any, path: Any, mode: Any = "rb", *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        opened = original(self, path, mode, *args, **kwargs)
        try:
            if "b" in mode:  # else it has opened itself as bytes, and noted that
                _note(self, path, mode, opened, log)
        except Exception as error:
            log.fault("noting an opened file", error)
        return opened

    module.AbstractFileSystem.open = noting_open


def _note(system: Any, path: Any, mode: str, opened: Any, log: DataLog) -> None:
    protocols = {system.protocol} if isinstance(system.protocol, str) else set(system.protocol)
    if protocols & _NOT_ELSEWHERE:
        return
    name = name_of(system, path)
    if mode != "rb":
        log.wrote(name)
    elif protocols & _CACHES:
        log.note("url", name, {})
    elif "memory" in protocols:
        log.note("url", name, _held(system, path), own=True)
    else:
        log.note("url", name, _version(system, path, opened))


def name_of(system: Any, path: Any) -> str:
    """With its protocol and without user, password and, of web addresses, query and fragment."""
    name = str(system.unstrip_protocol(path))
    parts = urlsplit(name)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme in _WITH_HOST and not host:
        host = str(getattr(system, "host", "") or "")
    if parts.scheme in ("http", "https"):
        return urlunsplit((parts.scheme, host, parts.path or "/", "", ""))
    return name if host == parts.netloc else name.replace(f"//{parts.netloc}", f"//{host}", 1)


def _version(system: Any, path: Any, opened: Any) -> Dict[str, Any]:
    """As opening the file was told, or else as is said now; nothing where nothing is."""
    told = versions(getattr(opened, "_details", None) or {})
    if set(told) - {"size"}:
        return told
    try:
        return versions(system.info(path))
    except Exception:
        return {}


def versions(info: Dict[str, Any]) -> Dict[str, Any]:
    said = {}
    for field, names in _FIELDS.items():
        for value in (info.get(name) for name in names):
            if value not in (None, "", "null"):
                said[field] = value.isoformat() if hasattr(value, "isoformat") else str(value)
                break
    return said or {"size": info.get("size")}


def _held(system: Any, path: Any) -> Dict[str, Any]:
    file = system.store[system._strip_protocol(path)]
    data = file.getbuffer()
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest() if len(data) <= _DIGESTED else None}
