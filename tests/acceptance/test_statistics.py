"""``hub statistics run`` on a real broker: parts in, figures out, whatever happens to the workers."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from hub import kafka, provision, topics
from hub.core.board import Board, World
from hub.core.edition import Edition
from hub.core.organisation import Directory
from hub.core.totals import Total
from hub.data import crosswalk, regions, residents, targets
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.errors import StopError
from hub.figures import reader
from hub.settings import Settings
from hub.stages.build import make_codec
from hub.statistics.metrics import Metrics
from hub.statistics.reading import Positions, Reader, opened
from hub.statistics.seat import Seat
from hub.statistics.watching import Watching
from tests.acceptance.statisticians import (
    TICK,
    Statisticians,
    Writers,
    await_persons,
    rested,
    shown,
)
from tests.faults.workers import until

COUNTIES = ("330106", "330102", "330203", "331102", "unknown")
MONTHS = ("01", "02", "03", "04", "05")
ORIGINS = tuple(f"matching/hub.facts/{partition}" for partition in range(4))


def persons(**by_county: int) -> dict[str, int]:
    """Return values of the counter ``persons`` by county, each behind a c."""
    return {f"persons|county={county.removeprefix('c')}": value for county, value in by_county.items()}


def ready(team: Statisticians, slot: int = 0) -> None:
    """Wait until a worker holds something and has caught up with it."""
    until(lambda: "statistics.restored" in team.actions(slot), f"worker {slot}")


def produce(settings: Settings, topic: str, value: bytes | None, key: bytes, partition: int = 0) -> None:
    """Put one record on a topic, without a transaction."""
    producer = kafka.connected(kafka.producer(settings))
    producer.produce(topic, value, key, partition=partition)
    assert producer.flush(60) == 0


def test_what_is_committed_is_counted_and_nothing_else(fresh_topics: Settings, tmp_path: Path) -> None:
    """Parts become figures by region; those of aborted transactions never do, read at the start or live."""
    writers = Writers(fresh_topics)
    writers.count(ORIGINS[0], persons(c330106=3, c330203=4, unknown=5))
    writers.count(ORIGINS[1], persons(c330106=1))
    writers.count(ORIGINS[1], persons(c330106=1000), commit=False)
    with Statisticians(fresh_topics, tmp_path) as team:
        team.start()
        await_persons(fresh_topics, writers)
        assert shown(fresh_topics, "persons") == {
            "330106": 4, "3301": 4, "330203": 4, "3302": 4, "unknown": 5, "33": 13,
        }  # fmt: skip
        ready(team)
        writers.count(ORIGINS[0], persons(c330106=2000), commit=False)
        writers.count(ORIGINS[0], persons(c330106=0, c330203=7))
        await_persons(fresh_topics, writers)
        assert (
            'hub_figure{figure="persons",labels="",level="province",period="now",region="33"} 13.0'
            in team.page("/metrics")
        )
        assert '"hub.statistics.totals": [0]' in team.page("/readyz")
        assert team.stop() == 0
    assert team.actions()[-1] == "statistics.stopped"


def test_a_restart_publishes_nothing_that_stands_already(fresh_topics: Settings, tmp_path: Path) -> None:
    """A worker that starts on what another published adds no record; its offsets may be gone."""
    writers = Writers(fresh_topics)
    writers.count(ORIGINS[0], persons(c330106=3))
    simulated = fresh_topics.model_copy(update={"clock": "ticks"})
    with Statisticians(simulated, tmp_path) as team:
        team.start()
        await_persons(fresh_topics, writers)
        assert team.stop() == 0
        before = reader.shelf(fresh_topics).positions
        admin = kafka.admin(fresh_topics)
        for done in admin.delete_consumer_groups([f"{fresh_topics.group}-statistics"]).values():
            done.result()
        team.start(1)
        until(lambda: team.actions(1).count("statistics.restored") == 2, "the second worker")
        rested(fresh_topics)
        assert reader.shelf(fresh_topics).positions == before
        writers.count(ORIGINS[0], persons(c330106=4))
        await_persons(fresh_topics, writers)


def test_what_cannot_be_used_is_put_aside(fresh_topics: Settings, tmp_path: Path) -> None:
    """Garbage, no value, no counter, one in another's partition, a bad total: counted, passed over."""
    writers = Writers(fresh_topics)
    good = writers.part("persons|county=330106", "x", 50, 1)
    broken: list[bytes | None] = [
        b"garbage", None, writers.encode({**good, "counter": "persons|county"}),
        writers.encode({**good, "kind": "?"}),
    ]  # fmt: skip
    with Statisticians(fresh_topics, tmp_path) as team:
        team.start()
        ready(team)
        for value in broken:
            produce(fresh_topics, topics.PARTS, value, b"k")
        wrong = next(p for p in range(4) if p != _partition(fresh_topics, good["counter"]))
        produce(fresh_topics, topics.PARTS, writers.encode(good), b"k", wrong)
        produce(fresh_topics, topics.TOTALS, b"garbage", b"k")
        produce(fresh_topics, topics.ORGANISATIONS, b"garbage", b"A/established")
        writers.count(ORIGINS[0], persons(c330106=3, c330203=4))
        await_persons(fresh_topics, writers)
        until(lambda: team.actions().count("statistics.rejected") >= 7, lambda: str(team.actions()))
        rejected = [line for line in team.said() if line["action"] == "statistics.rejected"]
        assert {line["topic"] for line in rejected} == {topics.PARTS, topics.TOTALS, topics.ORGANISATIONS}
        assert (
            'hub_statistics_rejected_total{code="VALUE_INVALID",topic="hub.statistics.parts"} 3.0'
            in team.page("/metrics")
        )
        assert team.stop() == 0


