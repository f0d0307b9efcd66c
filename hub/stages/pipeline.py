"""The whole flow in memory: stages, topics and tables, in the order in which a worker does things.

The twin of the engine for property tests, dry runs and backtests. What the engine guarantees (one
effect per record, tables before timers before records, a tick that lasts until nothing is left to do)
holds here by construction, so that what is found wrong is wrong in the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from hub import topics
from hub.stages.contract import Batch, Record, Stage, TableChange, Tables
from hub.stages.memory import MemoryContext

__all__ = ("MemoryPipeline", "Task")

SWEEP_STEP = 100
"""Persons per step of a sweep."""


class Task(NamedTuple):
    """A stage on one partition of a topic, with all it has done so far."""

    stage: Stage
    topic: str
    partition: int
    context: MemoryContext
    emitted: list[tuple[str, bytes | None, bytes | None]]
    """Everything it produced: topic, key, value."""


class MemoryPipeline:
    """Runs stages over in-memory topics, tick by tick."""

    def __init__(
        self, stages: Sequence[Stage], tables: Callable[[], Tables], *, partitions: int = 1, batch: int = 100
    ) -> None:
        """Make a task for each partition of what the stages consume; ``batch`` records go in at a time."""
        self.tables = tables()
        self._partitions = partitions
        self._batch = batch
        self.tasks = [
            Task(stage, topic, partition, MemoryContext(partition=partition, tables=self.tables), [])
            for stage in stages
            for topic in stage.topics
            for partition in range(partitions)
        ]
        self._consumers = {(task.topic, task.partition): task for task in self.tasks}
        self._waiting: dict[tuple[str, int], list[Record]] = {place: [] for place in self._consumers}
        self._ends: dict[tuple[str, int], int] = {}
        self._changes: dict[int, list[TableChange]] = {id(task): [] for task in self.tasks}
        self._swept: dict[int, str] = {}
        self.read_by_nobody: dict[str, list[tuple[bytes | None, bytes | None]]] = {}
        """Records of topics that no stage consumes: the outputs, key and value in order."""

    def publish(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Append a record to a topic; a broadcast topic is folded into the tables at once."""
        if topic in topics.BROADCAST:
            change = TableChange(topic, key or b"", value)
            self.tables.apply(*change)
            for changes in self._changes.values():
                changes.append(change)
            return
        place = (topic, crc32(key or b"") % self._partitions)
        if place not in self._waiting:
            self.read_by_nobody.setdefault(topic, []).append((key, value))
            return
        offset = self._ends.get(place, 0)
        self._ends[place] = offset + 1
        self._waiting[place].append(Record(offset, key, value))

    def tick(self, now: int) -> None:
        """Let it be ``now`` (ms) and do all there is to do, until nothing is left."""
        for task in self.tasks:
            task.context.now = now
        while sum(self._run(task) for task in self.tasks):
            pass

    def _run(self, task: Task) -> bool:
        """Do one transaction of a task; return whether there was anything to do."""
        changes, self._changes[id(task)] = self._changes[id(task)], []
        if changes:
            task.stage.on_table(changes, task.context)
        due = task.context.due()
        for key in due:
            task.stage.on_timer(key, task.context)
        place = (task.topic, task.partition)
        records, self._waiting[place] = (
            self._waiting[place][: self._batch],
            self._waiting[place][self._batch :],
        )
        if records:
            task.context.run(task.stage, Batch(task.topic, task.partition, records))
        swept = self._sweep(task)
        self._forward(task)
        return bool(changes or due or records or swept)

    def _forward(self, task: Task) -> None:
        for topic, key, value, _ in task.context.take():
            task.emitted.append((topic, key, value))
            self.publish(topic, key, value)

    def _sweep(self, task: Task) -> bool:
        """Re-evaluate everybody if another rule book became active since the task last did or was born."""
        edition = self.tables.edition
        if self._swept.setdefault(id(task), edition) == edition:
            return False
        self._swept[id(task)] = edition
        after: bytes | None = b""
        while after is not None:
            after = task.stage.sweep(after, SWEEP_STEP, task.context)
        return True

    def emitted(self, topic: str) -> Iterator[tuple[bytes | None, bytes | None]]:
        """Yield the key and value of every record the stages produced to a topic, task by task."""
        for task in self.tasks:
            yield from ((key, value) for to, key, value in task.emitted if to == topic)

    def counters(self) -> dict[str, int]:
        """Return the counters of all tasks, added up; those at zero are left out."""
        total: dict[str, int] = {}
        for task in self.tasks:
            for counter, value in task.context.counters.items():
                total[counter] = total.get(counter, 0) + value
        return {counter: value for counter, value in sorted(total.items()) if value}
