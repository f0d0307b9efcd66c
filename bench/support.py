"""What every benchmark run needs: a broker of its own, loaded topics, and rates seen from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import psutil
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from hub import kafka
from hub.settings import Settings

__all__ = ("Rate", "Usage", "committed", "ends", "read_all", "watch")

_IDLE_S = 0.1
"""How often committed offsets are looked at."""


class Usage(NamedTuple):
    """CPU seconds of a process and its children, and resident bytes."""

    cpu_s: float
    rss: int

    @classmethod
    def of(cls, pid: int) -> Usage:
        """Return what the process tree has used so far."""
        cpu_s, rss = 0.0, 0
        try:
            root = psutil.Process(pid)
            tree = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return cls(0.0, 0)
        for process in tree:
            try:
                times = process.cpu_times()
                cpu_s += times.user + times.system
                rss += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return cls(cpu_s, rss)


class Rate(NamedTuple):
    """One run: events, seconds from the first commit seen to the last, CPU seconds, resident bytes."""

    events: int
    seconds: float
    cpu_s: float
    rss: int

    @property
    def per_second(self) -> float:
        """Events per second."""
        return self.events / self.seconds

    @property
    def cpu_per_million(self) -> float:
        """CPU seconds per million events."""
        return self.cpu_s * 1e6 / self.events


def ends(admin: AdminClient, topics: Sequence[str]) -> dict[tuple[str, int], int]:
    """Return the end offset of every partition of the topics (0 = empty)."""
    wanted = {
        TopicPartition(name, partition): OffsetSpec.latest()
        for name in topics
        for partition in admin.list_topics(name, timeout=10).topics[name].partitions
    }
    found = admin.list_offsets(wanted)
    return {(place.topic, place.partition): future.result().offset for place, future in found.items()}


def committed(admin: AdminClient, group: str) -> dict[tuple[str, int], int]:
    """Return the committed offset of every partition the group has committed."""
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    places = asked[group].result().topic_partitions or []
    return {(place.topic, place.partition): place.offset for place in places if place.offset >= 0}


def watch(
    admin: AdminClient,
    group: str,
    first: Sequence[str],
    all_topics: Sequence[str],
    events: int,
    pid: int,
    alive: Callable[[], bool],
    limit_s: float = 900.0,
) -> Rate:
    """Watch a group work through ``first`` and everything that follows from it on ``all_topics``.

    The clock starts with the first commit on ``first`` (start-up does not count, nor do the events
    before it) and stops when the group has caught up with every topic. CPU is taken over the same span.
    """
    deadline = time.monotonic() + limit_s
    names = set(first)
    started: tuple[float, int, float] | None = None
    while time.monotonic() < deadline:
        if not alive():
            message = f"{group}: the process under measurement ended early"
            raise RuntimeError(message)
        offsets = committed(admin, group)
        done = sum(offset for (topic, _), offset in offsets.items() if topic in names)
        if started is None and done:
            started = (time.monotonic(), done, Usage.of(pid).cpu_s)
        if started is not None and done and _caught_up(offsets, ends(admin, all_topics)):
            usage = Usage.of(pid)
            start_s, before, cpu_s = started
            return Rate(events - min(before, events - 1), time.monotonic() - start_s, usage.cpu_s - cpu_s, usage.rss)
        time.sleep(_IDLE_S)
    message = f"{group}: not done after {limit_s:g} s"
    raise TimeoutError(message)


def _caught_up(offsets: dict[tuple[str, int], int], wanted: dict[tuple[str, int], int]) -> bool:
    return all(offsets.get(place, 0) >= end for place, end in wanted.items() if end)


def read_all(settings: Settings, topics: Sequence[str]) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Yield (topic, key, value) of every committed record of the topics, partition by partition."""
    admin = kafka.admin(settings)
    wanted = {place: end for place, end in ends(admin, topics).items() if end}
    consumer = kafka.consumer(settings, None, {"auto.offset.reset": "earliest", "enable.partition.eof": True})
    try:
        for topic, partition in wanted:
            consumer.assign([TopicPartition(topic, partition, 0)])
            while True:
                message = consumer.poll(10)
                if message is None:
                    raise TimeoutError(topic)
                error = message.error()
                if error is not None:
                    if error.name() == "_PARTITION_EOF":
                        break
                    raise RuntimeError(error.str())
                yield topic, message.key() or b"", message.value()
    finally:
        consumer.close()
