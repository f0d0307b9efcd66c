"""Handlers of the HTTP door, without a server."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import msgspec
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


@pytest.mark.parametrize(
    ("region", "there", "absent"),
    [
        pytest.param("99", "33 浙江省", "3301 ", id="province"),
        pytest.param("3399", "3301 杭州市", "330106 ", id="city"),
        pytest.param("330199", "330106 西湖区", "330203 ", id="county"),
    ],
)
def test_of_a_region_that_is_none_the_others_are_named(region: str, there: str, absent: str) -> None:
    """The plan of an unknown region is not found, and those are named that lie where it would."""
    live = LiveFigures(Settings(), DoorMetrics())
    with pytest.raises(ProblemError) as caught:
        asyncio.run(routes.plan(live, region))
    problem = caught.value.problem
    assert (problem.status, problem.code, problem.where) == (404, "REGION_UNKNOWN", "region")
    assert there in problem.cure
    assert absent not in problem.cure


def test_of_a_region_that_is_there_nothing_may_be_known_yet() -> None:
    """The plan of a county without any figure is a plan without figures."""
    answer = asyncio.run(routes.plan(LiveFigures(Settings(), DoorMetrics()), "330106"))
    assert (answer.status_code, msgspec.json.decode(answer.body)["figures"]) == (200, [])
