"""Consuming: from librdkafka's messages to records per task."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from hub import kafka
from hub.engine.transactions import FencedError
from hub.errors import ConfigurationError
from hub.log import log
from hub.stages.contract import Record

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message

    from hub.engine.assignment import Assignment
    from hub.engine.task import Task
    from hub.settings import Settings

__all__ = ("CONSUMER", "Batches", "Inbox")

CONSUMER: Final[kafka.Config] = {
    "partition.assignment.strategy": "cooperative-sticky",
    "queued.min.messages": 50_000,
    "queued.max.messages.kbytes": 32 << 10,  # bounds what is fetched ahead: 32 MiB
    "fetch.message.max.bytes": 2 << 20,
    "max.poll.interval.ms": 300_000,
}
"""The main consumer's properties, besides what :mod:`hub.kafka` sets."""

_GATHER: Final = 0.3
"""Part of the commit interval spent on filling a batch once its first record is there."""
_SIMULATED_WAIT_S: Final = 0.004
"""Idle poll in simulated time: a barrier waits for it several times."""

Batches = dict["Task", list[Record]]


class Inbox:
    """The consumer's end of the cycle."""

    def __init__(self, consumer: Consumer, settings: Settings, *, simulated: bool) -> None:
        """Consume with ``consumer``; ``simulated`` time polls faster."""
        self._consumer = consumer
        self._more = settings.batch_records - 1
        self._wait_s = _SIMULATED_WAIT_S if simulated else settings.batch_wait_s
        self._gather_s = _SIMULATED_WAIT_S if simulated else settings.commit_interval_s * _GATHER

    def take(self, assignment: Assignment) -> tuple[Batches, float]:
        """Consume a batch; return the records by task, and the age of the first in seconds.

        Rebalance callbacks run in here. Records of partitions that are not open are dropped: their
        task will start from its committed position.
        """
        messages: list[Message] = self._consumer.consume(1, 0.0 if assignment.opening else self._wait_s)
        if not messages:
            return {}, 0.0
        if self._more:
            messages += self._consumer.consume(self._more, self._gather_s)
        batches = self._sort(messages, assignment)
        return batches, _age_s(messages[0]) if batches else 0.0

    def mark_positions(self, assignment: Assignment) -> None:
        """Take positions from the client, which counts transaction markers; the last record does not.

        Not by ``enable.partition.eof``: librdkafka 2.12 moves its own position one too far when
        ``consume`` returns such an event, and would leave out a record after the next pause.
        """
        from confluent_kafka import TopicPartition

        tasks = assignment.tasks
        if tasks:
            for place in self._consumer.position([TopicPartition(*key) for key in tasks]):
                task = tasks[place.topic, place.partition]
                if place.offset > task.reached and task.stopped is None:
                    task.reached = place.offset

    def serve(self, assignment: Assignment, timeout_s: float) -> None:
        """Stay a member of the group while nothing may be processed: every partition is paused."""
        self._sort(self._consumer.consume(1, timeout_s), assignment)

    def _sort(self, messages: list[Message], assignment: Assignment) -> Batches:
        tasks = assignment.tasks
        batches: Batches = {}
        last_topic, last_partition, add = "", -1, None
        make: Any = tuple.__new__  # a NamedTuple's own constructor costs twice as much
        for message in messages:
            topic, partition = message.topic(), message.partition()
            error = message.error()
            if error is not None:
                _take_event(tasks.get((topic, partition)), message, error)
                continue
            if partition != last_partition or topic != last_topic:
                last_topic, last_partition = topic, partition
                task = tasks.get((topic, partition))
                add = None
                if task is not None and task.stopped is None:
                    add = batches.setdefault(task, []).append
            if add is not None:
                add(make(Record, (message.offset(), message.key(), message.value(), message.headers())))
        for task, records in list(batches.items()):
            if records[0].offset < task.position:  # never seen; it would be a defect of the client
                records[:] = [record for record in records if record.offset >= task.position]
            if records:
                task.reached = max(task.reached, records[-1].offset + 1)
            else:
                del batches[task]
        return batches


def _take_event(task: Task | None, message: Message, error: Any) -> None:
    """Handle what is no record: an error of the consumer, or of one of its partitions."""
    name = error.name()
    if error.fatal() or name == "_FATAL":  # the event of a fatal error does not call itself fatal
        raise FencedError(f"this worker lost its membership: {error.str()}", name)
    if name == "_AUTO_OFFSET_RESET":
        if task is not None:
            raise ConfigurationError(
                "records were deleted before they were processed",
                f"{task.origin}@{message.offset()}",
                "set the group's offset to go on without them, and raise the topic's retention",
            )
        return
    log("consumer.error", level="WARNING", reason=name, topic=message.topic())


def _age_s(message: Message) -> float:
    _, created_ms = message.timestamp()
    return max(0.0, time.time() - float(created_ms) / 1000)
