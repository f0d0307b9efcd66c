"""The people of a file of simulated events, as ``hub simulate --to`` writes it.

Intake, which costs the most, is spread over the processes by event; what it makes is spooled. Then each
process takes in, day by day, what concerns its share of the people. Nothing of it is sealed, and people are
kept as they are: they are synthetic, and nothing stays of a backtest but its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgspec

from hub import data, topics
from hub.backtest.everybody import Everybody
from hub.backtest.learn import BLIND, CODEC, FORM, UNSEALED, Gathering, Learner, Told, feed
from hub.backtest.packed import UNREACHABLE
from hub.backtest.run import uncollected
from hub.backtest.share import Place
from hub.core import dates
from hub.errors import UsageError
from hub.simulate import files
from hub.stages.intake import IntakeStage
from hub.stages.tables import HubTables

if TYPE_CHECKING:
    from hub.backtest.contrast import Person
    from hub.backtest.share import Step
    from hub.stages.contacts import Contacts
    from hub.stages.factform import FactForm

__all__ = ("HistoryShare", "days", "spool")

_SIZE_BYTES: Final = 4
EVENTS: Final = "events"
"""Stands for all upstream topics but the directory's: a day's events go through intake together."""


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
            told: dict[str, list[Told]] = {}
            for _, _, records in day:
                for topic, each in records.items():
                    told.setdefault(topic, []).extend(each)
            learner.take(told, day[0][0], (self.which, self.of))
            self.events += sum(events for _, events, _ in day) if self.which == 0 else 0
        yield from learner.people()


def spool(
    source: Path, spool_to: Path, share: tuple[int, int], until: int | None, step: Step,
    *, form: FactForm = FORM, contacts: Contacts = UNREACHABLE,
) -> int:  # fmt: skip
    """Send a share of a file's events through intake, and write what comes of it: a block for every tick.

    Return the last tick (ms); raise UsageError when there is none.

    Events of the directory are everybody's: they say how the others are read. ``until``: the last day;
    ``form`` and ``contacts``: how facts and contacts travel, to compare with.
    """
    which, of = share
    tables = HubTables(CODEC, data.crosswalk())
    stage = IntakeStage(
        CODEC, BLIND, UNSEALED, data.regions(), data.crosswalk(), sensitive=UNSEALED,
        form=form, contacts=contacts,
    )  # fmt: skip
    ctx = Gathering(tables)
    last: int | None = None
    with spool_to.open("wb") as out, uncollected():
        for now, shown, events in _ticks(source, until):
            announced = feed(stage, ctx, topics.DIRECTORY, shown, now)
            for topic, records in announced.items():
                for key, value in records:
                    tables.apply(topic, key or b"", value)
            mine = [each for each in events if crc32(each[0] or b"") % of == which] if of > 1 else events
            told = feed(stage, ctx, EVENTS, mine, now)
            count = len(mine)
            if which == 0:
                count += len(shown)
                for topic, records in announced.items():
                    told[topic] = records + told.get(topic, [])
            block = msgspec.msgpack.encode((now, count, told))
            out.write(len(block).to_bytes(_SIZE_BYTES, "big") + block)
            step(len(mine))
            last = now
    if last is None:
        raise UsageError("the file has no events by that day", str(source), "give a later --as-of")
    return last


def _ticks(source: Path, until: int | None) -> Iterator[tuple[int, list[Told], list[Told]]]:
    """Yield the tick of each day, its events of the directory, and all others, whatever their topic."""
    now: int | None = None
    shown: list[Told] = []
    events: list[Told] = []
    try:
        for record in files.read(source):
            topic = record["topic"]
            if topic == topics.TICKS:
                if now is not None:
                    yield now, shown, events
                now, shown, events = record["tick"], [], []
                if until is not None and dates.day_of(now) > until:
                    return
            else:
                (shown if topic == topics.DIRECTORY else events).append((record["key"], record["value"]))
    except (ValueError, KeyError, EOFError, AssertionError):
        cure = "make one: hub simulate --to FILE"
        raise UsageError("that is no file of simulated events", str(source), cure) from None
    if now is not None:
        yield now, shown, events


def days(path: Path) -> Iterator[tuple[int, int, dict[str, list[Told]]]]:
    """Yield tick, number of events and records by topic of each block of a spool."""
    decode = msgspec.msgpack.Decoder(tuple[int, int, dict[str, list[Told]]]).decode
    with path.open("rb") as source:
        while size := source.read(_SIZE_BYTES):
            yield decode(source.read(int.from_bytes(size, "big")))
