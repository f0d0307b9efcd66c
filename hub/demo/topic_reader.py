"""Read a whole topic from its beginning to its present end, committed records only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub import kafka
from hub.errors import BrokerError

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("Message", "read_topic")

_TIMEOUT_S: Final = 30.0
_GATHER_S: Final = 0.02
_BATCH: Final = 10_000
_OFFSET_BEGINNING: Final = -2


class Message(NamedTuple):
    """One record of a topic. ``timestamp`` is its CreateTime in ms."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def read_topic(settings: Settings, topic: str) -> Iterator[Message]:
    """Yield every record of ``topic``, in order within a partition; BrokerError when it has no end."""
    from confluent_kafka import KafkaError, TopicPartition

    consumer: Any = kafka.consumer(settings, extra={"enable.partition.eof": True})
    try:
        partitions = consumer.list_topics(topic, timeout=_TIMEOUT_S).topics[topic].partitions
        open_ones = set(partitions)
        consumer.assign([TopicPartition(topic, number, _OFFSET_BEGINNING) for number in partitions])
        deadline = time.monotonic() + _TIMEOUT_S
        while open_ones:
            batch = consumer.consume(_BATCH, timeout=_GATHER_S)  # waits for a full batch or so long
            if batch:
                deadline = time.monotonic() + _TIMEOUT_S
            elif time.monotonic() > deadline:
                raise BrokerError(
                    f"{topic} cannot be read to its end", settings.bootstrap_servers, "is the broker up?"
                )
            for message in batch:
                error = message.error()
                if error is None:
                    yield Message(
                        message.partition(),
                        message.offset(),
                        message.timestamp()[1],
                        message.key(),
                        message.value(),
                    )
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - librdkafka's only name for it
                    open_ones.discard(message.partition())
                else:
                    raise BrokerError(
                        f"{topic}: {error.str()}", settings.bootstrap_servers, "look at the broker's log"
                    )
    finally:
        consumer.close()