def _partition(settings: Settings, counter: str) -> int:
    from hub.engine.counters import partition_of

    return partition_of(counter, settings.partitions)


def test_organisations_are_counted_from_their_table(fresh_topics: Settings, tmp_path: Path) -> None:
    """An organisation announced while the worker runs raises T3, though nobody counted it."""
    codec = make_codec(fresh_topics)
    founded = {
        "org_id": "V1", "aspect": "established", "on": 18_000, "org_class": "community",
        "name": "（合成）某村",
        "parent": None, "region": "330106002051", "host_unit": None, "stamp": bytes(25),
    }  # fmt: skip
    with Statisticians(fresh_topics, tmp_path) as team:
        team.start()
        until(lambda: shown(fresh_topics, "T3.organised").get("33") == 0, "figures")
        produce(
            fresh_topics, topics.ORGANISATIONS, codec.writer("hub.organisation")(founded), b"V1/established"
        )
        until(lambda: shown(fresh_topics, "T3.organised").get("330106002") == 1, "the village")
        assert shown(fresh_topics, "T3")["33"] == pytest.approx(1 / 25_424)


def test_a_late_record_of_a_deposed_worker_is_set_right(fresh_topics: Settings, tmp_path: Path) -> None:
    """A total, or a figure, of a lower version that comes last is written over: compaction would keep it."""
    codec = make_codec(fresh_topics)
    writers = Writers(fresh_topics)
    for value in (1, 2, 3):
        writers.count(ORIGINS[0], persons(c330106=value))
    with Statisticians(fresh_topics, tmp_path) as team:
        team.start()
        await_persons(fresh_topics, writers)
        late = {
            "counter": "persons|county=330106",
            "kind": "stock",
            "value": 1,
            "version": 1,
            "tick": TICK,
            "origins": [],
        }
        produce(
            fresh_topics, topics.TOTALS, codec.writer("hub.counter_total")(late), b"persons|county=330106"
        )
        until(lambda: _last(fresh_topics, topics.TOTALS, b"persons|county=330106")["value"] == 3, "the total")
        key = b"persons|region=33"
        right = _last(fresh_topics, topics.STATISTICS, key)
        where = right.pop("partition")
        produce(
            fresh_topics,
            topics.STATISTICS,
            codec.writer("hub.figure")({**right, "value": 1.0, "version": 0}),
            key,
            where,
        )
        until(lambda: _last(fresh_topics, topics.STATISTICS, key)["value"] == 3, "the figure")
        assert _last(fresh_topics, topics.STATISTICS, key)["version"] > right["version"]


