"""A broker that dies or restarts under load."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import NewTopic, OffsetSpec

from hub import kafka
from hub.embedded.broker import EmbeddedBroker, settings_for
from tests.faults.harness import Hub, hub_settings
from tests.faults.script import SHORT, script
from tests.faults.workers import PATIENCE_S, until

if TYPE_CHECKING:
    from pathlib import Path

    from confluent_kafka import Producer
    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings
    from tests.faults.outcome import Outcome

_CRASHED = -signal.SIGSEGV
"""librdkafka may crash while a broker comes back (ADR 0010): one more way to be killed at any moment."""
_PLACES = 32


@pytest.mark.slow
def test_broker_dies_and_restarts(calm_short: Outcome, key_dir: Path, tmp_path: Path) -> None:
    """The only broker is killed twice and restarted once under load; the workers find it and go on."""
    played = script(SHORT)
    directory = tmp_path / "hub"
    directory.mkdir()
    with (
        EmbeddedBroker(tmp_path / "broker") as broker,
        Hub(hub_settings(broker.bootstrap, directory, key_dir), directory) as hub,
    ):

        def harm(day: int) -> None:
            if day in {3, 6}:
                hub.look_on(played.days[day].tick, 2 * day)
                broker.kill()
                broker.start()
            elif day == 9:
                hub.look_on(played.days[day].tick, 1)
                broker.restart()

        for slot in range(2):
            hub.workers.start(slot)
        hub.play(played, harm)
        hub.check(played, calm_short, deaths=[_CRASHED])


@pytest.mark.slow
def test_transactions_open_at_a_crash_are_ended(tmp_path: Path) -> None:
    """Transactions that a killed broker left open are ended when it is back: no reader stands still."""
    # As often as nobody would ask for, so that the broker also looks while it is fenced.
    often = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": "200"}
    with EmbeddedBroker(tmp_path, extra=often) as broker:
        settings = settings_for(broker.bootstrap, transaction_timeout_s=1)
        admin = kafka.admin(settings)
        admin.create_topics([NewTopic("crowded", _PLACES, 1)])["crowded"].result(PATIENCE_S)
        producers = [_in_transaction(settings, f"slot-{slot}") for slot in range(6)]
        broker.kill()
        broker.start()

        def ended() -> bool:
            try:
                return _ends(admin, IsolationLevel.READ_COMMITTED) == _ends(
                    admin, IsolationLevel.READ_UNCOMMITTED
                )
            except KafkaException:  # it has yet to find out who leads
                admin.list_topics(timeout=PATIENCE_S)
                return False

        until(ended, "every transaction to be ended")
        assert min(_ends(admin, IsolationLevel.READ_COMMITTED).values()) >= len(producers)
        for producer in producers:
            producer.purge()


def _in_transaction(settings: Settings, slot: str) -> Producer:
    """Return a producer that has written a record into every place and not committed."""
    producer = kafka.producer(settings, slot)
    producer.init_transactions(PATIENCE_S)
    producer.begin_transaction()
    for place in range(_PLACES):
        producer.produce("crowded", b"", b"", place)
    assert producer.flush(PATIENCE_S) == 0
    return producer


def _ends(admin: AdminClient, level: IsolationLevel) -> dict[int, int]:
    wanted = {TopicPartition("crowded", place): OffsetSpec.latest() for place in range(_PLACES)}
    found = admin.list_offsets(wanted, isolation_level=level, request_timeout=PATIENCE_S)
    return {place.partition: future.result(PATIENCE_S).offset for place, future in found.items()}
