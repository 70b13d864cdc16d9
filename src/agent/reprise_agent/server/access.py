"""Who may ask the server anything."""

from __future__ import annotations

import hmac
import json
import logging
from typing import Any, Dict, Optional

from tornado.web import HTTPError, RequestHandler

from .host import Host


class Guarded(RequestHandler):
    """Whoever has the token, and is not a page that a browser loaded from elsewhere."""

    host: Host

    def prepare(self) -> None:
        headers, names = self.request.headers, self._own_names()
        origin = headers.get("Origin")
        if headers.get("Host") not in names:
            # Another name for this address is a page that had its own name point here.
            self.refuse(403, "This server answers to 127.0.0.1 and localhost only.")
        elif origin is not None and origin not in [f"http://{name}" for name in names]:
            self.refuse(403, "Pages of other origins may not use this server.")
        elif headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            self.refuse(403, "Pages of other origins may not use this server.")
        elif not hmac.compare_digest(self._given_token().encode(), self.host.token.encode()):
            self.refuse(403, "The token is missing or wrong.")

    def _own_names(self) -> "tuple[str, str]":
        return (f"127.0.0.1:{self.host.port}", f"localhost:{self.host.port}")

    def _given_token(self) -> str:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "token" else self.get_query_argument("token", "")

    def answer(self, document: Any, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(document))

    def refuse(self, status: int, message: str, **more: Any) -> None:
        self.answer({"message": message, "reason": None, **more}, status)

    def body(self) -> Dict[str, Any]:
        """The request's JSON object; empty without a body. Raises HTTPError."""
        try:
            document = json.loads(self.request.body or b"{}")
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise HTTPError(400, reason="The body is not a JSON object")
        return document

    def text(self, document: Dict[str, Any], name: str) -> str:
        value = document.get(name)
        if not isinstance(value, str) or not value:
            raise HTTPError(400, reason=f"{name} is missing or no text")
        return value

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.refuse(status_code, f"{self._reason}.")

    def log_exception(self, kind: Optional[type], error: Optional[BaseException], trace: Any) -> None:
        if not isinstance(error, HTTPError):
            # Without the address: it can hold the token.
            logging.error("%s %s failed.", self.request.method, self.request.path, exc_info=error)
