"""What the worker does when a cycle fails: go back, wait, try again, or give up.

Failures are sorted by what the loop must do. *Retry* (the transport, an abort) is handled here;
*dead-letter* is the task's business; *stop* is raised through everything and ends the process.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from hub.engine.hearing import DeafError
from hub.engine.store import DamagedStoreError
from hub.engine.transactions import FencedError
from hub.errors import BrokerError, RetryError
from hub.log import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from confluent_kafka import Consumer

    from hub.engine.assignment import Assignment
    from hub.engine.inbox import Inbox
    from hub.engine.task import Task
    from hub.settings import Settings

__all__ = ("Recovery", "text_of")

_LONGEST_S: Final = 10.0
_FREE_ABORTS: Final = 2
"""So many aborts in a row cost no pause: a rebalance brings one or two."""


class Recovery:
    """Going back to the committed positions, and patience."""

    def __init__(
        self,
        consumer: Consumer,
        assignment: Assignment,
        inbox: Inbox,
        settings: Settings,
        stopping: Callable[[], bool],
    ) -> None:
        """Go back on ``consumer``; ``stopping`` ends every wait."""
        self._consumer = consumer
        self._assignment = assignment
        self._inbox = inbox
        self._settings = settings
        self._stopping = stopping
        self.tries = 0
        """Failures since the last success."""

    def succeeded(self) -> None:
        """Forget earlier failures."""
        self.tries = 0

    def rewind(self, tasks: Iterable[Task]) -> None:
        """Forget what the tasks did and read again from their positions.

        With cooperative rebalancing no assign callback would do it for us.
        """
        from confluent_kafka import KafkaException, TopicPartition

        for task in list(tasks):
            task.discard()
            if self._assignment.tasks.get((task.topic, task.partition)) is not task:
                continue
            try:
                self._consumer.seek(TopicPartition(task.topic, task.partition, task.position))
            except KafkaException as error:
                log("seek.failed", level="WARNING", task=task.origin, reason=error.args[0].name())
                self._assignment.reopen([task])

    def aborted(self, tasks: Iterable[Task]) -> bool:
        """Do it again. Aborts are part of every rebalance; many in a row are a failure like any other.

        Return whether this was such a one.
        """
        self.rewind(tasks)
        self.tries += 1
        if self.tries > self._settings.retry_limit + _FREE_ABORTS:
            raise BrokerError("every transaction is aborted", cure="look at the log lines before this one")
        failure = self.tries > _FREE_ABORTS
        if failure:
            self._wait(self._settings.retry_backoff_s)
        return failure

    def failed(self, error: Exception) -> None:
        """Wait, longer each time, so that the cycle can be tried again; give up after the last try."""
        self.tries += 1
        log(
            "cycle.failed",
            level="WARNING",
            attempt=self.tries,
            error=type(error).__name__,
            reason=text_of(error),
        )
        if self.tries > self._settings.retry_limit or _is_final(error):
            if isinstance(error, RetryError):
                raise error
            raise BrokerError(f"giving up: {text_of(error)}", cure="look at the brokers' logs") from error
        self._wait(min(_LONGEST_S, self._settings.retry_backoff_s * 2 ** (self.tries - 1)))

    def _wait(self, seconds: float) -> None:
        """Wait without consuming, but poll: a silent member is thrown out of the group."""
        from confluent_kafka import TopicPartition

        tasks = self._assignment.tasks
        self._consumer.pause([TopicPartition(*place) for place in tasks])
        until = time.monotonic() + seconds
        while not self._stopping() and (left := until - time.monotonic()) > 0:
            self._inbox.serve(self._assignment, min(left, 0.1))
        moving = [TopicPartition(*place) for place, task in tasks.items() if task.stopped is None]
        self._consumer.resume(moving)
        self.rewind(tasks.values())  # last: it wakes librdkafka's fetcher


def text_of(error: Exception) -> str:
    """Return librdkafka's text of an error, or the error's own when it is one of ours."""
    first: Any = error.args[0] if error.args else None
    if hasattr(first, "str"):
        return str(first.str())
    return str(error) if isinstance(error, RetryError) else type(error).__name__


def _is_final(error: Exception) -> bool:
    """Return whether only a new process helps.

    A store that failed may have failed after a commit: going back to the position before it would do
    the same records twice. A fatal error of librdkafka means that this client will never work again.
    """
    if isinstance(error, FencedError | DamagedStoreError | DeafError):
        return True
    first: Any = error.args[0] if error.args else None
    return bool(hasattr(first, "fatal") and first.fatal())
