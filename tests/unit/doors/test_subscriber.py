"""hub.doors.subscriber: a bounded queue that never makes anybody wait."""

from __future__ import annotations

import asyncio

from hub.core.shelf import Placed, Selection
from hub.doors.subscriber import Event, Subscriber
from tests.unit.figuremaking import figure

EVENTS = [Event(str(n), "figure", "{}") for n in range(5)]


def test_events_come_in_order_and_then_nothing() -> None:
    """What was offered is taken in order; after that a wait ends with None."""

    async def play() -> list[Event | None]:
        subscriber = Subscriber(Selection(), 10)
        assert all(subscriber.offer(each) for each in EVENTS)
        return [await subscriber.take(0.01) for _ in range(6)]

    assert asyncio.run(play()) == [*EVENTS, None]


def test_an_event_wakes_whoever_waits() -> None:
    """An offer ends a long wait at once."""

    async def play() -> Event | None:
        subscriber = Subscriber(Selection(), 10)
        waiting = asyncio.ensure_future(subscriber.take(60))
        await asyncio.sleep(0)
        subscriber.offer(EVENTS[0])
        return await waiting

    assert asyncio.run(play()) == EVENTS[0]


def test_one_event_too_many_drops_the_client() -> None:
    """The offer says so, what waited is let go of, and nothing is taken any more."""

    async def play() -> None:
        subscriber = Subscriber(Selection(), 4)
        assert [subscriber.offer(each) for each in EVENTS] == [True] * 4 + [False]
        assert subscriber.dropped.is_set()
        assert subscriber.offer(EVENTS[0]) is False
        assert await subscriber.take(0.01) is None

    asyncio.run(play())


def test_a_selection_is_told_its_own_and_every_removal() -> None:
    """Of a key that is gone nobody knows any more whether it was selected."""

    async def play() -> list[bool]:
        subscriber = Subscriber(Selection(("T1",)), 4)
        told = (figure("T1"), figure("T2"), None)
        return [subscriber.wants(Placed("key", each, 0, 0)) for each in told]

    assert asyncio.run(play()) == [True, False, True]
