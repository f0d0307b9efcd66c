"""``hub.statistics`` read from outside: whole into memory, and then on, record by record.

The reader of the commands, built on confluent-kafka; the HTTP door has one of its own for asyncio. Both
put what they read on a :class:`hub.core.shelf.Shelf`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from hub import kafka, topics
from hub.core.shelf import Placed, Published, Shelf
from hub.errors import BrokerError, TopicsError
from hub.stages.build import make_codec

if TYPE_CHECKING:
    from confluent_kafka import Message

    from hub.settings import Settings

__all__ = ("FigureReader", "Step", "reader_of", "shelf")

Step = Callable[[int], None]
"""Told how many records were read since the last time."""
_STALLED_S: Final = 20.0
_BATCH: Final = 5_000
_GATHER_S: Final = 0.02
"""So long a read waits for a full batch, at the end too."""


class Decoded(NamedTuple):
    """A record of the topic, as :meth:`Shelf.put` takes it."""

    partition: int
    offset: int
    key: str
    figure: Published | None


def reader_of(settings: Settings) -> Callable[[int, int, bytes | None, bytes | None], Decoded]:
    """Return the function (partition, offset, key, value) → decoded record."""
    read = make_codec(settings).reader("hub.figure")

    def decoded(partition: int, offset: int, key: bytes | None, value: bytes | None) -> Decoded:
        figure = None if value is None else Published.of(read(value))
        return Decoded(partition, offset, (key or b"").decode(), figure)

    return decoded


class FigureReader:
    """Follows the topic from its beginning; use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        """Assign every partition; TopicsError when there is no such topic."""
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        self.shelf = Shelf()
        self._where = settings.bootstrap_servers
        self._decoded = reader_of(settings)
        self._consumer = kafka.consumer(settings, None, {"enable.partition.eof": True})
        # The reader itself asks: it must know where the partitions are, see kafka.informed.
        found = self._consumer.list_topics(timeout=10).topics.get(topics.STATISTICS)
        if found is None:
            self._consumer.close()
            raise TopicsError(
                f"there is no topic {topics.STATISTICS}", self._where, "run `hub topics ensure`"
            )
        self._ahead = set(found.partitions)
        self._consumer.assign([TopicPartition(topics.STATISTICS, p, OFFSET_BEGINNING) for p in self._ahead])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the consumer."""
        self._consumer.close()

    def catch_up(self, step: Step = lambda _: None) -> Shelf:
        """Read to the present end; BrokerError when nothing comes any more before it."""
        moved_s = time.monotonic()
        while self._ahead:
            messages = self._consumer.consume(_BATCH, _GATHER_S)
            if messages:
                moved_s = time.monotonic()
                step(len(messages))
            for _ in self._put(messages):
                pass
            if time.monotonic() - moved_s > _STALLED_S:
                what = f"{topics.STATISTICS} cannot be read to its end"
                raise BrokerError(what, self._where, "look at the brokers")
        return self.shelf

    def changes(self, wait_s: float) -> list[Placed]:
        """Return what changed, after waiting for it at most so long."""
        return list(self._put(self._consumer.consume(_BATCH, wait_s)))

    def _put(self, messages: list[Message]) -> Iterator[Placed]:
        for message in messages:
            error = message.error()
            partition, offset = message.partition(), message.offset()
            if error is None:
                assert partition is not None
                assert offset is not None
                decoded = self._decoded(partition, offset, message.key(), message.value())
                placed = self.shelf.put(*decoded)
                if placed is not None:
                    yield placed
            elif error.name() == "_PARTITION_EOF":
                self._ahead -= {partition}
            # Else librdkafka tells of what it goes on to overcome: a broker that is away, an election.


def shelf(settings: Settings, step: Step = lambda _: None) -> Shelf:
    """Return every figure as it is now."""
    with FigureReader(settings) as reader:
        return reader.catch_up(step)
