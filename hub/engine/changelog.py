"""Bringing a task's store up to its changelog, in slices, while the other tasks go on.

The end is taken with ListOffsets READ_UNCOMMITTED, after the group's committed offset was found
stable, and read ``read_committed`` until the reader's *position* reaches it: an open transaction of
a dead predecessor is thereby waited for, and transaction markers count (KAFKA-10167).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.engine.store import Kind, Position
from hub.engine.timers import index_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from confluent_kafka import Consumer

    from hub.engine.store import Change
    from hub.engine.task import Task

__all__ = ("Log", "Restorer", "distrust")

_SLICE: Final = 20_000
"""Records per slice: some 50 ms, so that polls and the other tasks' records are not held up."""
_TIMER: Final = Kind.TIMER[0]


class Log(NamedTuple):
    """A changelog partition as it is on the broker."""

    topic_id: str
    beginning: int
    end: int
    """READ_UNCOMMITTED: the last offset anybody may have written, plus one."""
    delete_retention_ms: int


def distrust(position: Position | None, log: Log, now_ms: int) -> str:
    """Return why a store with this position must be wiped, or nothing when it can be continued."""
    if position is None:
        return "it has no position"
    if position.topic_id != log.topic_id:
        return "the changelog is another topic now"
    if position.offset > log.end:
        return "it is ahead of the changelog"
    if position.offset < log.beginning:
        return "what follows its position was deleted"
    if now_ms - position.written_ms > log.delete_retention_ms // 2 and position.offset < log.end:
        return "it slept so long that tombstones may be gone"
    return ""


class _Job:
    """One changelog partition and the tasks that are waiting for it."""

    def __init__(self, log: Log, tasks: Sequence[Task]) -> None:
        self.log = log
        self.tasks = {task: max(_offset_of(task), log.beginning) for task in tasks}
        self.at = min(self.tasks.values())

    def apply(self, records: Sequence[tuple[int, bytes, bytes | None]], at: int) -> int:
        """Write a slice into the stores; return how many keys went in."""
        self.at = at
        applied = 0
        position = Position(self.log.topic_id, at, int(time.time() * 1000))
        for task, start in self.tasks.items():
            tag, cut = task.tag, len(task.tag)
            changes: list[Change] = []
            add = changes.append
            for offset, key, value in records:
                if offset < start or (cut and not key.startswith(tag)):
                    continue
                change = (key[cut:], value) if cut else (key, value)
                add(change)
                if change[0][0] == _TIMER:
                    changes.extend(index_of(change))
            task.store.write(changes, position)
            applied += len(changes)
        return applied


class Restorer:
    """A second consumer that reads changelogs for tasks that are being opened."""

    def __init__(self, consumer: Consumer) -> None:
        """Read with ``consumer``: read_committed, ``enable.partition.eof`` on, no group."""
        self._consumer = consumer
        self._jobs: dict[tuple[str, int], _Job] = {}
        self.restored = 0
        """Keys written into stores so far."""

    def start(self, topic: str, partition: int, log: Log, tasks: Sequence[Task]) -> None:
        """Begin with one changelog partition for ``tasks``, wiping stores that cannot be trusted."""
        from confluent_kafka import TopicPartition

        from hub.log import log as say

        now_ms = int(time.time() * 1000)
        for task in tasks:
            position = task.store.position()
            reason = distrust(position, log, now_ms)
            if reason:
                if position is not None:
                    say("store.wiped", level="WARNING", task=task.origin, reason=reason)
                task.store.wipe()
                task.store.write((), Position(log.topic_id, log.beginning, now_ms))
        job = _Job(log, tasks)
        self._jobs[topic, partition] = job
        if job.at < log.end:
            self._consumer.incremental_assign([TopicPartition(topic, partition, job.at)])

    def busy(self, topic: str, partition: int) -> bool:
        """Return whether this changelog partition is being read already."""
        return (topic, partition) in self._jobs

    @property
    def idle(self) -> bool:
        """Return whether there is nothing to restore."""
        return not self._jobs

    def step(self, timeout_s: float) -> list[Task]:
        """Read one slice; return the tasks that are complete now."""
        if not self._jobs:
            return []
        slices: dict[tuple[str, int], list[tuple[int, bytes, bytes | None]]] = {}
        positions: dict[tuple[str, int], int] = {}
        if any(job.at < job.log.end for job in self._jobs.values()):
            for message in self._consumer.consume(_SLICE, timeout_s):
                error = message.error()
                if error is None:
                    place = (message.topic(), message.partition())
                    offset = message.offset()
                    slices.setdefault(place, []).append((offset, message.key(), message.value()))
                    positions[place] = offset + 1
                elif error.name() == "_PARTITION_EOF":
                    positions[message.topic(), message.partition()] = message.offset()
                elif not error.retriable():
                    from confluent_kafka import KafkaException

                    raise KafkaException(error)
        for place, at in positions.items():
            job = self._jobs.get(place)
            if job is not None:
                self.restored += job.apply(slices.get(place, ()), at)
        return self._finished()

    def serve(self) -> None:
        """Take what the client has to tell while there is nothing to restore: else it piles up."""
        if not self._jobs:
            self._consumer.poll(0)

    def forget(self, task: Task) -> None:
        """Stop waiting for a task that was taken away."""
        for place, job in list(self._jobs.items()):
            if job.tasks.pop(task, None) is not None and not job.tasks:
                self._end(place)

    def close(self) -> None:
        """Close the consumer."""
        self._consumer.close()

    def _finished(self) -> list[Task]:
        done: list[Task] = []
        for place, job in list(self._jobs.items()):
            if job.at >= job.log.end:
                done += job.tasks
                self._end(place)
        return done

    def _end(self, place: tuple[str, int]) -> None:
        from confluent_kafka import TopicPartition

        del self._jobs[place]
        if any(tp.topic == place[0] and tp.partition == place[1] for tp in self._consumer.assignment()):
            self._consumer.incremental_unassign([TopicPartition(*place)])


def _offset_of(task: Task) -> int:
    position = task.store.position()
    return position.offset if position is not None else 0
