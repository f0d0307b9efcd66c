"""Build librdkafka clients from the settings: the one place that knows how we connect.

Clients are imported when one is made, not when this module is: ``hub --help`` needs none.
Precedence in every configuration: what the caller asks for, then ``HUB_KAFKA_*``, then our defaults.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from hub.errors import BrokerError, ConfigurationError
from hub.topics import MAX_RECORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from confluent_kafka import Consumer, Producer, TopicPartition
    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings

__all__ = (
    "Config",
    "admin",
    "admin_config",
    "committed",
    "connected",
    "consumer",
    "consumer_config",
    "informed",
    "producer",
    "producer_config",
    "require_broker",
)

_C = TypeVar("_C")
Config = dict[str, str | int | float | bool]
"""A librdkafka configuration: property → value."""

LIBRDKAFKA_LOG: Final = logging.getLogger("hub.librdkafka")
"""What librdkafka has to say; silent unless somebody configures it."""
LIBRDKAFKA_LOG.addHandler(logging.NullHandler())


def admin_config(settings: Settings) -> Config:
    """Return the properties every client shares: where the brokers are and how to log in."""
    return {
        "client.id": settings.group,
        # A broker that just restarted is found again within a second instead of ten.
        "reconnect.backoff.max.ms": 1000,
        **{name: value.get_secret_value() for name, value in settings.kafka.items()},
        "bootstrap.servers": settings.bootstrap_servers,
    }


def consumer_config(
    settings: Settings, group: str | None = None, extra: Mapping[str, str | int | float | bool] | None = None
) -> Config:
    """Return properties of a consumer that sees committed records only and commits nothing itself.

    Without ``group`` it is meant for ``assign``: librdkafka wants a group id all the same.
    """
    return {
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        # A lost position is an incident, never a reason to start over silently.
        "auto.offset.reset": "error",
        "session.timeout.ms": int(settings.session_timeout_s * 1000),
        # A member hears of a rebalance with its next heartbeat, and a cooperative one needs two of them: at
        # Kafka's usual third of a session of 10 s a worker that joins would wait for seven seconds.
        "heartbeat.interval.ms": int(settings.session_timeout_s * 1000 / 10),
        # librdkafka's default of 500 ms between fetches of an idle partition would be our latency.
        "fetch.wait.max.ms": 50,
        "message.max.bytes": MAX_RECORD_BYTES,
        **admin_config(settings),
        "group.id": group or f"{settings.group}.unsubscribed",
        **(extra or {}),
    }


def producer_config(
    settings: Settings,
    transactional_id: str | None = None,
    extra: Mapping[str, str | int | float | bool] | None = None,
) -> Config:
    """Return properties of an idempotent producer; transactional when given an id."""
    config: Config = {
        "enable.idempotence": True,
        "compression.type": settings.compression.value,
        "linger.ms": 5,
        "message.max.bytes": MAX_RECORD_BYTES,
        # Java's hash, so that every client in any language puts a key into the same partition.
        "partitioner": "murmur2_random",
        **admin_config(settings),
    }
    if transactional_id is not None:
        config["transactional.id"] = transactional_id
        config["transaction.timeout.ms"] = int(settings.transaction_timeout_s * 1000)
    return {**config, **(extra or {})}


def admin(settings: Settings) -> AdminClient:
    """Make an admin client."""
    from confluent_kafka.admin import AdminClient

    return _made(AdminClient, admin_config(settings))


def consumer(
    settings: Settings,
    group: str | None = None,
    extra: Mapping[str, str | int | float | bool] | None = None,
    statistics: Callable[[str], None] | None = None,
) -> Consumer:
    """Make a consumer, see :func:`consumer_config`; ``statistics`` gets librdkafka's, as JSON, in a poll."""
    from confluent_kafka import Consumer

    callbacks = {} if statistics is None else {"stats_cb": statistics}
    return _made(Consumer, consumer_config(settings, group, extra), **callbacks)


def informed(consumer: Consumer, timeout_s: float = 10.0) -> Consumer:
    """Return the consumer once it knows where every topic's partitions are; KafkaException if nobody says.

    One that is assigned a topic it has not heard of, and does not subscribe to, needs up to 1.5 s to ask.
    """
    consumer.list_topics(timeout=timeout_s)
    return consumer


def connected(producer: Producer, timeout_s: float = 1.0) -> Producer:
    """Return the producer once it has reached a broker, or the time is over: what it does next will tell.

    One that is used before it has looks again half a second later, and a second time to get its id.
    """
    from confluent_kafka import KafkaException

    with suppress(KafkaException):
        producer.list_topics(timeout=timeout_s)
    return producer


def committed(
    settings: Settings, places: Sequence[TopicPartition], timeout_s: float = 10.0
) -> list[TopicPartition]:
    """Return what the workers' group has committed at some places, in their order.

    Raise BrokerError while nobody can say, as after the group's coordinator moved.
    """
    from confluent_kafka import KafkaException

    if not places:
        return []
    reader = consumer(settings, settings.group)
    try:
        found: list[TopicPartition] = reader.committed(list(places), timeout_s)
    except KafkaException as error:
        raise BrokerError(
            f"the positions of group {settings.group} cannot be read: {_reason(error)}",
            settings.bootstrap_servers,
            "try again in some seconds",
        ) from None
    finally:
        reader.close()
    return found


def producer(
    settings: Settings,
    transactional_id: str | None = None,
    extra: Mapping[str, str | int | float | bool] | None = None,
) -> Producer:
    """Make a producer, see :func:`producer_config`; ``init_transactions`` is the caller's."""
    from confluent_kafka import Producer

    return _made(Producer, producer_config(settings, transactional_id, extra))


def _made(client: Callable[..., _C], config: Config, **callbacks: Callable[[str], None]) -> _C:
    from confluent_kafka import KafkaException

    try:
        return client({**config, **callbacks}, logger=LIBRDKAFKA_LOG)
    except (KafkaException, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"librdkafka refuses the configuration: {_reason(error)}",
            "HUB_KAFKA_*",
            "correct the property it names",
        ) from None


def _reason(error: Exception) -> str:
    """Return librdkafka's text without the values of the configuration."""
    first = error.args[0] if error.args else error
    return str(first.str()) if hasattr(first, "str") else str(first)


def require_broker(admin: AdminClient, settings: Settings, timeout_s: float = 5.0) -> int:
    """Return the number of brokers; raise BrokerError when none answers in time."""
    from confluent_kafka import KafkaException

    try:
        return len(admin.list_topics(timeout=timeout_s).brokers)
    except KafkaException as error:
        raise BrokerError(
            f"no Kafka broker answers: {_reason(error)}",
            settings.bootstrap_servers,
            "start one with `hub broker start`, or point --bootstrap (HUB_BOOTSTRAP_SERVERS) at yours; "
            "for SASL or TLS set HUB_KAFKA_SECURITY_PROTOCOL and its companions",
        ) from None
