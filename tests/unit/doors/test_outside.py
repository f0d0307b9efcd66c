"""Snapshots while Kafka is away."""

from __future__ import annotations

import asyncio

import pytest

from hub.doors import outside
from hub.doors.outside import Outside
from hub.doors.problem import ProblemError
from hub.errors import BrokerError
from hub.settings import Settings


def test_a_broker_that_is_away_is_asked_once_for_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first waits for its answer, the others are told at once instead of waiting behind it."""
    asked: list[str] = []

    def away(_: Settings, topic: str) -> dict[int, int]:
        asked.append(topic)
        raise BrokerError("nobody answers")

    monkeypatch.setattr(outside, "ends", away)

    async def ask() -> list[object]:
        held = Outside(Settings())
        return await asyncio.gather(*(held.snapshots() for _ in range(20)), return_exceptions=True)

    answers = asyncio.run(ask())
    assert all(isinstance(each, ProblemError) and each.problem.status == 503 for each in answers)
    assert len(asked) == 1
