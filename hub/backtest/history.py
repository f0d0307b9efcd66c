"""The people of a file of simulated events, as ``hub simulate --to`` writes it.

Intake, which costs the most, is spread over the processes by event; what it makes is spooled. Then each
process takes in, day by day, what concerns its share of the people. Nothing of it is sealed, and people are
kept as they are: they are synthetic, and nothing stays of a backtest but its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import msgspec

from hub import data, topics
from hub.backtest.everybody import Everybody
from hub.backtest.learn import BLIND, CODEC, UNSEALED, Learner, Told, feed
from hub.backtest.run import uncollected
from hub.backtest.share import Place
from hub.core import dates
from hub.errors import UsageError
from hub.simulate import files
from hub.stages.intake import IntakeStage
from hub.stages.memory import MemoryContext
from hub.stages.tables import HubTables

if TYPE_CHECKING:
    from hub.backtest.contrast import Person
    from hub.backtest.share import Step

__all__ = ("HistoryShare", "days", "spool")

_SIZE_BYTES: Final = 4


@dataclass(slots=True)
class HistoryShare:
    """A share of the people of a file, whose events were spooled before."""

    spools: tuple[Path, ...]
    which: int
    of: int
    events: int = 0
    _learner: Learner | None = field(default=None, init=False)

    def place(self) -> Place:
        """Return the tables as the events left them."""
        assert self._learner is not None  # people were read before
        return Place(self._learner.tables.organisations, self._learner.tables.regions)

    def people(self, step: Step) -> Iterator[Person]:
        """Take the days in, then yield everybody of the share."""
        learner = self._learner = Learner(met=Everybody())
        for day in zip(*map(days, self.spools), strict=True):
            told = [each for _, _, records in day for each in records]
            now = day[0][0]
            learner.take(told, now, (self.which, self.of))
            self.events += sum(events for _, events, _ in day) if self.which == 0 else 0
        yield from learner.people()


def spool(source: Path, spool_to: Path, share: tuple[int, int], until: int | None, step: Step) -> int:
    """Send a share of a file's events through intake, and write what comes of it: a block for every tick.

    Return the last tick (ms); raise UsageError when there is none.

    Events of the directory are everybody's: they say how the others are read. ``until``: the last day.
    """
    which, of = share
    tables = HubTables(CODEC, data.crosswalk())
    stage = IntakeStage(CODEC, BLIND, UNSEALED, data.regions(), data.crosswalk(), sensitive=UNSEALED)
    ctx = MemoryContext(tables=tables)
    last: int | None = None
    with spool_to.open("wb") as out, uncollected():
        for now, messages in _ticks(source, until):
            told: list[Told] = []
            shown = [each for each in messages if each["topic"] == topics.DIRECTORY]
            mine = [
                each
                for each in messages
                if each["topic"] != topics.DIRECTORY and crc32(each["key"] or b"") % of == which
            ]
            for topic, records in _by_topic(shown).items():
                for each in feed(stage, ctx, topic, records, now):
                    tables.apply(each[0], each[1] or b"", each[2])
                    if which == 0:
                        told.append(each)
            for topic, records in _by_topic(mine).items():
                told += feed(stage, ctx, topic, records, now)
            block = msgspec.msgpack.encode((now, len(mine) + (len(shown) if which == 0 else 0), told))
            out.write(len(block).to_bytes(_SIZE_BYTES, "big") + block)
            step(len(mine))
            last = now
    if last is None:
        raise UsageError("the file has no events by that day", str(source), "give a later --as-of")
    return last


def _ticks(source: Path, until: int | None) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the tick of each day and its messages."""
    now: int | None = None
    messages: list[dict[str, Any]] = []
    try:
        for record in files.read(source):
            if until is not None and dates.day_of(record["tick"]) > until:
                break
            if record["topic"] == topics.TICKS:
                if now is not None:
                    yield now, messages
                now, messages = record["tick"], []
            else:
                messages.append(record)
    except (ValueError, KeyError, EOFError, AssertionError):
        cure = "make one: hub simulate --to FILE"
        raise UsageError("that is no file of simulated events", str(source), cure) from None
    if now is not None:
        yield now, messages


def _by_topic(messages: list[dict[str, Any]]) -> dict[str, list[tuple[bytes | None, bytes | None]]]:
    found: dict[str, list[tuple[bytes | None, bytes | None]]] = {}
    for each in messages:
        found.setdefault(each["topic"], []).append((each["key"], each["value"]))
    return found


def days(path: Path) -> Iterator[tuple[int, int, list[Told]]]:
    """Yield tick, number of events and records of each block of a spool."""
    decode = msgspec.msgpack.Decoder(tuple[int, int, list[tuple[str, bytes | None, bytes | None]]]).decode
    with path.open("rb") as source:
        while size := source.read(_SIZE_BYTES):
            yield decode(source.read(int.from_bytes(size, "big")))
