"""hub.embedded.broker from Python: crash, restart, and what goes wrong."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import NewTopic

from hub import kafka
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.errors import EmbeddedBrokerError


def test_committed_data_survive_a_crash_and_open_transactions_do_not(tmp_path: Path) -> None:
    """After SIGKILL and a start on the same port, what was committed is there and nothing else."""
    with EmbeddedBroker(tmp_path / "kafka", extra={"num.io.threads": "2"}, uncompressed=True) as broker:
        settings = settings_for(broker.bootstrap)
        admin = kafka.admin(settings)
        for created in admin.create_topics([NewTopic("kept", 1, 1)]).values():
            created.result()
        first = kafka.producer(settings, "one")
        first.init_transactions(30)
        first.begin_transaction()
        first.produce("kept", b"plainly visible " * 20)
        first.commit_transaction(30)
        second = kafka.producer(settings, "two")
        second.init_transactions(30)
        second.begin_transaction()
        second.produce("kept", b"never committed")
        second.flush(30)
        port = broker.port
        broker.kill()
        assert not broker.running
        broker.start()
        assert broker.port == port
        kafka.producer(settings, "two").init_transactions(30)  # aborts what was open
        consumer = kafka.consumer(settings)
        consumer.assign([TopicPartition("kept", 0, 0)])
        record = consumer.poll(30)
        assert record is not None
        assert record.value() == b"plainly visible " * 20
        assert consumer.poll(0.5) is None
        consumer.close()
        stored = b"".join(
            file.read_bytes() for file in (tmp_path / "kafka" / "data" / "kept-0").glob("*.log")
        )
        assert b"plainly visible plainly visible" in stored, (
            "the broker keeps batches in the clear when told to"
        )


def test_a_taken_port_is_told_before_java_starts(tmp_path: Path) -> None:
    """Somebody else on the port: the error names it and the way around."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(EmbeddedBrokerError) as caught:
            EmbeddedBroker(tmp_path, port=port).start()
    assert str(port) in caught.value.what
    assert "--port 0" in caught.value.cure


def test_a_start_that_fails_tells_what_kafka_said(tmp_path: Path) -> None:
    """A property that Kafka refuses is in the error, with the log's place, and nothing is left running."""
    broker = EmbeddedBroker(tmp_path, extra={"log.retention.check.interval.ms": "never"})
    with pytest.raises(EmbeddedBrokerError) as caught:
        broker.start()
    assert "log.retention.check.interval.ms" in caught.value.what
    assert caught.value.where.endswith("broker.log")
    assert not broker.running
