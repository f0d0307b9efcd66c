"""What a worker tells about sweeps and trials."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from prometheus_client import CollectorRegistry

from hub.engine.liveness import Liveness
from hub.engine.status import Status
from hub.metrics import Metrics
from tests.unit.engine.fakes import QuarantiningStage, ScriptedStage, TaskDesk, numbered

if TYPE_CHECKING:
    from hub.engine.assignment import Assignment
    from hub.engine.task import Task
    from hub.stages.contract import Batch, Context

KEYS = [b"p\x20", b"p\x40", b"p\x60", b"p\x80"]


class TryingStage(QuarantiningStage):
    """Counts what a record's value names."""

    def process(self, batch: Batch, ctx: Context) -> None:
        """Count."""
        for record in batch.records:
            ctx.count((record.value or b"").decode(), 1)


def told(*tasks: Task) -> dict[str, dict[tuple[str, ...], float]]:
    """Return the samples of a worker with these tasks: metric → label values → value."""
    registry = CollectorRegistry()
    status = Status(0, Metrics(registry))
    assignment = SimpleNamespace(tasks=dict(enumerate(tasks)), opening=0, joined=True, lanes={0})
    status.working(
        cast("Assignment", assignment), lags={}, restored=0, rejected=0, edition="b@1",
        liveness=Liveness(10, 0), now_s=1.0,
    )  # fmt: skip
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for metric in registry.collect():
        for sample in metric.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_how_far_the_sweeps_are_is_told() -> None:
    """The mean over the tasks of stages that keep people, and how many are not through."""
    done, begun, other = (
        TaskDesk(QuarantiningStage()),
        TaskDesk(QuarantiningStage()),
        TaskDesk(ScriptedStage()),
    )
    for desk in (done, begun, other):
        desk.run(*numbered(KEYS))
    begun.tables.edition = "book@2"
    begun.run()
    assert begun.task.sweep == KEYS[1]
    found = told(done.task, begun.task, other.task)
    assert found["hub_sweep_ratio"] == {("toy",): (1 + 0.25) / 2}
    assert found["hub_sweeps_running"] == {("toy",): 1}
    begun.run()
    begun.run()
    found = told(done.task, begun.task)
    assert (found["hub_sweep_ratio"], found["hub_sweeps_running"]) == ({("toy",): 1}, {("toy",): 0})


def test_the_newest_trial_is_told_without_grounds_that_have_no_name() -> None:
    """Figures of its tasks are added up, those of an earlier trial are not shown."""

    def counter(rule: str, run: int) -> bytes:
        return f"shadow|book=b@2|rule={rule}|run={run}|verdict=same".encode()

    first, second = TaskDesk(TryingStage()), TaskDesk(TryingStage())
    first.run((b"a", counter("R01", 7)), (b"b", counter("G00", 7)), (b"c", counter("all", 7)))
    second.run((b"a", counter("R01", 7)), (b"b", counter("R01", 6)), (b"c", b"shadows|other=1"))
    found: Any = told(first.task, second.task)["hub_shadow_people"]
    assert found == {("R01", "same"): 2, ("all", "same"): 1}
