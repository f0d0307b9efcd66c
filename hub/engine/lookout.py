"""What can be seen from outside the workers: broker, lag, sources, disk. The supervisor's own eyes.

A worker that is gone cannot say that it is gone, nor that records pile up before its place. So the
supervisor asks Kafka itself, every few seconds in a thread, and keeps the newest answer for ``/metrics``.
It reads only, takes no part in the group, and nothing in the workers waits for it.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub import kafka
from hub.core.rhythm import RHYTHM_S
from hub.engine.progress import Progress
from hub.log import log
from hub.topics import HOPS, UPSTREAM, system_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import AdminClient

    from hub.metrics import OutsideMetrics
    from hub.settings import Settings

__all__ = ("Lookout", "Seen", "Stop", "look", "size_of", "standing_still")

EVERY_S: Final = 10.0
"""Between two looks: some thirty small requests each."""
_TIMEOUT_S: Final = 5.0


class Seen(NamedTuple):
    """What Kafka said."""

    brokers: int
    lag: Mapping[str, int]
    """Topic → records that the group has not committed."""
    last_event_s: Mapping[str, float]
    """System → when its newest record was made, seconds since 1970; 0 = there is none."""


class Stop(NamedTuple):
    """An input partition that stands still until an operator acts."""

    topic: str
    partition: int
    offset: int
    code: str


def standing_still(admin: AdminClient, group: str) -> list[Stop]:
    """Return the inputs that stand still, as committed; KafkaException when Kafka does not answer."""
    found = []
    for place in _committed(admin, group):
        progress = Progress.parse(place.metadata)
        if progress.stop:
            found.append(Stop(place.topic, place.partition, progress.stop_offset, progress.stop))
    return sorted(found)


def look(admin: AdminClient, group: str) -> Seen:
    """Ask Kafka; KafkaException when it does not answer in time."""
    listed = admin.list_topics(timeout=_TIMEOUT_S)
    places = [
        (topic, partition)
        for topic in (*UPSTREAM, *HOPS)
        if topic in listed.topics
        for partition in listed.topics[topic].partitions
    ]
    committed = {(place.topic, place.partition): place.offset for place in _committed(admin, group)}
    lag: dict[str, int] = {}
    for (topic, partition), (end, _) in _ends(admin, places).items():
        lag[topic] = lag.get(topic, 0) + max(0, end - max(0, committed.get((topic, partition), 0)))
    newest = dict.fromkeys(map(system_of, UPSTREAM), 0.0)
    upstream = [place for place in places if place[0] in UPSTREAM]
    for (topic, _), (_, made_ms) in _ends(admin, upstream, newest=True).items():
        system = system_of(topic)
        newest[system] = max(newest[system], made_ms / 1000)
    return Seen(len(listed.brokers), lag, newest)


def _ends(
    admin: AdminClient, places: Iterable[tuple[str, int]], *, newest: bool = False
) -> dict[tuple[str, int], tuple[int, int]]:
    """Return partition → its end (or its newest record's offset) and that record's time in ms."""
    from confluent_kafka import IsolationLevel, TopicPartition
    from confluent_kafka.admin import OffsetSpec

    spec = OffsetSpec.max_timestamp() if newest else OffsetSpec.latest()
    asked = {TopicPartition(*place): spec for place in places}
    if not asked:  # librdkafka takes an empty list for a mistake
        return {}
    found = admin.list_offsets(
        asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=_TIMEOUT_S
    )
    answers: dict[tuple[str, int], tuple[int, int]] = {}
    for place, future in found.items():
        answer = future.result()
        answers[place.topic, place.partition] = (answer.offset, max(0, answer.timestamp))
    return answers


def _committed(admin: AdminClient, group: str) -> list[TopicPartition]:
    """Return what the group has committed: positions, and what is written beside them."""
    from confluent_kafka import ConsumerGroupTopicPartitions

    asked = admin.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group)], request_timeout=_TIMEOUT_S
    )
    return list(asked[group].result().topic_partitions or [])


def size_of(directory: Path) -> int:
    """Return the bytes of all files below a directory; files that go meanwhile count nothing."""
    total = 0
    pending: list[Any] = [directory]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:  # RocksDB removes files while we look
            continue
    return total


class Lookout:
    """Looks every few seconds, in a thread, and writes what it sees into the metrics."""

    def __init__(self, settings: Settings, metrics: OutsideMetrics, every_s: float = EVERY_S) -> None:
        """Look with these settings; :meth:`start` begins."""
        self._settings = settings
        self._metrics = metrics
        self._every_s = every_s
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
        self._down = False
        for system, rhythm_s in RHYTHM_S.items():
            metrics.rhythm.labels(system).set(rhythm_s)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; a question that is under way gets its few seconds."""
        self._enough.set()
        self._thread.join(2 * _TIMEOUT_S)

    def _run(self) -> None:
        admin = kafka.admin(self._settings)
        while not self._enough.is_set():
            started_s = time.monotonic()
            self.disk()
            self.broker(admin)
            self._enough.wait(max(0.0, self._every_s - (time.monotonic() - started_s)))

    def disk(self) -> None:
        """Look at the stores and the disk they are on."""
        directory = self._settings.state_dir
        self._metrics.state_bytes.set(size_of(directory))
        there = next((place for place in (directory, *directory.absolute().parents) if place.exists()), None)
        if there is not None:
            usage = shutil.disk_usage(there)
            self._metrics.disk_size.set(usage.total)
            self._metrics.disk_free.set(usage.free)

    def broker(self, admin: AdminClient) -> None:
        """Ask Kafka. When it does not answer, what was seen stays, but for the lag: nobody knows it then."""
        from confluent_kafka import KafkaException

        metrics = self._metrics
        try:
            seen = look(admin, self._settings.group)
        except KafkaException as error:
            metrics.broker_up.set(0)
            metrics.group_lag.clear()
            if not self._down:
                log("broker.lost", level="WARNING", reason=error.args[0].name())
            self._down = True
            return
        if self._down:
            log("broker.back")
        self._down = False
        metrics.broker_up.set(1)
        metrics.brokers.set(seen.brokers)
        for topic, records in seen.lag.items():
            metrics.group_lag.labels(topic).set(records)
        for system, when_s in seen.last_event_s.items():
            metrics.last_event.labels(system).set(when_s)
