"""Whether the statistics are at rest: every part is in its total, and every total in the figures."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from hub import data, tables, topics
from hub.core import dates
from hub.core.shelf import Shelf
from hub.core.totals import Fold, Total
from hub.engine.tail import Tail
from hub.errors import DeadLetterError, RetryError
from hub.figures.reader import reader_of
from hub.outputs import Outputs
from hub.settings import Clock
from hub.stages.build import make_codec
from hub.stages.tables import HubTables
from hub.statistics.records import Records
from hub.verification.figured import figured

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Message

    from hub.core.targets import Targets
    from hub.settings import Settings

__all__ = ("Rest", "await_rest")

_LOOK_S: Final = 0.5
_FOLLOWED: Final = (*topics.BROADCAST, topics.PARTS, topics.TOTALS, topics.STATISTICS, topics.TICKS)


class Rest:
    """Looks whether anything is behind, as often as asked; reads each record once. A context manager."""

    def __init__(
        self, settings: Settings, targets: Targets, step: Callable[[int], None] = lambda _: None
    ) -> None:
        """Follow the topics from their beginnings. ``step`` is told how many records each look read."""
        self._targets = targets
        self._wall = settings.clock is Clock.WALL
        self._tick = Outputs(settings).now()
        self._step = step
        codec = make_codec(settings)
        self._records = Records(codec)
        self._decoded = reader_of(settings)
        self._ticks = codec.reader("hub.tick")
        self._held = HubTables(codec, data.crosswalk())
        self._fold = Fold()
        self._sums: dict[str, int] = {}
        self._totals: dict[str, Total] = {}
        self._late: set[str] = set()
        """Counters whose total does not say what their parts come to."""
        self._shelf = Shelf()
        self._wanted: dict[str, float | None] = {}
        self._day: int | None = None
        """The day of the figures that there have to be; None: what they rest on has changed since."""
        self._tail = Tail(settings, *_FOLLOWED)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop following."""
        self._tail.__exit__()

    def behind(self) -> str:
        """Return what is behind, in a few words; empty at rest."""
        taken = 0
        summed: set[str] = set()
        for message in self._tail.new():
            taken += 1
            with suppress(DeadLetterError):  # nobody can use it: no worker does
                self._take(message, summed)
        self._step(taken)
        for total in self._fold.changed():
            self._sums[total.counter] = total.value
            summed.add(total.counter)
        self._late -= summed
        self._late.update(counter for counter in summed if not self._agrees(counter))
        if self._late:
            return f"{len(self._late)} counters are not summed up yet"
        late = sum(self._published(key) != value for key, value in self._figures().items())
        return f"{late} figures are not published yet" if late else ""

    def _take(self, message: Message, summed: set[str]) -> None:
        """Take one record in; a counter whose total came is put into ``summed``."""
        topic, value = message.topic(), message.value()
        partition, offset = message.partition() or 0, message.offset() or 0
        if topic == topics.PARTS:
            self._fold.add(self._records.part(value, offset))
        elif topic == topics.TOTALS:
            total = self._records.total(value)
            known = self._totals.get(total.counter)
            if known is None or total.version > known.version:  # a late one of a deposed worker loses
                self._totals[total.counter] = total
                self._day = None
                summed.add(total.counter)
        elif topic == topics.STATISTICS:
            self._shelf.put(*self._decoded(partition, offset, message.key(), value))
        elif topic == topics.TICKS:
            if value is not None:
                self._tick = max(self._tick, self._ticks(value)["now"])
        elif topic is not None:
            tables.take(self._held, topic, message.key(), value)
            self._day = None

    def _agrees(self, counter: str) -> bool:
        if counter not in self._sums:
            return True  # a total of parts that are gone stands as it is
        total = self._totals.get(counter)
        return self._sums[counter] == (total.value if total is not None else 0)

    def _figures(self) -> dict[str, float | None]:
        """Return key to value of every figure there has to be now."""
        now = int(time.time() * 1000) if self._wall else self._tick
        if self._day != dates.day_of(now):
            self._day = dates.day_of(now)
            self._wanted = figured(self._targets, self._totals.values(), self._held, now)
        return self._wanted

    def _published(self, key: str) -> float | None:
        placed = self._shelf.get(key)
        return placed.figure.value if placed is not None and placed.figure is not None else None


def await_rest(
    settings: Settings, targets: Targets, patience_s: float, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when the statistics are at rest; RetryError after ``patience_s``, or what ``alive`` raises."""
    deadline = time.monotonic() + patience_s
    with Rest(settings, targets) as rest:
        while behind := rest.behind():
            alive()
            if time.monotonic() > deadline:
                raise RetryError(
                    f"the statistics do not come to rest: {behind}",
                    topics.STATISTICS,
                    "see the worker's log",
                )
            time.sleep(_LOOK_S)
