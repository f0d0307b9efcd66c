"""Reading topics from their beginning to their present end, and on: for commands that look from outside."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hub import kafka
from hub.errors import BrokerError, TopicsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from confluent_kafka import Message
    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings

__all__ = ("Tail", "ends", "read_all", "size")

_STALLED_S: Final = 20.0
_AGAIN_S: Final = 0.1


def read_all(settings: Settings, topic: str) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Yield key and value of every committed record, partition by partition in order, then end."""
    from confluent_kafka import OFFSET_BEGINNING, TopicPartition

    listed = kafka.admin(settings).list_topics(timeout=10).topics
    if topic not in listed:
        raise TopicsError(f"there is no topic {topic}", settings.bootstrap_servers, "run `hub topics ensure`")
    reader = kafka.consumer(settings, None, {"enable.partition.eof": True, "fetch.wait.max.ms": 20})
    try:
        left = set(listed[topic].partitions)
        reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in left])
        moved_s = time.monotonic()
        while left:
            for message in reader.consume(10_000, 0.1):
                moved_s = time.monotonic()
                error = message.error()
                if error is None:
                    yield message.key(), message.value()
                elif error.name() == "_PARTITION_EOF":
                    left.discard(message.partition())
            if time.monotonic() - moved_s > _STALLED_S:
                raise BrokerError(
                    f"{topic} cannot be read to its end", settings.bootstrap_servers, "look at the brokers"
                )
    finally:
        reader.close()


def size(settings: Settings, topic: str) -> int:
    """Return how many offsets a topic spans: at least as many as it has records, for a progress bar."""
    from confluent_kafka import TopicPartition

    listed = kafka.admin(settings).list_topics(timeout=10).topics
    if topic not in listed:
        raise TopicsError(f"there is no topic {topic}", settings.bootstrap_servers, "run `hub topics ensure`")
    reader = kafka.consumer(settings)
    try:
        marks = [
            reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            for partition in listed[topic].partitions
        ]
    finally:
        reader.close()
    return sum(high - low for low, high in marks)


def ends(settings: Settings, *names: str) -> dict[tuple[str, int], int]:
    """Return topic and partition → its end for readers of committed records; TopicsError without a topic."""
    from confluent_kafka import IsolationLevel, TopicPartition
    from confluent_kafka.admin import OffsetSpec

    admin = kafka.admin(settings)
    asked = {TopicPartition(*place): OffsetSpec.latest() for place in _places(admin, settings, names)}
    found = admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=10)
    return {(place.topic, place.partition): each.result().offset for place, each in found.items()}


def _places(admin: AdminClient, settings: Settings, names: Sequence[str]) -> list[tuple[str, int]]:
    """Return topic and number of every partition; TopicsError without a topic."""
    listed = admin.list_topics(timeout=10).topics
    for topic in names:
        if topic not in listed:
            raise TopicsError(
                f"there is no topic {topic}", settings.bootstrap_servers, "run `hub topics ensure`"
            )
    return [(topic, partition) for topic in names for partition in listed[topic].partitions]


class Tail:
    """Follows topics from their beginnings, each record once; use it as a context manager."""

    def __init__(self, settings: Settings, *names: str) -> None:
        """Assign every partition there is now; TopicsError when there is no such topic."""
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        self._settings = settings
        self._names = names
        self._positions = dict.fromkeys(_places(kafka.admin(settings), settings, names), 0)
        self._consumer = kafka.consumer(
            settings, None, {"enable.partition.eof": True, "fetch.wait.max.ms": 20}
        )
        self._consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in self._positions])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the consumer."""
        self._consumer.close()

    def new(self) -> Iterator[Message]:
        """Yield every committed record since the last time up to the present ends, of a partition in order.

        Raise BrokerError when nothing comes any more before them.
        """
        wanted = self._ends()
        moved_s = time.monotonic()
        while behind := [place for place, at in self._positions.items() if at < wanted.get(place, 0)]:
            for message in self._consumer.consume(10_000, 0.1):
                moved_s = time.monotonic()
                error, topic, partition = message.error(), message.topic(), message.partition()
                offset = message.offset()
                if topic is None or partition is None or offset is None:
                    continue  # of the client as a whole: a broker that is away
                if error is None:
                    self._positions[topic, partition] = offset + 1
                    yield message
                elif error.name() == "_PARTITION_EOF":  # also behind a transaction's marker
                    self._positions[topic, partition] = offset
            if time.monotonic() - moved_s > _STALLED_S:
                raise BrokerError(
                    f"{behind[0][0]} cannot be read to its end",
                    self._settings.bootstrap_servers,
                    "look at the brokers",
                )

    def _ends(self) -> dict[tuple[str, int], int]:
        """Return where the topics end; waits for a partition that has no leader at the moment."""
        from confluent_kafka import KafkaException

        deadline = time.monotonic() + _STALLED_S
        while True:
            try:
                return ends(self._settings, *self._names)
            except KafkaException:
                if time.monotonic() > deadline:
                    raise BrokerError(
                        f"nobody says where {self._names[0]} ends",
                        self._settings.bootstrap_servers,
                        "look at the brokers",
                    ) from None
                time.sleep(_AGAIN_S)
