"""Whether the statistics are at rest, looked at again and again on a real broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub import contracts, data, kafka, tables, topics
from hub.core.board import Board, World
from hub.core.totals import STOCK, Total
from hub.statistics.records import Records
from hub.verification.rest import Rest
from tests.acceptance.statisticians import TICK, Writers

if TYPE_CHECKING:
    from hub.settings import Settings

RECORDS: Final = Records(contracts.codec())
COUNTER: Final = "persons|county=330106"
ORIGINS: Final = ("matching/hub.facts/0", "matching/hub.facts/1")


def produce(settings: Settings, topic: str, *values: tuple[str, bytes]) -> None:
    """Put keys and values on a topic, and return when they are there."""
    producer = kafka.producer(settings)
    for key, value in values:
        producer.produce(topic, value, key.encode())
        producer.poll(0)
    assert producer.flush(30) == 0


def total(value: int, version: int) -> Total:
    """Return a total of the counter."""
    return Total(COUNTER, STOCK, value, version, TICK, (f"{ORIGINS[0]}@{version}",))


def figures(settings: Settings, counted: Total) -> list[tuple[str, bytes]]:
    """Return every figure that has to be published for a total."""
    board, held = Board(data.targets(), data.regions(), data.residents()), tables.read(settings)
    board.apply(counted)
    world = World(1, held.organisations, held.regions, held.populations)
    return [
        (dated.figure.key.text, RECORDS.of_figure(dated.figure, dated.as_of, counted.version))
        for dated in board.changes(TICK, world)
    ]


def test_each_look_reads_only_what_is_new(fresh_topics: Settings) -> None:
    """What is behind is said from what came since the last look, and no record is read twice."""
    settings = fresh_topics.model_copy(update={"clock": "ticks"})
    read: list[int] = []
    writers = Writers(settings)
    with Rest(settings, data.targets(), read.append) as rest:
        for origin in ORIGINS:
            writers.count(origin, {COUNTER: 3})
        assert rest.behind() == "1 counters are not summed up yet"
        produce(settings, topics.TOTALS, (COUNTER, RECORDS.of_total(total(6, 2))))
        assert rest.behind().endswith(" figures are not published yet")
        published = figures(settings, total(6, 2))
        produce(settings, topics.STATISTICS, *published)
        assert (rest.behind(), rest.behind()) == ("", "")
        assert read == [2, 1, len(published), 0]
        writers.count(ORIGINS[0], {COUNTER: 4})
        assert rest.behind() == "1 counters are not summed up yet"
        produce(settings, topics.TOTALS, (COUNTER, RECORDS.of_total(total(7, 3))), (COUNTER, b"broken"))
        assert rest.behind() == "6 figures are not published yet"
        produce(settings, topics.STATISTICS, *figures(settings, total(7, 3)))
        assert rest.behind() == ""
        assert read[4:6] == [1, 2]
        produce(settings, topics.TOTALS, (COUNTER, RECORDS.of_total(total(5, 2))))
        assert rest.behind() == ""
