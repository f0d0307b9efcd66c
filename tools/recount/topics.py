"""Records of topics, from Kafka or from a dump of JSON lines."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

__all__ = ("HUB", "UPSTREAM", "Record", "dump", "dumped", "records")

UPSTREAM: Final = r"redcross\..+\.events"
"""Names of the raw topics."""
HUB: Final = (
    "hub.ticks", "hub.invitations", "hub.decisions", "hub.dead-letters", "hub.statistics.parts",
    "hub.statistics",
)  # fmt: skip
"""Of the hub: the clock of a simulation, and outputs that no upstream system knows of."""
_WAIT_S: Final = 30.0


class Record(NamedTuple):
    """One record. ``timestamp`` is its CreateTime in ms."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def records(bootstrap: str, extra: Iterable[str] = HUB) -> Iterator[Record]:
    """Yield every committed record of the raw topics and of some others, to their present ends."""
    import re

    from confluent_kafka import Consumer, KafkaError, TopicPartition

    consumer: Any = Consumer(
        {
            "bootstrap.servers": bootstrap, "group.id": "recount", "enable.auto.commit": False,
            "isolation.level": "read_committed", "enable.partition.eof": True,
        }
    )  # fmt: skip
    try:
        known = consumer.list_topics(timeout=_WAIT_S).topics
        wanted = [name for name in known if re.fullmatch(UPSTREAM, name) or name in extra]
        places = [TopicPartition(name, number, 0) for name in wanted for number in known[name].partitions]
        for place in places:
            place.offset = consumer.get_watermark_offsets(place, timeout=_WAIT_S)[0]
        open_ones = {(place.topic, place.partition) for place in places}
        consumer.assign(places)
        deadline = time.monotonic() + _WAIT_S
        while open_ones:
            batch = consumer.consume(10_000, timeout=0.2)
            if batch:
                deadline = time.monotonic() + _WAIT_S
            elif time.monotonic() > deadline:
                raise TimeoutError("the topics cannot be read to their ends")
            for message in batch:
                error = message.error()
                if error is None:
                    yield Record(
                        message.topic(), message.partition(), message.offset(), message.timestamp()[1],
                        message.key(), message.value(),
                    )  # fmt: skip
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - librdkafka's only name for it  # noqa: SLF001 - librdkafka's only name for it
                    open_ones.discard((message.topic(), message.partition()))
                else:
                    raise OSError(error.str())
    finally:
        consumer.close()


def dump(found: Iterable[Record], file: Path) -> int:
    """Write records as JSON lines, values in base 64; return how many. They are as personal as the topics."""
    number = 0
    with file.open("w", encoding="ascii") as out:
        for record in found:
            number += 1
            coded = [each if each is None else base64.b64encode(each).decode() for each in record[-2:]]
            out.write(json.dumps([*record[:4], *coded]) + "\n")
    return number


def dumped(file: Path) -> Iterator[Record]:
    """Yield the records of a dump."""
    with file.open(encoding="ascii") as lines:
        for line in lines:
            *place, key, value = json.loads(line)
            yield Record(*place, *(each if each is None else base64.b64decode(each) for each in (key, value)))
