"""Reading a topic from its beginning to its present end: for commands that look at a hub from outside."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hub import kafka
from hub.errors import BrokerError, TopicsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.settings import Settings

__all__ = ("ends", "read_all", "size")

_STALLED_S: Final = 20.0
_GATHER_S: Final = 0.02
"""So long a read waits for a full batch, at the end too."""


def read_all(settings: Settings, topic: str) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Yield key and value of every committed record, partition by partition in order, then end."""
    from confluent_kafka import OFFSET_BEGINNING, TopicPartition

    reader = kafka.consumer(settings, None, {"enable.partition.eof": True, "fetch.wait.max.ms": 20})
    try:
        # The reader itself asks: it must know where the partitions are, see kafka.informed.
        listed = reader.list_topics(timeout=10).topics
        if topic not in listed:
            raise TopicsError(
                f"there is no topic {topic}", settings.bootstrap_servers, "run `hub topics ensure`"
            )
        left = set(listed[topic].partitions)
        reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in left])
        moved_s = time.monotonic()
        while left:
            for message in reader.consume(10_000, _GATHER_S):
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

    reader = kafka.consumer(settings)
    try:
        listed = reader.list_topics(timeout=10).topics
        if topic not in listed:
            raise TopicsError(
                f"there is no topic {topic}", settings.bootstrap_servers, "run `hub topics ensure`"
            )
        marks = [
            reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            for partition in listed[topic].partitions
        ]
    finally:
        reader.close()
    return sum(high - low for low, high in marks)


def ends(settings: Settings, topic: str) -> dict[int, int]:
    """Return partition → where it ends for readers of committed records; TopicsError without the topic."""
    from confluent_kafka import IsolationLevel, TopicPartition
    from confluent_kafka.admin import OffsetSpec

    admin = kafka.admin(settings)
    listed = admin.list_topics(timeout=10).topics
    if topic not in listed:
        raise TopicsError(f"there is no topic {topic}", settings.bootstrap_servers, "run `hub topics ensure`")
    asked = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in listed[topic].partitions}
    found = admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=10)
    return {place.partition: each.result().offset for place, each in found.items()}
