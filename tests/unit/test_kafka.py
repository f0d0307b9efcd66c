"""hub.kafka: librdkafka configurations from settings."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from hub import kafka
from hub.errors import BrokerError, ConfigurationError
from hub.settings import load


def test_the_pass_through_beats_defaults_but_not_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """HUB_KAFKA_* reaches every client; the brokers are those of HUB_BOOTSTRAP_SERVERS."""
    monkeypatch.setenv("HUB_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("HUB_KAFKA_RECONNECT_BACKOFF_MAX_MS", "5000")
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP_SERVERS", "wrong:1")
    settings = load(bootstrap_servers="right:9093")
    for config in (
        kafka.admin_config(settings),
        kafka.consumer_config(settings),
        kafka.producer_config(settings),
    ):
        assert config["security.protocol"] == "SASL_SSL"
        assert config["reconnect.backoff.max.ms"] == "5000"
        assert config["bootstrap.servers"] == "right:9093"


def test_a_consumer_sees_committed_records_and_never_starts_over_silently() -> None:
    """read_committed, no automatic commits, and a lost position is an error."""
    config = kafka.consumer_config(load(session_timeout_s=3), "hub")
    assert config["isolation.level"] == "read_committed"
    assert config["enable.auto.commit"] is False
    assert config["auto.offset.reset"] == "error"
    assert (config["group.id"], config["session.timeout.ms"]) == ("hub", 3000)
    assert config["heartbeat.interval.ms"] == 300


def test_a_producer_is_idempotent_and_transactional_when_asked() -> None:
    """An id makes it transactional, with the short timeout; compression follows the setting."""
    settings = load(compression="none", transaction_timeout_s=5)
    plain = kafka.producer_config(settings)
    assert (plain["enable.idempotence"], plain["compression.type"]) == (True, "none")
    assert "transactional.id" not in plain
    exact = kafka.producer_config(settings, "hub-0", {"linger.ms": 0})
    assert (exact["transactional.id"], exact["transaction.timeout.ms"], exact["linger.ms"]) == (
        "hub-0",
        5000,
        0,
    )


def test_a_wrong_property_is_a_configuration_error_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Librdkafka's complaint is passed on, the value is not."""
    monkeypatch.setenv("HUB_KAFKA_SASL_PASSWROD", "hunter2")
    with pytest.raises(ConfigurationError) as caught:
        kafka.admin(load())
    assert "sasl.passwrod" in caught.value.what
    assert "hunter2" not in str(caught.value)


def test_no_broker_is_told_with_the_cure() -> None:
    """An address where nobody listens becomes a BrokerError that names it."""
    settings = load(bootstrap_servers="127.0.0.1:9")
    with pytest.raises(BrokerError) as caught:
        kafka.require_broker(kafka.admin(settings), settings, timeout_s=0.3)
    assert caught.value.where == "127.0.0.1:9"
    assert "hub broker start" in caught.value.cure


class Distant:
    """A producer that reaches no broker."""

    def list_topics(self, timeout: float) -> None:
        """Fail as librdkafka does when the time is over."""
        raise KafkaException(KafkaError(KafkaError._TRANSPORT))


def test_a_producer_that_reaches_nobody_is_returned_all_the_same() -> None:
    """Whether there is a broker is for what the producer does next to say, in its own words."""
    distant: Any = Distant()
    assert kafka.connected(distant) is distant
