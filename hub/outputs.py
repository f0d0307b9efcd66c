"""The hub's outputs as they are now, read from outside: for commands that look, list and audit.

A shell: everything is read from the topics' beginnings to their ends, committed records only. What of
it is open, or wrong, is decided in :mod:`hub.core`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from hub import data, tables, topics
from hub.core import dates
from hub.engine.tail import read_all, size
from hub.errors import UsageError
from hub.settings import Clock
from hub.stages.build import make_codec
from hub.stages.tables import HubTables

if TYPE_CHECKING:
    from hub.core.organisation import Directory
    from hub.schemas.codec import Codec
    from hub.settings import Settings

__all__ = ("Outputs", "Step")

Step = Callable[[int], None]
"""Told how many records were read since the last time."""
_STEP: Final = 1_000
_TYPES: Final = {
    topics.INVITATIONS: "hub.invitation",
    topics.TASKS: "hub.task",
    topics.TICKS: "hub.tick",
}


def _silent(_read: int) -> None:
    """Tell nobody."""


class Outputs:
    """Reads from the broker of the settings. ``step`` is told of every thousand records."""

    def __init__(self, settings: Settings, step: Step = _silent) -> None:
        """Take the settings; nothing is read yet."""
        self._settings = settings
        self._codec: Codec = make_codec(settings)
        self.step = step

    def records(
        self, topic: str, fields: Sequence[str] | None = None
    ) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Yield key and record, None for a tombstone, of every record; of one key in order."""
        read = self._codec.reader(_TYPES[topic], fields)
        for key, value in self._read(topic):
            if key is not None or value is not None:
                yield (key or b"").decode(), read(value) if value is not None else None

    def told(self, topic: str, ce_type: str, fields: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield every record of one type on a topic of several, or whose keys are no text, in order."""
        read, schema_of = self._codec.reader(ce_type, fields), self._codec.schema_of
        for _, value in self._read(topic):
            if value is not None and schema_of(value).ce_type == ce_type:
                yield read(value)

    def _read(self, topic: str) -> Iterator[tuple[bytes | None, bytes | None]]:
        since = 0
        for each in read_all(self._settings, topic):
            since += 1
            if since == _STEP:
                self.step(since)
                since = 0
            yield each
        self.step(since)

    def size(self, *names: str) -> int:
        """Return about how many records some topics have, at least."""
        return sum(size(self._settings, name) for name in names)

    def newest(self, topic: str) -> dict[str, dict[str, Any]]:
        """Return the newest record of every key that has one."""
        found: dict[str, dict[str, Any]] = {}
        for key, record in self.records(topic):
            if record is None:
                found.pop(key, None)
            else:
                found[key] = record
        return found

    def directory(self) -> Directory:
        """Return every organisation that was announced, as the workers know them."""
        held = HubTables(self._codec, data.crosswalk())
        for key, value in self._read(topics.ORGANISATIONS):
            tables.take(held, topics.ORGANISATIONS, key, value)
        return held.organisations

    def today(self) -> int:
        """Return the hub's day: of the wall clock, or of the newest tick where time is simulated."""
        return dates.day_of(self.now())

    def now(self) -> int:
        """Return the hub's time in ms: of the wall clock, or the newest tick where time is simulated.

        Raise UsageError where ticks are published and the settings go by the wall clock: whatever was asked
        would be answered for another year.
        """
        if self._settings.clock is Clock.WALL:
            if self.size(topics.TICKS):
                raise UsageError("this hub lives in simulated time", topics.TICKS, "set HUB_CLOCK=ticks")
            return int(time.time() * 1000)
        return max(
            (record["now"] for _, record in self.records(topics.TICKS) if record is not None), default=0
        )
