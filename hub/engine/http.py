"""``/metrics``, ``/livez`` and ``/readyz`` of all workers, on one port."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("Answer", "Server")

METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Answer(NamedTuple):
    """What to answer at a path."""

    good: bool
    """200 or 503."""
    body: str
    content_type: str = METRICS_TYPE

    @classmethod
    def of(cls, *, good: bool, document: object) -> Answer:
        """Answer with JSON."""
        return cls(good, json.dumps(document, ensure_ascii=False) + "\n", "application/json; charset=utf-8")


class Server:
    """A small HTTP server in a thread of its own."""

    def __init__(self, host: str, port: int, pages: dict[str, Callable[[], Answer]]) -> None:
        """Serve ``pages`` (path → answer); port 0 takes a free one."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = pages.get(self.path.partition("?")[0])
                answer = page() if page else Answer(False, "")
                body = answer.body.encode()
                self.send_response(404 if page is None else 200 if answer.good else 503)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Write no access log: probes come every few seconds."""

        try:
            self._server = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise ConfigurationError(
                f"the metrics port cannot be opened: {error.strerror}",
                f"{host}:{port}",
                "set HUB_METRICS_PORT to a free one",
            ) from None
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="http", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
