"""Play a simulated year against a running hub: per day its tick, its events, then the barrier.

While the hub works on one day, the next one is made up: the two do not wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hub import topics
from hub.engine.barrier import Barrier
from hub.errors import CheckFailedError
from hub.simulate.publish import Publisher

if TYPE_CHECKING:
    from hub.demo.site import Site
    from hub.schemas.codec import Codec
    from hub.simulate.days import Day, Year
    from hub.simulate.expect import Tick

__all__ = ("Played", "play")

_DAY_MS: Final = 86_400_000
_START_S: Final = 90.0
_DAY_S: Final = 60.0
_LOOK_S: Final = 1.0


@dataclass(slots=True)
class Played:
    """What was played, and what had to come out each day; how long it took; when events were published."""

    ticks: list[tuple[int, Tick]] = field(default_factory=list)
    """Per day its tick (ms) and what must be seen after it."""
    events: int = 0
    starting_s: float = 0.0
    elapsed_s: float = 0.0
    settling_s: float = 0.0
    published: dict[bytes, int] = field(default_factory=dict)


def play(site: Site, year: Year, codec: Codec, progress: Callable[[Day], None]) -> Played:
    """Play the whole year; CheckFailedError when the hub does not settle, StopError when it has ended."""
    played = Played()
    publisher = Publisher(site.settings, stamps=played.published)
    barrier = Barrier(site.settings, (*topics.UPSTREAM, *topics.HOPS), codec.encode)
    days = year.days()
    day = next(days, None)
    try:
        if day is not None:  # an eve without events: when it has settled, the workers are up
            waiting = time.monotonic()
            barrier.publish_tick(day.tick - _DAY_MS)
            _await(site, barrier, day.tick - _DAY_MS, _START_S)
            played.starting_s = time.monotonic() - waiting
        started = time.monotonic()
        while day is not None:
            barrier.publish_tick(day.tick)
            publisher.publish(day.messages)
            following = next(days, None)
            waiting = time.monotonic()
            _await(site, barrier, day.tick, _DAY_S)
            played.settling_s += time.monotonic() - waiting
            played.ticks.append((day.tick, day.expected))
            played.events += len(day.messages)
            progress(day)
            day = following
    finally:
        barrier.close()
    played.elapsed_s = time.monotonic() - started
    return played


def _await(site: Site, barrier: Barrier, tick: int, timeout_s: float) -> None:
    """Wait for the barrier, looking now and then whether the workers are still there."""
    deadline = time.monotonic() + timeout_s
    while True:
        site.check()
        left = deadline - time.monotonic()
        try:
            barrier.await_settled(tick, min(_LOOK_S, max(0.0, left)))
        except CheckFailedError:
            if left <= _LOOK_S:
                raise
        else:
            return
