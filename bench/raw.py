"""The ceiling: read, process nothing, write the same bytes, exactly once, through the same client.

``python -m bench.raw GROUP SLOT OUT TOPIC …`` copies the topics' records to OUT in transactions of
the hub's batch size until it is told to stop. Two of them in a row move the same bytes along the
same two hops as intake and matching do.
"""

from __future__ import annotations

import sys

from confluent_kafka import TopicPartition

from hub import kafka
from hub.settings import load

_TUNED = {
    "queue.buffering.max.messages": 2_000_000,
    "queue.buffering.max.kbytes": 256 << 10,
    "batch.num.messages": 50_000,
    "batch.size": 1 << 20,
}
_READ = {
    "auto.offset.reset": "earliest",
    "queued.min.messages": 50_000,
    "queued.max.messages.kbytes": 32 << 10,
    "fetch.message.max.bytes": 2 << 20,
}


def main() -> None:
    """Copy until killed."""
    group, slot, out, *names = sys.argv[1:]
    settings = load()
    consumer = kafka.consumer(settings, group, _READ)
    producer = kafka.producer(settings, f"{group}-{slot}", _TUNED)
    producer.init_transactions(30)
    consumer.subscribe(names)
    produce = producer.produce
    while True:
        messages = consumer.consume(settings.batch_records, settings.batch_wait_s)
        positions: dict[tuple[str, int], int] = {}
        if not messages:
            continue
        producer.begin_transaction()
        for message in messages:
            if message.error() is None:
                produce(out, message.value(), message.key())
                positions[message.topic(), message.partition()] = message.offset() + 1
        producer.send_offsets_to_transaction(
            [TopicPartition(topic, partition, offset) for (topic, partition), offset in positions.items()],
            consumer.consumer_group_metadata(),
            30,
        )
        producer.commit_transaction(30)


if __name__ == "__main__":
    main()
