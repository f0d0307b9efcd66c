"""One client of the stream: a bounded queue between the reader and a connection.

The reader never waits: it puts, or it drops the client. What a dropped client missed it gets when it comes
back with the id of the last event it saw.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from hub.core.shelf import Placed, Selection

__all__ = ("Event", "Subscriber")


class Event(NamedTuple):
    """One server-sent event."""

    id: str
    """The position a client has reached that has seen it."""
    kind: str
    """figure, removed, caught-up, heartbeat or reset."""
    data: str


class Subscriber:
    """Holds at most ``limit`` events that the connection has not taken yet."""

    def __init__(self, selection: Selection, limit: int) -> None:
        """Wait for figures of a selection."""
        self._selection = selection
        self._limit = limit
        self._events: deque[Event] = deque()
        self._there = asyncio.Event()
        self.dropped = asyncio.Event()
        """Set when it was too slow: nothing more will come."""

    def wants(self, placed: Placed) -> bool:
        """Return whether a change is to be told: a figure that was taken away always is."""
        return placed.figure is None or self._selection.takes(placed.figure)

    def offer(self, event: Event) -> bool:
        """Take an event; False when there is no room: the client is dropped."""
        if self.dropped.is_set():
            return False
        if len(self._events) >= self._limit:
            self._events.clear()
            self.dropped.set()
            return False
        self._events.append(event)
        self._there.set()
        return True

    async def take(self, timeout_s: float) -> Event | None:
        """Return the next event; None when none came in time, and then none is waiting."""
        if not self._events:
            self._there.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._there.wait()
            except TimeoutError:  # an event may have come in the very moment
                pass
        return self._events.popleft() if self._events else None
