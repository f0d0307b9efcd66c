"""What a worker tells about itself: a line of JSON to its supervisor, twice a second.

The line holds readiness with its reason, liveness, the stopped sources and the metrics as text. The
supervisor serves them; a worker that falls silent is not alive, whatever it said last.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec

from hub.engine.progress import swept_part
from hub.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hub.engine.assignment import Assignment
    from hub.engine.liveness import Liveness
    from hub.engine.task import Task

__all__ = ("Report", "Status", "pipe_writer")

_ENCODER: Final = msgspec.json.Encoder()


class Report(msgspec.Struct):
    """One line."""

    slot: int
    ready: bool
    alive: bool
    reason: str
    """What it waits for, or ``running``."""
    stopped: list[str]
    """Sources that stand still: ``topic[partition]@offset CODE``."""
    lanes: list[int]
    """The lanes it has."""
    opened: int
    """Open tasks."""
    metrics: str
    """Exposition format."""


_SHADOW: Final = "shadow"
"""The stock figure of hub.stages.shadowing."""
_GROUND: Final = "G"
"""How the ids of grounds without a name begin: there may be very few people behind a figure of theirs."""
_ORPHANED: Final = "invitations_orphaned"
"""The stock figure of hub.core.statistics that must be 0."""


class Status:
    """Gathers figures during cycles and sends reports. ``send`` returns False when nobody listens."""

    def __init__(self, slot: int, metrics: Metrics, send: Callable[[bytes], bool] | None = None) -> None:
        """Send every report through ``send``."""
        self._slot = slot
        self._send = send
        self.metrics = metrics
        self.restored = 0
        self._rejected = 0
        self._edition = ""
        self.orphaned = False
        """Whether the supervisor is gone."""
        self.report = Report(
            slot, ready=False, alive=True, reason="starting", stopped=[], lanes=[], opened=0, metrics=""
        )

    def count(self, task: Task) -> None:
        """Add what a task committed; called before it forgets."""
        metrics, stage = self.metrics, task.stage.name
        if task.records_run:
            metrics.records.labels(stage, task.topic).inc(task.records_run)
        if task.outputs:
            metrics.outputs.labels(stage).inc(len(task.outputs))
        metrics.changelog_records.labels(stage).inc(len(task.changelog))
        for code, letters in task.letter_codes.items():
            metrics.dead_letters.labels(stage, code).inc(letters)

    def waiting(self, reason: str) -> None:
        """Report that the worker has not begun, and why."""
        self._report(
            Report(
                self._slot, ready=False, alive=True, reason=reason, stopped=[], lanes=[], opened=0, metrics=""
            )
        )

    def working(
        self,
        assignment: Assignment,
        *,
        lags: Mapping[tuple[str, str], int],
        restored: int,
        rejected: int,
        edition: str,
        liveness: Liveness,
        now_s: float,
    ) -> None:
        """Report on a worker in its loop."""
        metrics = self.metrics
        for label, lag in lags.items():
            metrics.lag.labels(*label).set(lag)
        metrics.restored_keys.inc(restored - self.restored)
        self.restored = restored
        metrics.broadcast_rejected.inc(rejected - self._rejected)
        self._rejected = rejected
        metrics.stalled.set(liveness.stalled_s(now_s))
        if edition != self._edition:
            metrics.rule_book.clear()
            metrics.rule_book.labels(edition).set(1)
            self._edition = edition
        tasks = assignment.tasks.values()
        metrics.tasks.clear()
        for task in tasks:
            metrics.tasks.labels(task.stage.name, task.topic, "open").inc()
        if assignment.opening:
            metrics.tasks.labels("", "", "restoring").set(assignment.opening)
        self._sweeps(tasks)
        self._trial(tasks)
        metrics.invitations_orphaned.set(sum(task.total(_ORPHANED) for task in tasks))
        metrics.sources_stopped.clear()
        stopped = []
        for task in tasks:
            if task.stopped is not None:
                stopped.append(f"{task.topic}[{task.partition}]@{task.stopped.offset} {task.stopped.code}")
                metrics.sources_stopped.labels(task.topic).inc()
        if not assignment.joined:
            reason = "waiting for the group's assignment"
        elif assignment.opening:
            reason = f"restoring {assignment.opening} of {assignment.opening + len(tasks)} tasks"
        else:
            reason = "running"
        ready = reason == "running" and not stopped
        self._report(
            Report(
                self._slot,
                ready,
                liveness.alive(now_s),
                reason if not stopped else "sources stopped",
                stopped,
                sorted(assignment.lanes),
                len(tasks),
                "",
            )
        )

    def _sweeps(self, tasks: Collection[Task]) -> None:
        """Tell how far the tasks are that evaluate people again."""
        parts: dict[str, list[float]] = {}
        for task in tasks:
            if task.keeps_people:
                cursor = task.sweep
                parts.setdefault(task.stage.name, []).append(1.0 if cursor is None else swept_part(cursor))
        for stage, found in parts.items():
            self.metrics.sweeps_running.labels(stage).set(sum(part < 1 for part in found))
            self.metrics.sweep_ratio.labels(stage).set(sum(found) / len(found))

    def _trial(self, tasks: Collection[Task]) -> None:
        """Tell what the newest trial of rules comes to."""
        found = [
            (dict(label.split("=", 1) for label in labels.split("|")), people)
            for task in tasks
            if task.keeps_people
            for labels, people in task.figures(_SHADOW).items()
        ]
        self.metrics.shadow_people.clear()
        newest = max((labels["run"] for labels, _ in found), default="")
        for labels, people in found:
            if labels["run"] == newest and not labels["rule"].startswith(_GROUND):
                self.metrics.shadow_people.labels(labels["rule"], labels["verdict"]).inc(people)

    def _report(self, report: Report) -> None:
        from prometheus_client import generate_latest

        report.metrics = generate_latest(self.metrics.registry).decode()
        self.report = report
        if self._send is not None and not self._send(_ENCODER.encode(report) + b"\n"):
            self.orphaned = True


def pipe_writer(fd: int) -> Callable[[bytes], bool]:
    """Return a ``send`` that writes to a pipe; a full pipe drops the report, a closed one returns False."""
    os.set_blocking(fd, False)
    pending = b""

    def send(line: bytes) -> bool:
        nonlocal pending
        if not pending:
            pending = line
        try:
            while pending:
                pending = pending[os.write(fd, pending) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    return send
