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

from hub import kafka, planfile
from hub.engine.progress import Progress
from hub.log import log
from hub.topics import HOPS, UPSTREAM, system_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import AdminClient

    from hub.metrics import OutsideMetrics
    from hub.settings import Settings

__all__ = ("Eyes", "Lookout", "Seen", "Stop", "size_of")

_TIMEOUT_S: Final = 5.0
_DAY_S: Final = 86_400


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


class Eyes:
    """Two clients that only ask: close them."""

    def __init__(self, settings: Settings) -> None:
        """Make them; nothing is asked yet."""
        self._admin = kafka.admin(settings)
        # Positions are asked through a consumer that never subscribes: the admin client's own way crashes
        # the process when a coordinator is moving or not there yet (librdkafka#5040).
        self._reader = kafka.consumer(settings, settings.group)

    def close(self) -> None:
        """Let go of both."""
        self._reader.close()

    def look(self) -> Seen:
        """Ask Kafka; KafkaException when it does not answer in time."""
        listed = self._admin.list_topics(timeout=_TIMEOUT_S)
        places = _places(listed)
        committed = {(place.topic, place.partition): place.offset for place in self._committed(places)}
        lag: dict[str, int] = {}
        for (topic, partition), (end, _) in _ends(self._admin, places).items():
            lag[topic] = lag.get(topic, 0) + max(0, end - max(0, committed.get((topic, partition), 0)))
        newest = dict.fromkeys(map(system_of, UPSTREAM), 0.0)
        upstream = [place for place in places if place[0] in UPSTREAM]
        for (topic, _), (_, made_ms) in _ends(self._admin, upstream, newest=True).items():
            system = system_of(topic)
            newest[system] = max(newest[system], made_ms / 1000)
        return Seen(len(listed.brokers), lag, newest)

    def standing_still(self) -> list[Stop]:
        """Return the inputs that stand still, as committed; KafkaException when Kafka does not answer."""
        found = []
        for place in self._committed(_places(self._admin.list_topics(timeout=_TIMEOUT_S))):
            progress = Progress.parse(place.metadata)
            if progress.stop:
                found.append(Stop(place.topic, place.partition, progress.stop_offset, progress.stop))
        return sorted(found)

    def _committed(self, places: Sequence[tuple[str, int]]) -> list[TopicPartition]:
        from confluent_kafka import TopicPartition

        asked = [TopicPartition(*place) for place in places]
        return list(self._reader.committed(asked, _TIMEOUT_S)) if asked else []


def _places(listed: Any) -> list[tuple[str, int]]:
    """Return every input partition that there is."""
    return [
        (topic, partition)
        for topic in (*UPSTREAM, *HOPS)
        if topic in listed.topics
        for partition in listed.topics[topic].partitions
    ]


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
        answer = future.result(2 * _TIMEOUT_S)
        answers[place.topic, place.partition] = (answer.offset, max(0, answer.timestamp))
    return answers


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

    def __init__(self, settings: Settings, metrics: OutsideMetrics, every_s: float) -> None:
        """Look with these settings; :meth:`start` begins. ConfigurationError when the plan cannot be read."""
        self._settings = settings
        self._metrics = metrics
        self._every_s = every_s
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
        self._down = False
        self.looked_s = time.monotonic()
        """When it last began to look, monotonic."""
        for system, days in planfile.read(settings.targets_file).rhythms.items():
            metrics.rhythm.labels(system).set(days * _DAY_S)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; a question that is under way gets its few seconds."""
        self._enough.set()
        self._thread.join(2 * _TIMEOUT_S)

    def _run(self) -> None:
        eyes = Eyes(self._settings)
        while not self._enough.is_set():
            self.looked_s = started_s = time.monotonic()
            self.disk()
            if not self.broker(eyes):
                # A client that has lost every broker may never find one again (see hub.engine.hearing).
                eyes.close()
                eyes = Eyes(self._settings)
            self._enough.wait(max(0.0, self._every_s - (time.monotonic() - started_s)))
        eyes.close()

    def disk(self) -> None:
        """Look at the stores and the disk they are on."""
        directory = self._settings.state_dir
        self._metrics.state_bytes.set(size_of(directory))
        there = next((place for place in (directory, *directory.absolute().parents) if place.exists()), None)
        if there is not None:
            usage = shutil.disk_usage(there)
            self._metrics.disk_size.set(usage.total)
            self._metrics.disk_free.set(usage.free)

    def broker(self, eyes: Eyes) -> bool:
        """Ask Kafka; return whether it has answered.

        When it does not, what was seen stays, but for the lag: nobody knows it then.
        """
        from confluent_kafka import KafkaException

        metrics = self._metrics
        try:
            seen = eyes.look()
        except (KafkaException, TimeoutError) as error:
            metrics.broker_up.set(0)
            metrics.group_lag.clear()
            if not self._down:
                name = "_TIMED_OUT" if isinstance(error, TimeoutError) else error.args[0].name()
                log("broker.lost", level="WARNING", reason=name)
            self._down = True
            return False
        if self._down:
            log("broker.back")
        self._down = False
        metrics.broker_up.set(1)
        metrics.brokers.set(seen.brokers)
        for topic, records in seen.lag.items():
            metrics.group_lag.labels(topic).set(records)
        for system, when_s in seen.last_event_s.items():
            metrics.last_event.labels(system).set(when_s)
        return True
