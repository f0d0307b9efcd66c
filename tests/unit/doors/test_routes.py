"""Handlers of the HTTP door, without a server."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from hub.core.shelf import Selection
from hub.doors import routes
from hub.doors.live import LiveFigures
from hub.doors.metrics import DoorMetrics
from hub.doors.problem import ProblemError
from hub.doors.stream import FigureStream
from hub.settings import Settings


def test_no_more_streams_open_than_may_however_many_wait_at_the_same_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who comes with a position that is ahead of this door waits, and is counted once he is let in."""
    monkeypatch.setattr(routes, "_REACH_S", 0.05)
    settings = Settings(http_streams=2)

    async def ask() -> list[object]:
        live = LiveFigures(settings, DoorMetrics())
        live.topic_id, live.ready = "x", True
        state = SimpleNamespace(settings=settings, live=live)
        request = Request({"type": "http", "app": SimpleNamespace(state=state), "headers": []})
        return await asyncio.gather(
            *(routes.stream(request, live, Selection(), after="0:9@x") for _ in range(9)),
            return_exceptions=True,
        )

    answers = asyncio.run(ask())
    assert sum(isinstance(each, FigureStream) for each in answers) == 2
    refused = [each.problem.code for each in answers if isinstance(each, ProblemError)]
    assert refused == ["STREAMS_FULL"] * 7
