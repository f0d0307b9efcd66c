"""Seats: what is held, and when it is caught up with."""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry

from hub.statistics.metrics import Metrics
from hub.statistics.seat import NOBODY, Seat


def seat(restored: list[frozenset[int]], gate: asyncio.Event, errors: list[Exception]) -> Seat:
    """Return a seat that is restored when the gate opens; partition 9 cannot be."""

    async def restore(partitions: frozenset[int]) -> None:
        await gate.wait()
        if 9 in partitions:
            raise OSError
        restored.append(partitions)

    return Seat("topic", restore, errors.append, Metrics(CollectorRegistry()))


def test_it_is_ready_when_it_is_restored() -> None:
    """An assignment is not ready before everything is read that stands before it."""

    async def play() -> None:
        restored: list[frozenset[int]] = []
        gate = asyncio.Event()
        made = seat(restored, gate, [])
        made.assign(frozenset({1, 2}))
        before = made.ready
        gate.set()
        await asyncio.wait_for(made.wait(), 10)
        assert (before, made.ready) == (False, True)
        assert restored == [frozenset({1, 2})]

    asyncio.run(play())


def test_a_new_assignment_replaces_one_that_is_under_way() -> None:
    """What was taken away is not restored any more, and nothing is ready meanwhile."""

    async def play() -> None:
        restored: list[frozenset[int]] = []
        gate = asyncio.Event()
        made = seat(restored, gate, [])
        made.assign(frozenset({1}))
        await asyncio.sleep(0)
        made.assign(NOBODY)
        made.assign(frozenset({2}))
        gate.set()
        await asyncio.wait_for(made.wait(), 10)
        assert restored == [frozenset({2})]
        made.assign(NOBODY)
        assert not made.ready

    asyncio.run(play())


def test_what_cannot_be_restored_ends_the_worker() -> None:
    """An error is told, and the seat never becomes ready."""

    async def play() -> None:
        errors: list[Exception] = []
        gate = asyncio.Event()
        gate.set()
        made = seat([], gate, errors)
        made.assign(frozenset({9}))
        assert made._task is not None
        await asyncio.wait_for(made._task, 10)
        assert isinstance(errors[0], OSError)
        assert not made.ready
        await made.close()

    asyncio.run(play())
