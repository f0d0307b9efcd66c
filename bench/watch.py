"""Looking at a contestant from outside: committed offsets, ends of topics, CPU and memory of processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import psutil
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from bench.support import Place, Sample
from hub import kafka
from hub.settings import Settings

__all__ = ("Usage", "beginnings", "committed", "ends", "finish_line", "read", "watch")

_EVERY_S: Final = 0.05
"""How often we look."""
_QUIET_S: Final = 1.0
"""Nothing moved for so long: perhaps it is over."""
_STUCK_S: Final = 90.0
"""Nothing moved for so long before the end: it never will be over."""
_LIMIT_S: Final = 1800.0
_TIMEOUT_S: Final = 30.0
_SLICE_S: Final = 0.1
_TAIL: Final = 500


class Usage(NamedTuple):
    """CPU seconds of a process and its descendants, by process id, and resident bytes."""

    each_cpu_s: Mapping[int, float]
    rss: int

    @classmethod
    def of(cls, pid: int) -> Usage:
        """Return what the process tree has used so far; nothing for one that is gone."""
        each_cpu_s: dict[int, float] = {}
        rss = 0
        try:
            root = psutil.Process(pid)
            tree = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return cls({}, 0)
        for process in tree:
            try:
                times = process.cpu_times()
                rss += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
            each_cpu_s[process.pid] = times.user + times.system
        return cls(each_cpu_s, rss)


class Message(NamedTuple):
    """One record. ``at_ms`` is its CreateTime."""

    place: Place
    offset: int
    at_ms: int
    key: bytes | None
    value: bytes | None


def ends(admin: AdminClient, names: Sequence[str]) -> dict[Place, int]:
    """Return the end offset of every partition of the topics, transaction markers included."""
    return _offsets(admin, names, OffsetSpec.latest())


def beginnings(admin: AdminClient, names: Sequence[str]) -> dict[Place, int]:
    """Return the first offset of every partition of the topics."""
    return _offsets(admin, names, OffsetSpec.earliest())


def _offsets(admin: AdminClient, names: Sequence[str], spec: OffsetSpec) -> dict[Place, int]:
    metadata = admin.list_topics(timeout=_TIMEOUT_S).topics
    wanted = {TopicPartition(name, number): spec for name in names for number in metadata[name].partitions}
    found = admin.list_offsets(wanted)
    return {(place.topic, place.partition): future.result().offset for place, future in found.items()}


def committed(admin: AdminClient, group: str) -> dict[Place, int]:
    """Return the committed offset of every partition for which the group has one."""
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    places = asked[group].result().topic_partitions or []
    return {(place.topic, place.partition): place.offset for place in places if place.offset >= 0}


def watch(
    admin: AdminClient,
    group: str,
    pids: tuple[int, int],
    *,
    done: Callable[[Mapping[Place, int]], bool],
    alive: Callable[[], None],
    progress: Callable[[Mapping[Place, int]], None],
) -> list[Sample]:
    """Take samples until nothing moves any more and ``done`` says that this is the end.

    ``pids`` are the contestant's and the broker's processes; ``alive`` raises when the contestant has ended.
    """
    samples: list[Sample] = []
    deadline = time.monotonic() + _LIMIT_S
    moved_s = asked_s = time.monotonic()
    last: Mapping[Place, int] = {}
    while time.monotonic() < deadline:
        alive()
        contestant, broker = Usage.of(pids[0]), Usage.of(pids[1])
        now = committed(admin, group)
        at_s = time.monotonic()
        broker_cpu_s = sum(broker.each_cpu_s.values())
        samples.append(Sample(at_s, now, contestant.each_cpu_s, broker_cpu_s, contestant.rss))
        if now != last:
            moved_s, last = at_s, now
            progress(now)
        elif at_s - moved_s > _QUIET_S and at_s - asked_s > _QUIET_S:
            if done(now):
                return samples
            asked_s = at_s
            if at_s - moved_s > _STUCK_S:
                raise TimeoutError(f"{group} has committed nothing for {_STUCK_S:.0f} s")
        time.sleep(_EVERY_S)
    raise TimeoutError(f"{group} is not done after {_LIMIT_S:.0f} s")


def finish_line(settings: Settings, admin: AdminClient, names: Sequence[str]) -> dict[Place, int]:
    """Return the offset behind the last *record* of every place that has one: markers do not count."""
    first, last = beginnings(admin, names), ends(admin, names)
    finish: dict[Place, int] = {}
    for place, end in last.items():
        look = _TAIL
        while place not in finish and first[place] < end:
            start = max(first[place], end - look)
            found = [message.offset for message in _read(settings, place, start)]
            if found:
                finish[place] = found[-1] + 1
            elif start == first[place]:
                break
            look *= 20
    return finish


def read(settings: Settings, admin: AdminClient, names: Sequence[str]) -> Iterator[Message]:
    """Yield every committed record of the topics, partition by partition."""
    for place, start in beginnings(admin, names).items():
        yield from _read(settings, place, start)


def _read(settings: Settings, place: Place, start: int) -> Iterator[Message]:
    consumer: Any = kafka.consumer(settings, None, {"enable.partition.eof": True})
    try:
        consumer.assign([TopicPartition(*place, start)])
        heard_s = time.monotonic()
        while True:
            messages = consumer.consume(10_000, _SLICE_S)  # waits for all 10,000, or so long
            if messages:
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s > _TIMEOUT_S:
                raise TimeoutError(f"{place[0]}[{place[1]}] cannot be read to its end")
            for message in messages:
                error = message.error()
                if error is None:
                    yield Message(
                        place, message.offset(), message.timestamp()[1], message.key(), message.value()
                    )
                elif error.name() == "_PARTITION_EOF":
                    return
                else:
                    raise RuntimeError(error.str())
    finally:
        consumer.close()
