"""The ceiling: read, process nothing, write the same bytes, exactly once, through the same client.

``python -m bench.raw IN,IN>OUT …`` copies the records of the IN topics to OUT, in transactions
of the hub's batch size, until it is told to stop. One route is one hop; two routes, the second
reading what the first writes, move the bytes as the hub's events travel: intake, then matching.
The clients are configured as the hub's are.
"""

from __future__ import annotations

import sys

from confluent_kafka import TopicPartition

from hub import kafka
from hub.engine.inbox import CONSUMER
from hub.engine.transactions import PRODUCER
from hub.settings import load

__all__ = ("main",)

_TIMEOUT_S = 30


def main() -> None:
    """Copy until killed."""
    texts = sys.argv[1:]
    routes = {name: text.partition(">")[2] for text in texts for name in text.partition(">")[0].split(",")}
    settings = load()
    group = settings.group
    consumer = kafka.consumer(settings, group, {"auto.offset.reset": "earliest", **CONSUMER})
    producer = kafka.producer(settings, f"{group}-0", PRODUCER)
    producer.init_transactions(_TIMEOUT_S)
    consumer.subscribe(list(routes))
    produce = producer.produce
    while True:
        messages = consumer.consume(settings.batch_records, settings.batch_wait_s)
        if not messages:
            continue
        positions: dict[tuple[str, int], int] = {}
        producer.begin_transaction()
        for message in messages:
            if message.error() is None:
                topic = message.topic()
                produce(routes[topic], message.value(), message.key())
                positions[topic, message.partition()] = message.offset() + 1
        if not positions:  # nothing but ends of partitions
            producer.abort_transaction(_TIMEOUT_S)
            continue
        producer.send_offsets_to_transaction(
            [TopicPartition(topic, partition, offset) for (topic, partition), offset in positions.items()],
            consumer.consumer_group_metadata(),
            _TIMEOUT_S,
        )
        producer.commit_transaction(_TIMEOUT_S)


if __name__ == "__main__":
    main()
