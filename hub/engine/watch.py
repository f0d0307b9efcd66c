"""Twice a second: lag, liveness and the report to the supervisor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hub.engine.liveness import Liveness
from hub.log import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Consumer

    from hub.engine.assignment import Assignment
    from hub.engine.broadcast import Broadcast
    from hub.engine.changelog import Restorer
    from hub.engine.status import Status
    from hub.stages.contract import Tables

__all__ = ("Watch",)

_EVERY_S: Final = 0.5


class Watch:
    """Looks at a worker from inside and tells what it sees."""

    def __init__(
        self,
        consumer: Consumer,
        assignment: Assignment,
        *,
        restorer: Restorer,
        broadcast: Broadcast,
        tables: Tables,
        status: Status,
        stall_after_s: float,
        stop: Callable[[], None],
    ) -> None:
        """Report to ``status``; call ``stop`` when nobody listens any more."""
        self._consumer = consumer
        self._assignment = assignment
        self._restorer = restorer
        self._broadcast = broadcast
        self._tables = tables
        self._status = status
        self._stop = stop
        self._restored = 0
        self._looked_s = 0.0
        self._liveness = Liveness(stall_after_s, time.monotonic())

    def progress(self) -> None:
        """Note that something was committed."""
        self._liveness.progress(time.monotonic())
        self._status.metrics.last_commit.set_to_current_time()

    def look(self, *, busy: bool) -> None:
        """Look and report, if it is time. ``busy``: there was work, or trouble with it."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _EVERY_S:
            return
        self._looked_s = now_s
        self._restorer.serve()
        if self._restorer.restored != self._restored:
            self._restored = self._restorer.restored
            self._liveness.progress(now_s)
        lags = self._lags()
        self._liveness.observe(lag=busy or any(lags.values()), now_s=now_s)
        if self._status.orphaned:
            log("worker.orphaned", level="ERROR")
            self._stop()
        self._status.working(
            self._assignment,
            lags=lags,
            restored=self._restored,
            rejected=self._broadcast.rejected,
            edition=self._tables.edition,
            liveness=self._liveness,
            now_s=now_s,
        )

    def _lags(self) -> dict[tuple[str, str], int]:
        """Return the records not yet committed by stage and topic, as far as the client has heard."""
        from confluent_kafka import TopicPartition

        lags: dict[tuple[str, str], int] = {}
        for (topic, partition), task in self._assignment.tasks.items():
            known = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), cached=True)
            behind = max(0, known[1] - task.position) if known and task.stopped is None else 0
            label = (task.stage.name, topic)
            lags[label] = lags.get(label, 0) + behind
        return lags
