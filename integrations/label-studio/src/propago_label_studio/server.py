"""The HTTP interface that Label Studio expects of a machine learning backend."""

from __future__ import annotations

import base64
import hmac
import json
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from propago import PropagoError

from .backend import MODEL_VERSION, Backend
from .regions import Json

MOST_BYTES = 64 * 2**20
log = logging.getLogger("propago_label_studio")


class Server(ThreadingHTTPServer):
    """Answers setup, health, predict and webhook.

    Args:
        password: of HTTP Basic, which Label Studio can send; None: nobody is asked for one.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], backend: Backend, password: str | None) -> None:
        super().__init__(address, _Handler)
        self.backend = backend
        self.password = password


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.rstrip("/").endswith("/health") or self.path == "/":
            return self._answer(200, {"status": "UP", "model_class": "Propago"})
        if self.path.rstrip("/").endswith("/versions"):
            return self._answer(200, {"versions": [MODEL_VERSION]})
        return self._answer(404, {"detail": "There is nothing at this address."})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            return self._answer(413, {"detail": f"The request is larger than {MOST_BYTES} bytes."})
        content = self.rfile.read(length)
        if not self._is_allowed():
            return self._answer(401, {"detail": "The password is another one."}, {"WWW-Authenticate": "Basic"})
        try:
            return self._act(self.path.rstrip("/").rsplit("/", 1)[-1], json.loads(content or b"{}"))
        except (ValueError, KeyError, TypeError) as error:
            return self._answer(400, {"detail": str(error)})
        except PropagoError as error:
            return self._answer(error.status or 422, {"code": error.code, "detail": error.detail or error.title})
        except httpx.HTTPError as error:
            log.warning("%s", error)
            return self._answer(502, {"detail": f"No answer from Propago or Label Studio: {error}"})

    def _act(self, action: str, body: Json) -> None:
        if action == "setup":
            return self._answer(200, {"model_version": MODEL_VERSION})
        if action == "predict":
            return self._answer(200, {"results": self.server.backend.predict(body)})
        if action == "webhook":
            # What was drawn is told with every question; there is nothing to be kept.
            return self._answer(200, {})
        return self._answer(404, {"detail": "There is nothing at this address."})

    def _is_allowed(self) -> bool:
        if self.server.password is None:
            return True
        kind, _, value = (self.headers.get("authorization") or "").partition(" ")
        try:
            _, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return False
        return kind.lower() == "basic" and hmac.compare_digest(password.encode(), self.server.password.encode())

    def _answer(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        log.info(format, *args)