def _last(settings: Settings, topic: str, key: bytes) -> dict[str, Any]:
    """Return the record that compaction would keep."""
    from confluent_kafka import OFFSET_BEGINNING, TopicPartition

    consumer = kafka.consumer(settings, None, {"enable.partition.eof": True})
    count = len(consumer.list_topics(topic, timeout=30).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in range(count)])
    decode, found, ended = make_codec(settings).decode, dict[str, Any](), 0
    while ended < count:
        for message in consumer.consume(1000, 0.02):
            if message.error() is not None:
                ended += 1
            elif message.key() == key:
                found = {**decode(message.value())[1], "partition": message.partition()}
    consumer.close()
    return found


def naive(writers: Writers, now_ms: int) -> dict[str, float | None]:
    """Return every sum of counters as it must come out: a board fed once, totals added up slowly."""
    board = Board(targets(), regions(), residents())
    for counter, value in writers.totals().items():
        kind = "flow" if counter.startswith("flow.") else "stock"
        board.apply(Total(counter, kind, value, 1, TICK, ()))
    world = World(0, Directory(), Edition(crosswalk()), {})
    return {each.figure.key.text: each.figure.value for each in board.changes(now_ms, world)}


@pytest.mark.slow
def test_what_names_class_s_is_published_with_the_next_day(fresh_topics: Settings, tmp_path: Path) -> None:
    """Of an organ event nothing moves on its day, through a restart too; the change of day tells of it."""
    settings, writers = fresh_topics.model_copy(update={"clock": "ticks"}), Writers(fresh_topics)
    counter = "flow.received|day=2022-05-03|system=organ|type=x"
    encode = make_codec(settings).writer("hub.tick")
    produce(settings, topics.TICKS, encode({"now": TICK}), b"")
    with Statisticians(settings, tmp_path) as team:
        for value in (1, 2):  # read at a start, and live in between
            team.start()
            ready(team)
            writers.count(ORIGINS[0], {counter: value} | persons(c330106=value))
            await_persons(settings, writers)
            assert not shown(settings, "flow.received")
            team.stop()
        produce(settings, topics.TICKS, encode({"now": TICK + 86_400_000}), b"")
        team.start()
        until(lambda: set(shown(settings, "flow.received").values()) == {2}, "the next day")
        figures = [each for each in reader.shelf(settings).figures() if each.figure == "flow.received"]
        assert {each.as_of for each in figures} == {TICK}


@pytest.mark.timeout(600)
def test_two_workers_share_the_work_and_any_may_die(fresh_topics: Settings, tmp_path: Path) -> None:
    """Two workers, killed in turns as parts pour in, one asleep for a while: figures are right in the end."""
    chance = random.Random(7)
    writers = Writers(fresh_topics)
    settings = fresh_topics.model_copy(update={"clock": "ticks", "session_timeout_s": 6.0})

    def pour(rounds: int) -> None:
        for _ in range(rounds):
            origin = chance.choice(ORIGINS)
            county = chance.choice(COUNTIES)
            values = {
                f"persons|county={county}": chance.randrange(1000),
                f"members|county={county}|kind=adult": chance.randrange(1000),
                f"under_review|county={county}": chance.randrange(3),
                f"members_moved|county={county}|month=2022-{chance.choice(MONTHS)}|move=admitted": 3,
                f"flow.received|day=2022-{chance.choice(MONTHS)}-03|system=registry|type=x": 9,
            }
            writers.count(origin, values, commit=chance.random() < 0.9)

    with Statisticians(settings, tmp_path) as team:
        for slot in (0, 1):
            team.start(slot)
        for slot in (0, 1):
            ready(team, slot)
        for victim in (0, 1, 0):
            pour(60)
            team.kill(victim)
            pour(60)
            team.start(victim)
        await_persons(settings, writers)
        team.sleep(1)
        pour(60)
        await_persons(settings, writers)  # the other has taken over
        team.wake(1)
        pour(20)
        await_persons(settings, writers)
        rested(settings)
        found = {each.key: each.value for each in reader.shelf(settings).figures()}
        expected = naive(writers, TICK)
        wrong = {key: (value, found.get(key)) for key, value in expected.items() if found.get(key) != value}
        assert not wrong
        assert not {key for key, value in found.items() if key not in expected and value}


