"""The figures in the memory of the HTTP door, kept up to date by one aiokafka reader.

The reader takes every partition itself (no group), reads committed records only, and goes on by offsets.
aiokafka's consumer can stand still after a broker came back without saying so: therefore progress is
watched, and a reader that fails or stands still begins anew where the shelf is.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from confluent_kafka import KafkaException

from hub import kafka, topics
from hub.core.shelf import Placed, Selection, Shelf, outruns
from hub.doors import position
from hub.doors.ending import end
from hub.doors.login import login
from hub.doors.subscriber import Event, Subscriber
from hub.errors import DeadLetterError
from hub.figures.document import document
from hub.figures.reader import reader_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.doors.metrics import DoorMetrics
    from hub.settings import Settings

__all__ = ("LiveFigures", "event_of")

_PATIENCE_S: Final = 10.0
_LOOK_EVERY_S: Final = 3.0
_STILL_S: Final = 12.0
"""Behind the topic's end and not moving for so long: the reader begins anew."""
_BACKOFF_S: Final = 0.5
_BATCH: Final = 2_000
_URL_SAFE: Final = str.maketrans("+/", "-_")
"""Kafka's ids are base64: in a query + would be a space."""


class _StandstillError(Exception):
    """There is more to read and nothing comes."""


class _Topic(NamedTuple):
    """The topic as it is now."""

    id: str
    """A topic that is deleted and made anew has another one."""
    partitions: list[int]


def event_of(placed: Placed, reached: str) -> Event:
    """Return the event that tells a change."""
    if placed.figure is None:
        return Event(reached, "removed", msgspec.json.encode({"key": placed.key}).decode())
    return Event(reached, "figure", msgspec.json.encode(document(placed.figure)).decode())


