"""The ground everybody runs on: one real broker, the load on its upstream topics, and nothing else.

Upstream topics are filled once. Before every run all other topics and all state directories are
removed and made anew, the broadcast tables are published, and a consumer group is named that did
not exist, so that each contestant starts as the first one did.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from bench.load import Load
from bench.support import Place
from bench.watch import ends
from hub import kafka, provision, topics
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.errors import BrokerError
from hub.privacy.key_ring import KeyRing
from hub.privacy.suite import SUITES
from hub.settings import Settings, load

__all__ = ("PARTITIONS", "Ground", "keys_in", "temporary")

PARTITIONS: Final = 4
_WAIT_S: Final = 30.0
_NO_FLOOD: Final = 1_000_000
"""The planted problems are no flood, whatever the size of the load."""


@contextmanager
def temporary() -> Iterator[Path]:
    """Give a directory that is removed afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def keys_in(directory: Path) -> tuple[Settings, KeyRing]:
    """Make a key ring under ``directory``, with the registry as recipient; return settings that name it."""
    settings = load(key_dir=directory / "keys", state_dir=directory / "state", partitions=PARTITIONS)
    KeyRing.create(settings.key_dir, SUITES[settings.cipher_suite]).make_recipient(
        "registry", directory / "registry.key"
    )
    return settings, KeyRing.load(settings.key_dir)


class Ground:
    """A broker in a directory. A context manager: the broker ends with it."""

    def __init__(self, directory: Path) -> None:
        """Describe it; nothing runs before it is entered. Keys must be in ``directory`` already."""
        self.directory = directory
        self._broker = EmbeddedBroker(directory / "broker")
        self.settings: Settings
        self.admin: AdminClient
        self._load: Load
        self._tail_from: dict[Place, int] = {}
        self._groups = 0

    def __enter__(self) -> Self:
        """Start the broker and make the topics."""
        self._broker.start()
        self.settings = settings_for(
            self._broker.bootstrap,
            partitions=PARTITIONS, replication_factor=1, state_dir=self.directory / "state",
            key_dir=self.directory / "keys", dead_letter_limit=_NO_FLOOD, metrics_port=0, log_level="WARNING",
        )  # fmt: skip
        self.admin = kafka.admin(self.settings)
        provision.ensure(self.admin, self.settings)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the broker."""
        self._broker.stop()

    @property
    def broker_pid(self) -> int:
        """The broker's process."""
        pid = self._broker.pid
        if pid is None:
            raise BrokerError(
                "the benchmark's broker has ended", str(self.directory), "see broker/broker.log"
            )
        return pid

    def environment(self) -> dict[str, str]:
        """Return the variables that give a process these settings."""
        names = (
            "bootstrap_servers", "partitions", "state_dir", "key_dir", "dead_letter_limit", "log_level",
        )  # fmt: skip
        return {f"HUB_{name.upper()}": str(getattr(self.settings, name)) for name in names}

    def publish(self, load: Load, progress: Callable[[int], None]) -> None:
        """Put the load onto the upstream topics, once; remember where its last part begins."""
        self._load = load
        producer: Any = kafka.producer(self.settings, extra=_FILL)
        first_of_tail = len(load.events) - load.tail
        failed: list[str] = []

        def delivered(error: Any, message: Any) -> None:
            if error is not None:
                failed.append(error.str())
                return
            place = (message.topic(), message.partition())
            self._tail_from.setdefault(place, message.offset())

        for number, (topic, key, value) in enumerate(load.events):
            producer.produce(topic, value, key, on_delivery=delivered if number >= first_of_tail else None)
            if number % 5000 == 0:
                producer.poll(0)
                progress(5000)
        producer.flush(_WAIT_S)
        if failed:
            raise BrokerError(
                f"Kafka did not take the load: {failed[0]}",
                self.settings.bootstrap_servers,
                "look at its log",
            )

    def clear(self, *, upstream: bool = False) -> None:
        """Remove all that a run has made, and publish the tables; ``upstream``: the load too."""
        kept = set() if upstream else set(topics.UPSTREAM)
        there = [name for name in self._topics() if name not in kept]
        for deleted in self.admin.delete_topics(there).values():
            deleted.result()
        deadline = time.monotonic() + _WAIT_S
        while set(self._topics()) - kept:  # the answer lags behind the deed
            if time.monotonic() > deadline:
                raise BrokerError(
                    "the broker does not forget deleted topics",
                    self.settings.bootstrap_servers,
                    "see its log",
                )
            time.sleep(0.05)
        shutil.rmtree(self.settings.state_dir, ignore_errors=True)
        shutil.rmtree(self.directory / "peer", ignore_errors=True)
        provision.ensure(self.admin, self.settings)
        producer = kafka.producer(self.settings)
        for table in self._load.tables:
            producer.produce(table.topic, table.value, table.key)
        producer.flush(_WAIT_S)

    def new_group(self, name: str) -> str:
        """Return a consumer group that nobody was in: a stopped static member keeps its group for 10 s."""
        self._groups += 1
        group = f"bench-{name}-{self._groups}"
        self._await_coordinator(group)
        return group

    def _await_coordinator(self, group: str) -> None:
        """Return when the group can be asked for: librdkafka's admin client crashes when it asks too early.

        A consumer only gets an error.
        """
        reader: Any = kafka.consumer(self.settings, group)
        deadline = time.monotonic() + _WAIT_S
        while True:
            try:
                reader.committed([TopicPartition(topics.UPSTREAM[0], 0)], _WAIT_S)
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                reader.close()
                return

    def start_at_tail(self, group: str) -> None:
        """Commit for a new group that it begins at the load's last part."""
        found = ends(self.admin, topics.UPSTREAM)
        places = [TopicPartition(*place, self._tail_from.get(place, end)) for place, end in found.items()]
        asked = self.admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])
        asked[group].result()

    def _topics(self) -> Sequence[str]:
        return [name for name in self.admin.list_topics(timeout=_WAIT_S).topics if not name.startswith("__")]


_FILL: Final[kafka.Config] = {
    "queue.buffering.max.messages": 2_000_000,
    "queue.buffering.max.kbytes": 1 << 20,
    "linger.ms": 20,
}