class Idle:
    """A seat that holds a partition and takes nothing in: a stream that stopped quietly."""

    def __init__(self, topic: str, partition: int) -> None:
        """Hold one partition, read up to nowhere."""

        async def restore(_: frozenset[int]) -> None:
            """Do nothing."""

        self.seat = Seat(topic, restore, lambda _: None, Metrics(CollectorRegistry()))
        self.seat.held = frozenset({partition})
        self.positions: Positions = {}
        self.following: Reader | None = None


def test_a_stream_that_stopped_quietly_ends_the_process_and_markers_do_not(fresh_topics: Settings) -> None:
    """Records that nobody takes in are an error after a while; the marker of a transaction is no record."""
    settings = fresh_topics.model_copy(update={"stall_after_s": 3.0})
    writers = Writers(settings)
    counter = "persons|county=330106"
    place = TopicPartition(topics.PARTS, _partition(settings, counter))
    writers.count(ORIGINS[0], {counter: 5}, commit=False)

    async def watch(idle: Idle, seconds: float) -> None:
        watching = Watching(settings, Metrics(CollectorRegistry()), {topics.PARTS: idle})
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                await watching.look()
        finally:
            await watching.close()

    idle = Idle(*place)
    asyncio.run(watch(idle, 5.0))
    assert idle.positions[place] > 0  # it has stepped over the marker
    writers.count(ORIGINS[0], {counter: 5})
    with pytest.raises(StopError, match="none was taken in"):
        asyncio.run(watch(idle, 20.0))


def test_a_follower_that_stands_still_ends_the_process(fresh_topics: Settings) -> None:
    """A reader of the tables that is not asked any more, though there is more, is an error after a while."""
    settings = fresh_topics.model_copy(update={"stall_after_s": 2.0})

    async def watch() -> None:
        idle = Idle(topics.TOTALS, 0)
        idle.following = await opened(settings, "test", [topics.ORGANISATIONS])
        idle.seat._restored.set()
        watching = Watching(settings, Metrics(CollectorRegistry()), {topics.TOTALS: idle})
        try:
            await watching.look()
            await asyncio.to_thread(produce, settings, topics.ORGANISATIONS, b"x", b"k")
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                await watching.look()
        finally:
            await watching.close()
            await idle.following.__aexit__()

    with pytest.raises(StopError, match="none was taken in") as caught:
        asyncio.run(watch())
    assert caught.value.where == f"{topics.ORGANISATIONS}/0"


@pytest.mark.slow
def test_the_figures_are_right_again_after_the_broker_was_killed(tmp_path: Path) -> None:
    """The only broker dies and comes back: the worker goes on, and what is counted then is published."""
    with EmbeddedBroker(tmp_path / "broker") as broker:
        settings = settings_for(
            broker.bootstrap, partitions=4, state_dir=tmp_path / "state", key_dir=tmp_path / "keys"
        )
        provision.ensure(kafka.admin(settings), settings)
        writers = Writers(settings)
        writers.count(ORIGINS[0], persons(c330106=3))
        with Statisticians(settings, tmp_path) as team:
            team.start()
            await_persons(settings, writers)
            broker.kill()
            until(lambda: "statistics.library" in team.actions(), "the worker to notice")
            broker.start()
            writers.count(ORIGINS[1], persons(c330106=4))
            await_persons(settings, writers)
            assert team.ended() is None
