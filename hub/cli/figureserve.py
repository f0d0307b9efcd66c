"""``hub statistics serve``: the figures over HTTP."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.common import BootstrapOption, load_settings, terminable
from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("serve",)


def serve(
    *,
    bootstrap: BootstrapOption = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on \\[default: HUB_HTTP_HOST].", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port; 0 = any free one \\[default: HUB_HTTP_PORT].", show_default=False),
    ] = None,
) -> None:
    """Serve the figures over HTTP 提供统计接口: JSON with entity tags, and changes as server-sent events.

    Paths: /v1/figures, /v1/plan, /v1/stream, /v1/snapshots; /livez, /readyz, /metrics; /docs describes them.
    Tokens are in HUB_HTTP_TOKENS; without any the door opens on a loopback address only.

    Example: hub statistics serve --port 9480
    """
    from hub.doors.access import check_address

    settings = load_settings(bootstrap, http_host=host, http_port=port)
    check_address(settings.http_host, settings.http_tokens)
    with _listening(settings) as listening, terminable():
        typer.echo(f"serving on http://{settings.http_host}:{listening.getsockname()[1]}")
        try:
            _run(settings, listening)
        except KeyboardInterrupt:  # how one stops it
            return


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    try:
        return socket.create_server((settings.http_host, settings.http_port), family=family, backlog=512)
    except OSError as error:
        raise ConfigurationError(
            f"the port cannot be opened: {error.strerror}",
            f"{settings.http_host}:{settings.http_port}",
            "set HUB_HTTP_PORT to a free one, or --port",
        ) from None


def _not_of_a_dropped_client(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn says when a slow client is sent away: it is counted, and it is on purpose."""
    return "returned without completing response" not in record.getMessage()


def _run(settings: Settings, listening: socket.socket) -> None:
    import uvicorn

    from hub.doors.http import make_app

    config = uvicorn.Config(
        make_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        # A stream never ends by itself: it is cut after this.
        timeout_graceful_shutdown=int(settings.stop_timeout_s),
    )
    logging.getLogger("uvicorn.error").addFilter(_not_of_a_dropped_client)
    uvicorn.Server(config).run(sockets=[listening])
