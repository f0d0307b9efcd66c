"""The tables of the workers read from outside, on a real broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub import contracts, kafka, packaged, tables, topics
from hub.backtest import live
from hub.outputs import Outputs
from tests.unit.core.people import COUNTY, organisation

if TYPE_CHECKING:
    from hub.settings import Settings

CODEC: Final = contracts.codec()
TODAY: Final = 19_000
BROKEN: Final = b"nobody can read this"


def book(text: str) -> bytes:
    """Return the record of an active rule book."""
    record = {
        "book_id": "zhejiang-2022", "version": 2, "text": text, "digest": "", "author": "test",
        "reason": "test", "activated_at": 1, "preview": None,
    }  # fmt: skip
    return CODEC.encode("hub.rule_book", record)


def test_a_record_that_cannot_be_used_hides_nothing(fresh_topics: Settings) -> None:
    """Whoever reads the tables has the last good state of what is broken, and all that comes after it."""
    announced = {"org_id": "any", "aspect": "established", **organisation("society", COUNTY)}
    good = CODEC.encode("hub.organisation", announced)
    producer = kafka.producer(fresh_topics)
    for topic, key, value in (
        (topics.ORGANISATIONS, b"FIRST/established", good),
        (topics.ORGANISATIONS, b"FIRST/established", BROKEN),
        (topics.ORGANISATIONS, b"LAST/established", good),
        (topics.RULES, b"active", book(packaged.read_text("rules/books/zhejiang-2022.yaml"))),
        (topics.RULES, b"active", book("id: zhejiang-2022\n")),
        (topics.CONTROLS, b"release", BROKEN),
    ):
        producer.produce(topic, value, key)
    assert producer.flush(30) == 0
    held = tables.read(fresh_topics)
    assert held.edition.startswith("zhejiang-2022@")
    for directory in (
        held.organisations,
        live.place_of(fresh_topics).directory,
        Outputs(fresh_topics).directory(),
    ):
        assert {each.org_id for each in directory.on(TODAY)} == {"FIRST", "LAST"}
