"""What is fed to everybody under measurement: some counties' synthetic years, encoded once.

Every county lives through the same 365 days, which end today (under a wall clock, last year's
certificates would all have expired). The counties' days are interleaved, so that a person's events
lie far apart, but for the last county: its year comes at the end, in one piece. That piece is what
the slow peers get; it has the same mix of events and the same number of events per person as the whole.

Two systems are not part of what throughput is measured with. The directory's events are folded into
the records of the broadcast topics beforehand, so that every contestant starts with the same
organisations. The registry's answers would overtake what they answer to, since whoever works off a
backlog reads its topics at different paces: then who is invited would depend on who reads how. The live
load, for latency, has them all, in order of time.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import msgspec

from hub import activation, contracts, packaged, topics
from hub.core import dates
from hub.privacy.key_ring import KeyRing
from hub.rules.book import load as load_book
from hub.settings import Settings
from hub.simulate.calendar import iso
from hub.simulate.days import Plan, Year
from hub.simulate.regions import region_table
from hub.simulate.wire import Message
from hub.stages.build import build_stages
from hub.stages.contract import Batch, Record
from hub.stages.memory import MemoryContext

__all__ = ("BOOK", "EVENTS_PER_PERSON", "Load", "Shape", "Table", "make")

BOOK: Final = "rules/books/zhejiang-2022.yaml"
EVENTS_PER_PERSON: Final = 2.18
"""What the simulation makes of a person in a year; only the size of the load depends on it."""
_DAYS: Final = 365
_ENCODER: Final = msgspec.msgpack.Encoder()
_Days: TypeAlias = list[list[tuple[str, bytes, bytes]]]


class Table(NamedTuple):
    """One record of a broadcast topic."""

    topic: str
    key: bytes
    value: bytes


class Shape(NamedTuple):
    """How big a load is: so many counties of so many people, in the year that ends on ``today``."""

    counties: int
    people: int
    today: int

    @classmethod
    def of(cls, events: int, tail: int) -> Shape:
        """Return the shape of about ``events`` events, about ``tail`` of them in the last county."""
        counties = max(1, round(events / tail))
        people = max(200, round(events / counties / EVENTS_PER_PERSON))
        return cls(counties, people, dates.day_of(time.time_ns() // 1_000_000))

    def plans(self) -> list[Plan]:
        """Return a plan for each county: another one, and another seed."""
        start = iso(self.today - _DAYS + 1)
        names = [
            row["code"] for row in csv.DictReader(io.StringIO(region_table())) if row["level"] == "county"
        ]
        step = max(1, len(names) // self.counties)
        chosen = [names[number * step % len(names)] for number in range(self.counties)]
        return [
            Plan(self.people, _DAYS, seed, code, start=start, reforms=False)
            for seed, code in enumerate(chosen, start=1)
        ]


class Load(NamedTuple):
    """The events in the order of publishing, and what is known before the first of them."""

    events: list[Message]
    """For throughput: without the registry's answers."""
    tail: int
    """How many of the events, at the end, are the last county's."""
    live: list[Message]
    """For latency: all counties day by day, with the registry's answers."""
    tables: list[Table]
    mix: dict[str, int]
    """Events of the throughput load by topic."""

    @property
    def bytes_per_event(self) -> float:
        """Mean size of a framed event."""
        return sum(len(event.value) for event in self.events) / len(self.events)


def make(
    shape: Shape, settings: Settings, keys: KeyRing, progress: Callable[[int, int], None], cache: Path | None
) -> Load:
    """Make the load up, or take it from ``cache``; ``progress`` is told counties done and counties in all."""
    years = _years(shape, progress, cache)
    directory = [record for year in years for day in year for record in day if record[0] == topics.DIRECTORY]
    events = _without((topics.DIRECTORY, topics.REGISTRY), (*_interleaved(years[:-1]), *years[-1]))
    tail = _without((topics.DIRECTORY, topics.REGISTRY), years[-1])
    live = _without((topics.DIRECTORY,), _interleaved(years))
    mix: dict[str, int] = {}
    for event in events:
        mix[event.topic] = mix.get(event.topic, 0) + 1
    return Load(events, len(tail), live, [_book(), *_organisations(directory, settings, keys)], mix)


def _without(systems: Sequence[str], days: Iterable[Sequence[tuple[str, bytes, bytes]]]) -> list[Message]:
    return [Message(*record) for day in days for record in day if record[0] not in systems]


def _years(shape: Shape, progress: Callable[[int, int], None], cache: Path | None) -> list[_Days]:
    """Return each county's year as records by day, in the order of the plans."""
    plans = shape.plans()
    file = None if cache is None else cache / f"load-{_digest(shape)}.msgpack"
    if file is not None and file.exists():
        return msgspec.msgpack.decode(file.read_bytes(), type=list[_Days])
    years: list[_Days] = [[] for _ in plans]
    with ProcessPoolExecutor(min(len(plans), os.cpu_count() or 1)) as pool:
        waiting = {pool.submit(_year, plan): number for number, plan in enumerate(plans)}
        for done, future in enumerate(as_completed(waiting), start=1):
            years[waiting[future]] = future.result()
            progress(done, len(plans))
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob("load-*.msgpack"):
            old.unlink()
        file.write_bytes(_ENCODER.encode(years))
    return years


def _year(plan: Plan) -> _Days:
    year = Year(plan, region_table(), contracts.codec().writer)
    return [[(*message,) for message in day.messages] for day in year.days()]


def _digest(shape: Shape) -> str:
    """Return a name for what the load depends on: its shape, the simulation's code, the schemas."""
    digest = hashlib.blake2b(repr(shape).encode(), digest_size=8)
    for path in sorted((Path(__file__).parents[1] / "hub" / "simulate").glob("*.py")):
        digest.update(path.read_bytes())
    for name, text in sorted(contracts.schema_texts().items()):
        digest.update(f"{name}{text}".encode())
    return digest.hexdigest()


def _interleaved(years: Sequence[_Days]) -> Iterator[list[tuple[str, bytes, bytes]]]:
    """Yield the first day of every year, then the second of every year, and so on."""
    for days in zip_longest(*years, fillvalue=()):
        for day in days:
            yield list(day)


def _book() -> Table:
    text = packaged.read_text(BOOK)
    book = activation.record(text, load_book(text, file=BOOK).edition, "bench", "measured with it", 0)
    return Table(topics.RULES, activation.KEY, contracts.codec().encode("hub.rule_book", book))


def _organisations(
    directory: Sequence[tuple[str, bytes, bytes]], settings: Settings, keys: KeyRing
) -> Iterator[Table]:
    """Yield what intake makes of the directory's events."""
    intake = build_stages(settings, keys)[0][0]
    ctx = MemoryContext(now=time.time_ns() // 1_000_000)
    records = [Record(offset, key, value) for offset, (_, key, value) in enumerate(directory)]
    ctx.run(intake, Batch(topics.DIRECTORY, 0, records))
    for emitted in ctx.take():
        if emitted.topic in topics.BROADCAST and emitted.key is not None and emitted.value is not None:
            yield Table(emitted.topic, emitted.key, emitted.value)
