"""The training run behind the AOT cache: a throw-away broker that does once what brokers do."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.errors import HubError

if TYPE_CHECKING:
    from hub.embedded.runtime import Runtime

__all__ = ("train",)

_ASSEMBLY_S: Final = 120.0
"""Writing the cache takes Java about 7 s after the broker has stopped; slow machines get their time."""


def train(runtime: Runtime, output: Path) -> bool:
    """Run a broker that leaves an AOT cache at ``output``; False when anything about it failed."""
    from hub.embedded.broker import EmbeddedBroker

    with tempfile.TemporaryDirectory(prefix="hub-training-") as scratch, contextlib.suppress(HubError):
        broker = EmbeddedBroker(Path(scratch), runtime=runtime, jvm=(f"-XX:AOTCacheOutput={output}",))
        broker.start()
        try:
            _exercise(broker.bootstrap)
        finally:
            broker.stop(_ASSEMBLY_S)
    return output.exists()


def _exercise(bootstrap: str) -> None:
    """Touch what every run will touch: topics, a group, a transaction, compaction's settings."""
    from confluent_kafka import KafkaException, TopicPartition
    from confluent_kafka.admin import NewTopic

    from hub import kafka
    from hub.embedded.broker import settings_for

    settings = settings_for(bootstrap)
    admin = kafka.admin(settings)
    with contextlib.suppress(KafkaException):
        topics = [NewTopic("a", 4, 1), NewTopic("b", 4, 1, config={"cleanup.policy": "compact"})]
        for future in admin.create_topics(topics).values():
            future.result()
        producer = kafka.producer(settings, "training")
        producer.init_transactions(30)
        consumer = kafka.consumer(settings, "training", {"auto.offset.reset": "earliest"})
        consumer.subscribe(["a"])
        for _ in range(3):
            producer.begin_transaction()
            producer.produce("a", b"value", b"key")
            producer.produce("b", b"value", b"key")
            record = consumer.poll(1.0)
            if record is not None and record.error() is None:
                position = TopicPartition("a", record.partition(), record.offset() + 1)
                producer.send_offsets_to_transaction([position], consumer.consumer_group_metadata())
            producer.commit_transaction()
        consumer.close()
