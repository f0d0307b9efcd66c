"""Workers that come and go, and workers that sleep through their session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.script import SHORT, script
from tests.faults.workers import until

if TYPE_CHECKING:
    from tests.faults.harness import Hub
    from tests.faults.outcome import Outcome

_FENCED = {"transaction.offsets_refused", "transaction.commit_refused", "worker.failed", "partitions.lost"}
"""What a worker logs that finds out it was replaced."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["before_commit:12:stop", "timer_only_before_commit:2:stop"], ids=["records", "timers only"]
)
def test_zombie_is_fenced(hub: Hub, calm_short: Outcome, point: str) -> None:
    """A worker that slept through its session in mid-transaction commits nothing when it wakes up."""
    played = script(SHORT)
    slept: list[int] = []

    def harm(day: int) -> None:
        if len(slept) < 3 and hub.workers.asleep(0):
            slept.append(day)
            if len(slept) == 3:  # days were settled without it: its partitions are another's
                before = len(hub.workers.logged(0))
                hub.workers.wake(0)
                until(
                    lambda: _FENCED & {record["action"] for record in hub.workers.logged(0)[before:]},
                    "the zombie to be fenced",
                )

    hub.workers.start(0, point)
    hub.workers.start(1)
    hub.play(played, harm)
    assert len(slept) == 3, "the worker must have slept"
    hub.check(played, calm_short)


@pytest.mark.slow
def test_workers_join_and_leave(hub: Hub, calm_short: Outcome) -> None:
    """From one worker to three and back to one, under load, the state moves along and nothing is lost."""
    played = script(SHORT)

    def harm(day: int) -> None:
        if day == 3:
            hub.workers.start(1)
            hub.workers.start(2)
        elif day == 7:
            until(lambda: all(hub.workers.opened(slot) for slot in range(3)), "everyone to have work")
        elif day == 8:
            assert hub.workers.stop(0) == 0
        elif day == 11:
            assert hub.workers.stop(2) == 0

    hub.workers.start(0)
    hub.play(played, harm)
    assert hub.workers.slots == {1}
    hub.check(played, calm_short)