class LiveFigures:
    """The shelf, its reader, and who is told of changes. Belongs to one event loop."""

    def __init__(self, settings: Settings, metrics: DoorMetrics) -> None:
        """Read nothing yet: :meth:`run` does."""
        self._settings = settings
        self._metrics = metrics
        self._decoded = reader_of(settings)
        self._subscribers: set[Subscriber] = set()
        self._goal: dict[int, int] | None = None
        self.shelf = Shelf()
        self.ends: dict[int, int] = {}
        """Where the topic ended when it was last looked at."""
        self._admin = kafka.admin(settings)
        self._cycle = asyncio.Event()
        self.topic_id = ""
        """Of the topic that the shelf is of; empty before it was found."""
        self.ready = False
        """Whether everything that was there at the start has been read."""
        self.heard_s = time.monotonic()
        """When the broker last answered, by the monotonic clock."""

    async def run(self) -> None:
        """Read until cancelled; whatever Kafka does, begin anew where the shelf is."""
        while True:
            try:
                await self._follow()
            except OffsetOutOfRangeError:  # the topic was made anew: what is here is of the old one
                self._forget()
            except (KafkaError, KafkaException, OSError, TimeoutError, _StandstillError):
                self._metrics.restarts.inc()
            await asyncio.sleep(_BACKOFF_S)

    def subscribe(self, selection: Selection, limit: int) -> Subscriber:
        """Tell somebody of every change from now on, until :meth:`leave`."""
        subscriber = Subscriber(selection, limit)
        self._subscribers.add(subscriber)
        self._metrics.streams.set(len(self._subscribers))
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """Tell somebody no more."""
        self._subscribers.discard(subscriber)
        self._metrics.streams.set(len(self._subscribers))

    async def reach(self, place: position.Position, timeout_s: float) -> None:
        """Wait until the shelf is where another door has led somebody, at most so long."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self.knows(place):
                    await self._cycle.wait()
        except TimeoutError:
            return

    @property
    def streams(self) -> int:
        """How many are told of changes."""
        return len(self._subscribers)

    @property
    def reached(self) -> str:
        """The position that whoever has seen all of the shelf has reached."""
        return position.text(self.shelf.positions, self.topic_id)

    def knows(self, place: position.Position) -> bool:
        """Return whether a position means something here."""
        return place.topic_id == self.topic_id and not outruns(place.offsets, self.shelf.positions)

    async def _follow(self) -> None:
        consumer = AIOKafkaConsumer(
            **login(self._settings),
            client_id=f"{self._settings.group}-http",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=100,
            metadata_max_age_ms=30_000,
        )
        try:
            await asyncio.wait_for(consumer.start(), _PATIENCE_S)
            places = await self._assign(consumer)
            watch = _Progress(places)
            while True:
                batches = await asyncio.wait_for(
                    consumer.getmany(timeout_ms=250, max_records=_BATCH), _PATIENCE_S
                )
                for batch in batches.values():
                    for message in batch:
                        self._put(message.partition, message.offset, message.key, message.value)
                self._cycle.set()
                self._cycle.clear()
                if batches:
                    self._metrics.figures.set(len(self.shelf))
                await self._look(consumer, watch)
        finally:
            await end(consumer, _PATIENCE_S)

    async def _assign(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        """Take every partition, where the shelf is or at the beginning; note where the topic ends now."""
        topic = await asyncio.to_thread(self._topic)
        if topic.id != self.topic_id:
            self._forget()
            self.topic_id = topic.id
        places = [TopicPartition(topics.STATISTICS, partition) for partition in topic.partitions]
        consumer.assign(places)
        begins = await asyncio.wait_for(consumer.beginning_offsets(places), _PATIENCE_S)
        ends = await asyncio.wait_for(consumer.end_offsets(places), _PATIENCE_S)
        self._saw(ends)
        for place in places:
            at = max(self.shelf.positions.get(place.partition, 0), begins[place])
            if at > ends[place]:
                raise OffsetOutOfRangeError
            self.shelf.positions.setdefault(place.partition, at)
            consumer.seek(place, at)
        if self._goal is None:
            self._goal = dict(self.ends)
        return places

    def _topic(self) -> _Topic:
        """Return the topic; KafkaException when there is none, or nobody answers."""
        from confluent_kafka import TopicCollection

        names = TopicCollection([topics.STATISTICS])
        found = self._admin.describe_topics(names, request_timeout=_PATIENCE_S)[topics.STATISTICS].result()
        safe = str(found.topic_id).translate(_URL_SAFE)
        return _Topic(safe, sorted(each.id for each in found.partitions))

    def _saw(self, ends: Mapping[TopicPartition, int]) -> None:
        self.ends = {place.partition: offset for place, offset in ends.items()}
        self.heard_s = time.monotonic()

    async def _look(self, consumer: AIOKafkaConsumer, watch: _Progress) -> None:
        """See whether the reader keeps up; raise when it stands still although there is more."""
        at = {place.partition: await consumer.position(place) for place in watch.places}
        if not self.ready and self._goal is not None:
            self.ready = all(at.get(partition, 0) >= end for partition, end in self._goal.items())
        now_s = time.monotonic()
        if not watch.due(now_s):
            return
        self._saw(await asyncio.wait_for(consumer.end_offsets(watch.places), _PATIENCE_S))
        if (await asyncio.to_thread(self._topic)).id != self.topic_id:
            raise OffsetOutOfRangeError
        if watch.still(at, self.ends, now_s):
            raise _StandstillError

    def _put(self, partition: int, offset: int, key: bytes | None, value: bytes | None) -> None:
        self._metrics.records.inc()
        try:
            decoded = self._decoded(partition, offset, key, value)
        except (
            DeadLetterError
        ):  # of a version to come, or damaged: the figure stays as it was, and this is counted
            self._metrics.unreadable.inc()
            return
        placed = self.shelf.put(*decoded)
        if placed is None or not self._subscribers:
            return
        wanting = [each for each in self._subscribers if each.wants(placed)]
        if wanting:
            event = event_of(placed, self.reached)
            for subscriber in wanting:
                self._tell(subscriber, event)

    def _tell(self, subscriber: Subscriber, event: Event) -> None:
        if not subscriber.offer(event):
            self._metrics.dropped.inc()
            self.leave(subscriber)

    def _forget(self) -> None:
        """Begin with nothing; everybody who listens is sent away and will be told so when he is back."""
        self.shelf, self.ready, self._goal = Shelf(), False, None
        for subscriber in list(self._subscribers):
            subscriber.dropped.set()
            self.leave(subscriber)


class _Progress:
    """Whether a reader that is behind still moves."""

    def __init__(self, places: list[TopicPartition]) -> None:
        self.places = places
        self._looked_s = self._moved_s = time.monotonic()
        self._at: dict[int, int] = {}

    def due(self, now_s: float) -> bool:
        """Return whether it is time to ask where the topic ends."""
        if now_s - self._looked_s < _LOOK_EVERY_S:
            return False
        self._looked_s = now_s
        return True

    def still(self, at: dict[int, int], ends: Mapping[int, int], now_s: float) -> bool:
        """Return whether it has been behind without moving for too long."""
        behind = any(offset < ends[partition] for partition, offset in at.items())
        if at != self._at or not behind:
            self._at, self._moved_s = at, now_s
        return now_s - self._moved_s > _STILL_S
