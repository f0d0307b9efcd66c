"""The transactional producer of one worker slot, and what its errors mean for the loop.

Three ends of a transaction: *committed*, *aborted* (the loop seeks back and does it again), *unknown*
(the loop forgets what it knows, restores from Kafka and goes on from there). A fenced producer is the
end of this process: somebody else has our slot.
"""

from __future__ import annotations

import time
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from hub import kafka
from hub.errors import BrokerError
from hub.log import log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from confluent_kafka import KafkaError, Message, Producer, TopicPartition

    from hub.engine.task import Task

__all__ = ("PRODUCER", "End", "FencedError", "Transactions")

_STEP_S = 5.0
"""One call to the coordinator waits so long; then we look at the clock and call again."""


class FencedError(BrokerError):
    """Somebody else has our slot, or Kafka gave up on us: this process can only end and start clean."""

    code = "FENCED"


class End(Enum):
    """How a transaction ended."""

    COMMITTED = auto()
    ABORTED = auto()
    UNKNOWN = auto()


class Transactions:
    """One transaction at a time."""

    def __init__(self, make: Callable[[], Producer], undecided_after_s: float) -> None:
        """Use producers from ``make``; give up on an undecided outcome after ``undecided_after_s``."""
        self._make = make
        self._undecided_after_s = undecided_after_s
        self.producer: Producer
        self.open()

    def open(self) -> None:
        """Take the slot: fence whoever had it and let the coordinator end what they left behind."""
        from confluent_kafka import KafkaException

        old: Producer | None = getattr(self, "producer", None)
        if old is not None:
            old.purge()
        self.producer = self._make()
        deadline = time.monotonic() + 60
        while True:
            try:
                self.producer.init_transactions(_STEP_S)
            except KafkaException as error:
                cause: KafkaError = error.args[0]
                if not cause.retriable() or time.monotonic() > deadline:
                    raise BrokerError(
                        f"the transactional producer cannot start: {cause.str()}",
                        cure="look at the brokers' logs; the transaction coordinator must be reachable",
                    ) from None
            else:
                return

    def begin(self, tasks: Sequence[Task]) -> dict[Task, int]:
        """Begin a transaction with the outputs and the changelog of tasks that were run.

        Returns a table that will hold, after the commit, the last changelog offset of each task.
        """
        producer = self.producer
        producer.begin_transaction()
        produce = producer.produce
        reached: dict[Task, int] = {}
        for task in tasks:
            for topic, value, key, partition, headers in task.outputs:
                try:
                    if headers is None:
                        produce(topic, value, key, partition)
                    else:
                        # Topic to timestamp by position, as confluent-kafka's C code parses them: 3.5 instead
                        # of 4.1 µs. Two callbacks, since ``callback`` and ``on_delivery`` are one thing.
                        produce(topic, value, key, partition, None, None, 0, headers)
                except BufferError:
                    _when_there_is_room(producer, topic, value, key, partition, headers=headers)
            topic, partition, tag = task.changelog_topic, task.changelog_partition, task.tag
            for key, value in task.changelog:
                try:
                    produce(topic, value, tag + key, partition)
                except BufferError:
                    _when_there_is_room(producer, topic, value, tag + key, partition)
            key, value = task.cursors_change
            _when_there_is_room(
                producer, topic, value, tag + key, partition, on_delivery=_note(reached, task)
            )
        return reached

    def send_offsets(self, positions: Sequence[TopicPartition], group: object) -> bool:
        """Send the positions; False when the transaction must be aborted (a rebalance, a zombie)."""
        from confluent_kafka import KafkaException

        deadline = time.monotonic() + self._undecided_after_s
        while True:
            try:
                self.producer.send_offsets_to_transaction(list(positions), group, _STEP_S)
            except KafkaException as error:
                cause: KafkaError = error.args[0]
                self._raise_if_fatal(cause)
                if cause.txn_requires_abort() or not cause.retriable() or time.monotonic() > deadline:
                    log("transaction.offsets_refused", level="WARNING", reason=cause.name())
                    return False
            else:
                return True

    def commit(self) -> End:
        """Commit; calls again until the outcome is decided."""
        from confluent_kafka import KafkaException

        deadline = time.monotonic() + self._undecided_after_s
        while True:
            try:
                self.producer.commit_transaction(_STEP_S)
            except KafkaException as error:
                cause: KafkaError = error.args[0]
                self._raise_if_fatal(cause)
                if cause.txn_requires_abort():
                    log("transaction.commit_refused", level="WARNING", reason=cause.name())
                    return self.abort()
                if time.monotonic() > deadline:
                    log("transaction.undecided", level="ERROR", reason=cause.name())
                    return End.UNKNOWN
                if not cause.retriable():
                    raise BrokerError(f"the commit fails: {cause.str()}") from None
            else:
                return End.COMMITTED

    def abort(self) -> End:
        """Abort; returns ABORTED, or UNKNOWN when the coordinator does not answer."""
        from confluent_kafka import KafkaException

        deadline = time.monotonic() + self._undecided_after_s
        while True:
            try:
                self.producer.abort_transaction(_STEP_S)
            except KafkaException as error:
                cause: KafkaError = error.args[0]
                self._raise_if_fatal(cause)
                if not cause.retriable() or time.monotonic() > deadline:
                    log("transaction.undecided", level="ERROR", reason=cause.name())
                    return End.UNKNOWN
            else:
                return End.ABORTED

    def _raise_if_fatal(self, cause: KafkaError) -> None:
        if cause.fatal():
            raise FencedError(
                f"this worker lost its slot: {cause.str()}",
                cause.name(),
                "nothing to do when another worker took over; else look for a second `hub run` of this group "
                "with the same slots, and give one of them another --first-slot",
            )


PRODUCER: Final[kafka.Config] = {
    "queue.buffering.max.messages": 2_000_000,
    "queue.buffering.max.kbytes": 256 << 10,  # 256 MiB: several of the largest batches
    "batch.num.messages": 50_000,
    "batch.size": 1 << 20,
    "linger.ms": 5,
    # The coordinator answers "still ending the last one" to a quick next transaction: ask again soon.
    # At the default of 100 ms that alone would double our latency.
    "retry.backoff.ms": 5,
    "retry.backoff.max.ms": 1000,
}
"""The producer's properties, besides what :mod:`hub.kafka` sets."""


def _when_there_is_room(producer: Producer, *record: Any, **options: Any) -> None:
    """Produce one record, waiting while the local queue is full."""
    while True:
        try:
            producer.produce(*record, **options)
        except BufferError:
            producer.poll(0.05)
        else:
            return


def _note(reached: dict[Task, int], task: Task) -> Callable[[Any, Message], None]:
    """Return a delivery callback that notes the offset a task's changelog has reached."""

    def delivered(error: Any, message: Message) -> None:
        if error is None:
            reached[task] = message.offset()

    return delivered
