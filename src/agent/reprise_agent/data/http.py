"""Answers to GET requests of Python's own HTTP client, which urllib, requests, urllib3 and botocore end in."""

from __future__ import annotations

import functools
from typing import Any, Dict
from urllib.parse import urlsplit

from ..seeding.imports import ImportHooks
from .log import DataLog

_READ = (200, 203, 206, 304)
_PORTS = {"http": 80, "https": 443}
# What fixes a version, by the header that says it.
_HEADERS = {
    "ETag": "etag",
    "Last-Modified": "modified",
    "x-goog-generation": "generation",
    "x-amz-version-id": "versionId",
    "X-Repo-Commit": "revision",
}


def install(hooks: ImportHooks, log: DataLog) -> None:
    hooks.after("http.client", lambda module: _watch(module, log), "watching http.client")


def _watch(module: Any, log: DataLog) -> None:
    connection = module.HTTPConnection
    putrequest, getresponse = connection.putrequest, connection.getresponse

    @functools.wraps(putrequest)
    def noting_request(self: Any, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        self.__dict__["_reprise_asked"] = (method, url)
        return putrequest(self, method, url, *args, **kwargs)

    @functools.wraps(getresponse)
    def noting_response(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        response = getresponse(self, *args, **kwargs)
        try:
            method, url = self.__dict__.get("_reprise_asked", ("", ""))
            if method == "GET" and response.status in _READ:
                secure = isinstance(self, getattr(module, "HTTPSConnection", ()))
                log.note("url", address(self, url, "https" if secure else "http"), versions(response))
        except Exception as error:
            log.fault("noting a request", error)
        return response

    connection.putrequest, connection.getresponse = noting_request, noting_response


def address(connection: Any, url: str, scheme: str) -> str:
    """Without user, password, query and fragment, which may hold what lets somebody in."""
    parts = urlsplit(url or "/")
    if parts.scheme and parts.hostname:  # asked of a proxy
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    else:
        tunnel = getattr(connection, "_tunnel_host", None)
        host = tunnel or connection.host
        port = getattr(connection, "_tunnel_port", None) if tunnel else connection.port
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    where = host if port in (None, _PORTS.get(scheme)) else f"{host}:{port}"
    return f"{scheme}://{where}{parts.path or '/'}"


def versions(response: Any) -> Dict[str, Any]:
    said = {field: response.headers.get(header) for header, field in _HEADERS.items()}
    if not any(said.values()):
        said["size"] = response.headers.get("Content-Length")
    return said
