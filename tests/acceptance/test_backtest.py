"""A forecast of an activation against what workers on a real broker then do, to the invitation.

``BACKTEST_PEOPLE`` and ``BACKTEST_DAYS`` make it as large as is wanted; ``--junitxml`` keeps the figures.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub import activation, contracts, kafka, topics
from hub.backtest import live, partition, run
from hub.backtest.contrast import Effect
from hub.backtest.forecast import LIVE, Plan, forecast
from hub.backtest.state import entries
from hub.backtest.tally import Tally
from hub.demo.play import play
from hub.demo.site import Site
from hub.demo.topic_reader import read_topic
from hub.engine.barrier import Barrier
from hub.engine.store import Change, Kind, Position, RocksFactory
from hub.outputs import Outputs
from hub.rules.book import load
from hub.settings import Settings
from hub.simulate import days
from hub.simulate.days import Year
from hub.simulate.regions import region_table
from tests.unit.backtest.books import BOOKS, PACKAGED
from tests.unit.backtest.test_forecast import expected, observed

PEOPLE: Final = int(os.environ.get("BACKTEST_PEOPLE", "600"))
DAYS: Final = int(os.environ.get("BACKTEST_DAYS", "40"))
_SWEEP_S: Final = 900.0
CODEC: Final = contracts.codec()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Run a whole hub: a broker of its own, two workers, simulated time."""
    running = Site(tmp_path / "site", workers=2, keep=False)
    try:
        running.open()
        yield running
    finally:
        running.close()


def invitations(settings: Settings) -> dict[tuple[int, int], dict[str, Any]]:
    """Return every record of an invitation by where it stands."""
    read = CODEC.reader("hub.invitation")
    return {
        (each.partition, each.offset): read(each.value)
        for each in read_topic(settings, topics.INVITATIONS)
        if each.value is not None
    }


def foreseen(settings: Settings, text: str) -> dict[bytes, tuple[Any, ...]]:
    """Return what the book would do to each person now; nothing would happen without it."""
    asked = run.Comparison(PACKAGED, text, Outputs(settings).now(), batches=True)
    found = {}
    for share in live.shares(settings, secrets=False):
        for one in run.compare(share, asked, lambda _: None):
            assert one.before.change is None, "it was not at rest"
            if one.after.change is not None:
                found[one.key] = expected(one)
    return found


def activated(site: Site, text: str) -> None:
    """Activate a book and return when every task has swept everybody."""
    edition, now = load(text, file="tried").edition, Outputs(site.settings).now()
    activation.publish(activation.record(text, edition, "rules officer", "PIA 2022-03", now), site.settings)
    barrier = Barrier(site.settings, (*topics.UPSTREAM, *topics.HOPS), CODEC.encode)
    try:
        barrier.await_settled(now, _SWEEP_S)
    finally:
        barrier.close()


def told(settings: Settings, changes: dict[bytes, bytes | None]) -> None:
    """Append to the changelog of matching's first partition."""
    producer = kafka.connected(kafka.producer(settings))
    for key, value in changes.items():
        producer.produce(topics.STATE_MATCHING, value, Kind.STATE + b"p" + key, 0)
    assert producer.flush(30) == 0


@pytest.mark.parametrize(
    "trusted", [pytest.param(True, id="trusted"), pytest.param(False, id="another-topic")]
)
def test_state_is_the_store_and_what_came_after(fresh_topics: Settings, *, trusted: bool) -> None:
    """A running worker's store is read up to its position, then the changelog; else the log alone."""
    settings = fresh_topics
    told(settings, {b"old": b"log", b"both": b"log", b"gone": b"log"})
    log = partition.describe(settings, topics.STATE_MATCHING, 0)
    store = RocksFactory(settings.state_dir / "slot-1", 1 << 20).open("matching-0")
    kept: list[Change] = [(Kind.STATE + b"p" + key, b"store") for key in (b"old", b"both", b"gone")]
    store.write([*kept, (Kind.STATE + b"o" + b"else", b"store")], None)
    store.write((), Position(log.topic_id if trusted else "another", log.end, 0))
    store.close()  # a worker flushes now and then
    running = RocksFactory(settings.state_dir / "slot-1", 1 << 20).open("matching-0")
    told(settings, {b"both": b"newer", b"gone": None, b"new": b"newer"})
    try:
        found = dict(entries(settings, "matching", 0, b"p", lambda _: None))
    finally:
        running.close()
    assert found == {b"old": b"store" if trusted else b"log", b"both": b"newer", b"new": b"newer"}


@pytest.mark.slow
def test_an_activation_does_what_was_forecast(
    site: Site, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """At a quiesced point the backtest against live state says of everybody what the activation does."""
    settings, text = site.settings, BOOKS["class-p"]
    year = Year(days.Plan(people=PEOPLE, days=DAYS, counties=3, seed=3), region_table(), CODEC.writer)
    play(site, year, CODEC, lambda _: None)
    book = tmp_path / "tried.yaml"
    book.write_text(text, encoding="utf-8")
    started = time.monotonic()
    found = forecast(Plan(str(book), LIVE, workers=2), lambda: settings, lambda _: None)
    record_property("people", found.tally.people)
    record_property("forecast_s", time.monotonic() - started)
    will, before = foreseen(settings, text), invitations(settings)
    started = time.monotonic()
    activated(site, text)
    record_property("swept_s", time.monotonic() - started)
    news = [each for place, each in invitations(settings).items() if place not in before]
    assert max(Counter(each["person"] for each in news).values()) == 1
    assert {each["person"]: observed(each) for each in news} == will
    changes = Counter(each["change"] for each in news)
    record_property("changes", dict(changes))
    agree(found.tally, changes)


def agree(tally: Tally, changes: Counter[str]) -> None:
    """Hold the figures that an officer reads against what happened."""
    assert tally.effects[Effect.ISSUED] == changes["issued"]
    assert tally.effects[Effect.WITHDRAWN] == changes["withdrawn"] + changes["expired"]
    assert tally.effects[Effect.RAISED] == changes["raised"]
    assert changes["raised"]
    assert changes["withdrawn"]
