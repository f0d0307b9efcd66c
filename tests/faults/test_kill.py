"""Workers that are killed, anywhere: nothing is lost, nothing comes twice."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.faults.script import LONG, SHORT, script

if TYPE_CHECKING:
    from tests.faults.harness import Hub
    from tests.faults.outcome import Outcome

KILLS = 25


@pytest.mark.slow
def test_killed_at_random(hub: Hub, calm_long: Outcome) -> None:
    """Killed 25 times at random moments under load, the workers end where the undisturbed one ended."""
    rng = Random(2500)
    played = script(LONG)
    days = rng.choices(range(1, len(played.days)), k=KILLS)
    killed: list[int] = []
    at_work: list[bool] = []

    def harm(day: int) -> None:
        for _ in range(days.count(day)):
            tick = played.days[day].tick
            hub.look_on(tick, rng.randrange(rng.choice((1, 2, 8, 60))))  # from at once to nearly done
            at_work.append(hub.late(tick) != [])
            slot = rng.randrange(2)
            hub.workers.kill(slot)
            killed.append(slot)
            hub.workers.revive()

    for slot in range(2):
        hub.workers.start(slot)
    hub.play(played, harm)
    assert len(killed) == KILLS
    assert sum(at_work) > KILLS // 2, "most must strike while there is something to do"
    hub.check(played, calm_long)


@pytest.mark.slow
@pytest.mark.parametrize(
    "failpoint",
    [
        "table_read_before_act:1",
        "before_commit:5",
        "timer_only_before_commit:2",
        "after_commit_before_store:5",
        "after_store:5",
    ],
    ids=lambda failpoint: str(failpoint).partition(":")[0],
)
def test_killed_at_a_point(hub: Hub, calm_short: Outcome, failpoint: str) -> None:
    """Killed at the named point of a cycle, the worker ends where the undisturbed one ended."""
    played = script(SHORT)

    def harm(day: int) -> None:
        if day == 8:
            hub.workers.kill(0)
            hub.workers.start(0, failpoint)

    hub.workers.start(0, failpoint)
    hub.play(played, harm)
    assert hub.workers.deaths, "the point must have been passed"
    hub.check(played, calm_short)
