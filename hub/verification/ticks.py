"""At which tick each raw event was taken in: some say so afterwards, in what was made of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import topics
from hub.backtest import partition
from hub.engine.tail import read_all
from hub.errors import DeadLetterError
from hub.settings import Clock
from hub.stages.build import make_codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.settings import Settings

__all__ = ("Ticks", "read")

_NOTHING: Final[Mapping[int, int]] = {}
Place = tuple[str, int]
"""Topic and partition."""


class Ticks(NamedTuple):
    """What is known of ticks."""

    known: Mapping[Place, Mapping[int, int]]
    """By partition of an upstream topic: offset → tick of what became a fact or a dead letter."""
    clock: tuple[tuple[int, int], ...] | None
    """Simulated time, as (when it was told, tick); None: the hub goes by the wall clock."""

    def at(self, place: Place, offset: int, sent_at: int) -> int:
        """Return the tick at which a record was taken in, or what the clock said when it was sent.

        The tick decides what is said of dates in the future and of regions that change, and on which day
        something unreadable is counted.
        """
        known = self.known.get(place, _NOTHING).get(offset)
        if known is not None:
            return known
        if self.clock is None:
            return sent_at
        told = bisect_right(self.clock, (sent_at, 1 << 62))
        return self.clock[max(told - 1, 0)][1] if self.clock else sent_at

    def runs(
        self, place: Place, records: Iterable[tuple[int, int, bytes, bytes | None]]
    ) -> Iterator[tuple[int, list[tuple[bytes | None, bytes | None]]]]:
        """Yield records in order, those of one tick together, each time with the tick."""
        for tick, run in groupby(records, lambda each: self.at(place, each[0], each[1])):
            yield tick, [(key, value) for _, _, key, value in run]


def read(settings: Settings) -> Ticks:
    """Read the facts and the dead letters for the ticks at which their events were taken in."""
    codec = make_codec(settings)
    fact = codec.reader("hub.person_facts", ("received_at", "origin"))
    letter = codec.reader("hub.dead_letter", ("at", "topic", "partition", "offset"))
    found: dict[Place, dict[int, int]] = {}
    for topic, decode in ((topics.FACTS, fact), (topics.DEAD_LETTERS, letter)):
        for _, value in read_all(settings, topic):
            try:
                told = decode(value) if value is not None else None
            except DeadLetterError:
                continue
            if told is None:
                continue
            origin = told.get("origin", told)
            place = (origin["topic"], origin["partition"])
            tick = told["received_at"] if "received_at" in told else told["at"]
            ticks = found.setdefault(place, {})
            ticks[origin["offset"]] = min(tick, ticks.get(origin["offset"], tick))
    return Ticks(found, _clock(settings) if settings.clock is Clock.TICKS else None)


def _clock(settings: Settings) -> tuple[tuple[int, int], ...]:
    decode = make_codec(settings).reader("hub.tick")
    begins = partition.describe(settings, topics.TICKS, 0).beginning
    return tuple(
        (at, decode(value)["now"])
        for records in partition.placed(settings, topics.TICKS, 0, begins)
        for _, at, _, value in records
        if value is not None
    )
