"""What the published figures are sums of: the totals of counters, and where each origin stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hub import topics
from hub.core.totals import Total, newest
from hub.engine.tail import read_all
from hub.stages.build import make_codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.settings import Settings

__all__ = ("Leaves", "Origin", "Standing", "read")

_SEPARATOR: Final = "@"


class Origin(NamedTuple):
    """The one writer of a part of a counter."""

    stage: str
    topic: str
    partition: int


class Standing(NamedTuple):
    """Up to where an origin had counted."""

    position: int
    """The offset after the last record of its topic that is counted."""
    tick: int
    """The newest tick at which it counted, ms since 1970-01-01 UTC."""


class Leaves(NamedTuple):
    """All totals, and the offset vector: the farthest standing of each origin."""

    totals: dict[str, Total]
    vector: dict[Origin, Standing]


def read(settings: Settings) -> Leaves:
    """Read ``hub.statistics.totals`` whole. Raise TopicsError when there is none."""
    decode = make_codec(settings).reader("hub.counter_total")
    records = (decode(value) for _, value in read_all(settings, topics.TOTALS) if value is not None)
    return of(Total(**{**record, "origins": tuple(record["origins"])}) for record in records)


def of(totals: Iterable[Total]) -> Leaves:
    """Return the newest total of each counter, and the vector.

    A counter that nothing has changed since is as it was: its value holds at the farthest standing too.
    """
    found = newest(totals)
    vector: dict[Origin, Standing] = {}
    for total in found.values():
        for origin, position in _origins(total):
            known = vector.get(origin, Standing(-1, 0))
            vector[origin] = Standing(max(known.position, position), max(known.tick, total.tick))
    return Leaves(found, vector)


def _origins(total: Total) -> Iterator[tuple[Origin, int]]:
    for text in total.origins:
        name, _, position = text.rpartition(_SEPARATOR)
        stage, topic, partition = name.rsplit("/", 2)
        yield Origin(stage, topic, int(partition)), int(position)
