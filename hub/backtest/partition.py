"""One partition of a topic, read from an offset to its present end, committed records only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import kafka
from hub.errors import BrokerError, TopicsError

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("Log", "count", "describe", "placed", "read")

_ANSWER_S: Final = 10.0
_STALLED_S: Final = 20.0
_FETCH: Final = 10_000
_GATHER_S: Final = 0.02
"""So long a read waits for a full batch, at the end too."""

Record = tuple[bytes, bytes | None]
Placed = tuple[int, int, bytes, bytes | None]


class Log(NamedTuple):
    """A partition as it is on the broker."""

    topic_id: str
    beginning: int
    end: int


def count(settings: Settings, topic: str) -> int:
    """Return how many partitions a topic has. Raise TopicsError when there is no such topic."""
    found = kafka.admin(settings).list_topics(timeout=_ANSWER_S).topics.get(topic)
    if found is None:
        raise TopicsError(f"there is no topic {topic}", settings.bootstrap_servers, "run `hub topics ensure`")
    return len(found.partitions)


def describe(settings: Settings, topic: str, partition: int) -> Log:
    """Return Kafka's id of the topic, and where the partition begins and ends."""
    from confluent_kafka import TopicCollection, TopicPartition

    admin = kafka.admin(settings)
    admin.list_topics(timeout=_ANSWER_S)
    described = admin.describe_topics(TopicCollection([topic]), request_timeout=_ANSWER_S)[topic]
    reader = kafka.consumer(settings)
    try:
        low, high = reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=_ANSWER_S)
    finally:
        reader.close()
    return Log(str(described.result(_ANSWER_S).topic_id), low, high)


def read(
    settings: Settings, topic: str, partition: int, start: int, until: int | None = None
) -> Iterator[list[Record]]:
    """Yield key and value of every record from ``start`` on, see :func:`placed`."""
    for records in placed(settings, topic, partition, start, until):
        yield [(key, value) for _, _, key, value in records]


def placed(
    settings: Settings, topic: str, partition: int, start: int, until: int | None = None
) -> Iterator[list[Placed]]:
    """Yield offset, timestamp (ms), key and value of every record from ``start`` on, in order; then end.

    ``until``: the offset before which it ends; None: the partition's present end.
    """
    from confluent_kafka import TopicPartition

    reader = kafka.consumer(settings, None, {"enable.partition.eof": True, "fetch.wait.max.ms": 20})
    try:
        kafka.informed(reader, _ANSWER_S)
        reader.assign([TopicPartition(topic, partition, start)])
        moved_s, ended = time.monotonic(), False
        while not ended:
            records: list[Placed] = []
            for message in reader.consume(_FETCH, _GATHER_S):
                moved_s = time.monotonic()
                error = message.error()
                offset = message.offset()
                if error is None and until is not None and offset is not None and offset >= until:
                    ended = True
                elif error is None:
                    at = message.timestamp()[1]
                    records.append((offset or 0, at, message.key() or b"", message.value()))
                elif error.name() == "_PARTITION_EOF":
                    ended = True
                else:
                    where = f"{topic}[{partition}]"
                    raise BrokerError(f"it cannot be read: {error.name()}", where, "look at the brokers")
            if records:
                yield records
            if time.monotonic() - moved_s > _STALLED_S:
                where = f"{topic}[{partition}]"
                raise BrokerError("it cannot be read to its end", where, "look at the brokers")
    finally:
        reader.close()
